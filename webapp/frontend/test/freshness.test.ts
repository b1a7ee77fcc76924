// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchForm } from '../src/tablet/line/api'
import { day, dayProblem, isBack, refreshDay, refreshing } from '../src/tablet/visits/day'
import { keepFresh } from '../src/tablet/visits/freshness'
import * as db from '../src/tablet/memory/db'
import { forgetAll } from '../src/tablet/ground/locking'
import type { DraftRecord, SessionRecord } from '../src/tablet/shapes/records'
import { newDataKey } from '../src/tablet/memory/seal'
import { session } from '../src/tablet/holder/session'

const DAY = { server_now: '2026-11-26T09:00:00Z', visits: [], forms: [], kit: [], sent: [] }
let network: () => Promise<Response>
const dead = () => Promise.reject(new TypeError('Failed to fetch'))

beforeEach(async () => {
  vi.stubGlobal('fetch', () => network())
  forgetAll()
  db.useKey(await newDataKey())
  session.value = { token: 'x' } as SessionRecord
})
afterEach(() => vi.unstubAllGlobals())

describe('a day that could not be refreshed', () => {
  beforeEach(async () => {
    network = dead
    await refreshDay()
    expect(dayProblem.value).toContain('ne répond pas')
    await new Promise((resolve) => setTimeout(resolve, 2))
  })

  it('says so no more once the server answers anything at all', async () => {
    network = () => Promise.resolve(Response.json({ form_id: 'f' }))
    await fetchForm('x', 'f', '1')
    expect([dayProblem.value, isBack.value]).toEqual(['', true])
    network = () => Promise.resolve(Response.json(DAY))
    await refreshDay()
    expect([dayProblem.value, isBack.value, day.value?.answer.visits]).toEqual(['', false, []])
  })

  it('also when it refuses, but not for the page of a portal in between', async () => {
    network = () => Promise.resolve(new Response('<html>Wi-Fi</html>', { status: 200 }))
    await fetchForm('x', 'f', '1').catch(() => undefined)
    expect(dayProblem.value).toContain('ne répond pas')
    network = () => Promise.resolve(Response.json({ code: 'not_found' }, { status: 404 }))
    await fetchForm('x', 'f', '1').catch(() => undefined)
    expect(dayProblem.value).toBe('')
  })
})

it('is asked for again when it was asked for while a first try waited for nobody', async () => {
  let fail!: (error: Error) => void
  network = () => new Promise((_, reject) => { fail = reject })
  const first = refreshDay()
  await vi.waitFor(() => expect(fail).toBeTypeOf('function'))
  await refreshDay()
  network = () => Promise.resolve(Response.json(DAY))
  fail(new TypeError('Failed to fetch'))
  await first
  expect([dayProblem.value, day.value?.answer.visits]).toEqual(['', []])
})

it('is asked for again each minute only while somebody looks', async () => {
  network = dead
  await refreshDay()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let asked = 0
  network = () => { asked++; return Promise.resolve(Response.json(DAY)) }
  const seen = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  keepFresh()
  await vi.advanceTimersByTimeAsync(61_000)
  expect([refreshing.value, asked]).toEqual([false, 0])  // asked at once, though the network hears of it later
  seen.mockReturnValue('visible')
  await vi.advanceTimersByTimeAsync(61_000)
  await vi.waitFor(() => expect(asked).toBe(1))
  vi.useRealTimers()
})

it('of a closed account keeps only what is still to be finished, and says so', async () => {
  const visit = (id: string) => ({ id, person: { name: id }, dwelling: {}, forms: [] })
  network = () => Promise.resolve(Response.json({ ...DAY, visits: [visit('idle'), visit('begun')], sent: [{ person_name: 'Odette' }] }))
  await refreshDay()
  await db.write([{ store: 'drafts', key: 'd', value: { instanceId: 'd', visitId: 'begun', personName: 'begun' } as DraftRecord }])
  network = () => Promise.resolve(Response.json({ code: 'account_closed' }, { status: 401 }))
  await refreshDay()
  expect(dayProblem.value).toContain('compte est fermé')
  const kept = JSON.stringify(await db.readAll('day'))
  expect([kept.includes('begun'), kept.includes('idle'), kept.includes('Odette')]).toEqual([true, false, false])
  expect(day.value?.answer.visits.map(({ id }) => id)).toEqual(['begun'])
})
