// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import type { DayRecord } from '../src/tablet/day'
import { overdue, type Held } from '../src/tablet/purge'

const NOW = Date.parse('2026-03-10T09:00:00Z')
const HOUR = 3600_000
const at = (hours: number) => new Date(NOW + hours * HOUR).toISOString()

function dayWith(visits: [id: string, endsIn: number][], fetchedAgo = 1): DayRecord {
  const all = visits.map(([id, hours]) => ({ id, planned_start_at: at(hours - 1), planned_end_at: at(hours) }))
  return { answer: { visits: all }, fetchedAt: NOW - fetchedAgo * HOUR, skewMs: 0 } as unknown as DayRecord
}
const held = (some: Partial<Record<keyof Held, unknown>>) =>
  ({ day: null, drafts: [], outbox: [], receipts: [], ...some }) as unknown as Held
const receipt = (visitId: string, hoursAgo: number) => ({ instanceId: `i-${visitId}`, visitId, receivedAt: NOW - hoursAgo * HOUR })
function kept(some: Held): string[] | 'gone' | 'unchanged' {
  const change = overdue(some, NOW).find(({ store }) => store === 'day')
  if (!change) return 'unchanged'
  return 'value' in change ? (change.value as DayRecord).answer.visits.map(({ id }) => id) : 'gone'
}

describe('what leaves the tablet by itself', () => {
  it('is a visit the server confirmed, at most 48 hours after', () => {
    const day = dayWith([['a', 20], ['b', 20]])
    expect(kept(held({ day, receipts: [receipt('a', 47.5), receipt('b', 40)] }))).toEqual(['b'])
  })

  it('is a visit long past, unless something of it is unsent', () => {
    const day = dayWith([['past', -49], ['draft', -49], ['outbox', -49], ['recent', -47]])
    const some = held({ day, drafts: [{ visitId: 'draft' }], outbox: [{ visitId: 'outbox' }] })
    expect(kept(some)).toEqual(['draft', 'outbox', 'recent'])
  })

  it('is not a confirmed visit that has another form still to send', () => {
    const day = dayWith([['a', -60]])
    expect(kept(held({ day, receipts: [receipt('a', 60)], drafts: [{ visitId: 'a' }] }))).toBe('unchanged')
  })

  it('is an old receipt', () => {
    const changes = overdue(held({ receipts: [receipt('a', 49), receipt('b', 1)] }), NOW)
    expect(changes).toEqual([{ store: 'receipts', remove: 'i-a' }])
  })

  it('is a whole day nobody refreshed for a week', () => {
    expect(kept(held({ day: dayWith([['a', 20]], 7 * 24 + 1) }))).toBe('gone')
    expect(kept(held({ day: dayWith([['a', 20]], 7 * 24 - 1) }))).toBe('unchanged')
  })
})
