// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import * as db from '../src/tablet/memory/db'
import { lightened, purge } from '../src/tablet/start/purge'
import type { DayRecord } from '../src/tablet/shapes/records'
import { newDataKey } from '../src/tablet/memory/seal'

const NOW = Date.parse('2026-03-10T09:00:00Z')
const HOUR = 3600_000
const at = (hours: number) => new Date(NOW + hours * HOUR).toISOString()

function dayWith(visits: [id: string, endsIn: number][], fetchedAgo = 1): DayRecord {
  const all = visits.map(([id, hours]) => ({ id, planned_start_at: at(hours - 1), planned_end_at: at(hours) }))
  return { answer: { visits: all }, fetchedAt: NOW - fetchedAgo * HOUR, skewMs: 0 } as unknown as DayRecord
}
const receipt = (visitId: string, hoursAgo: number, kind?: string) => ({ visitId, receivedAt: NOW - hoursAgo * HOUR, kind })
const ids = (record: DayRecord | null) => record?.answer.visits.map(({ id }) => id) ?? null

describe('what leaves the tablet by itself', () => {
  it('is a visit the server confirmed, at most 48 hours after', () => {
    const receipts = [receipt('a', 47.5), receipt('b', 40)]
    expect(ids(lightened(dayWith([['a', 20], ['b', 20]]), { unsent: [], receipts }, NOW))).toEqual(['b'])
  })

  it('is a visit long past, unless something of it is unsent', () => {
    const day = dayWith([['past', -49], ['draft', -49], ['recent', -47]])
    expect(ids(lightened(day, { unsent: [{ visitId: 'draft' }], receipts: [] }, NOW))).toEqual(['draft', 'recent'])
  })

  it('is not a confirmed visit that has another form still to send, nor one of which only an alert was sent', () => {
    const day = dayWith([['a', 2], ['b', 2]])
    const receipts = [receipt('a', 60), receipt('b', 60, 'alert')]
    expect(lightened(day, { unsent: [{ visitId: 'a' }], receipts }, NOW)).toBe(day)
  })

  it('is an order the server confirmed, unless something of it is unsent or the server still told of it later', () => {
    const day = (fetchedAgo: number) => {
      const { answer, ...rest } = dayWith([], fetchedAgo)
      return { ...rest, answer: { ...answer, orders: [{ id: 'o' }] } } as DayRecord
    }
    const left = (fetchedAgo: number, ...unsent: string[]) =>
      lightened(day(fetchedAgo), { unsent: unsent.map((visitId) => ({ visitId })), receipts: [receipt('o', 50)] }, NOW)?.answer.orders?.length
    expect([left(60), left(60, 'o'), left(40)]).toEqual([0, 1, 1])
  })

  it('is a whole day nobody refreshed for a week', () => {
    const nothing = { unsent: [], receipts: [] }
    expect(lightened(dayWith([['a', 20]], 7 * 24 + 1), nothing, NOW)).toBeNull()
    expect(ids(lightened(dayWith([['a', 20]], 7 * 24 - 1), nothing, NOW))).toEqual(['a'])
  })

  it('is gone from the disk, and drafts stay', async () => {
    await db.eraseAll()
    db.useKey(await newDataKey())
    const draft = { instanceId: 'i', visitId: 'draft' } as never
    await db.write([
      { store: 'day', key: 'current', value: dayWith([['past', -49], ['draft', -49]]) },
      { store: 'drafts', key: 'i', value: draft },
    ])
    await purge(NOW)
    expect(ids((await db.read('day', 'current')) ?? null)).toEqual(['draft'])
    expect((await db.readAll('drafts')).length).toBe(1)
  })
})

describe('the answers of a sent form', () => {
  it('go with its visit: when that is taken back, nothing of them stays', async () => {
    db.useKey(await newDataKey())
    const sent = (visitId: string) => ({ store: 'receipts' as const, key: visitId, value: { instanceId: visitId, visitId, receivedAt: NOW, again: { xml: '<a/>' } } as never })
    await db.write([{ store: 'day', key: 'current', value: dayWith([['mine', 2]]) }, sent('mine'), sent('taken')])
    await purge(NOW)
    const left = (await db.readAll('receipts')) as { visitId: string; again?: unknown }[]
    expect(left.filter(({ again }) => again).map(({ visitId }) => visitId)).toEqual(['mine'])
  })
})
