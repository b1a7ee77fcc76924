// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { beforeEach, expect, it, vi } from 'vitest'
import * as db from '../src/tablet/memory/db'
import { newDataKey } from '../src/tablet/memory/seal'
import { session } from '../src/tablet/holder/session'
import { dueItems } from '../src/tablet/sending/outbox'
import { loadOutbox, queue } from '../src/tablet/sending/sending'
import type { OutboxItem, QueueItem } from '../src/tablet/shapes/records'
import type { Beside, EarlierAnswer, Visit } from '../src/tablet/shapes/wire'
import { keepBeside, visitBeside } from '../src/tablet/visits/beside'
import { heldVisits } from '../src/tablet/visits/reducing'
import { knownVisit, loadVisitRecords, noteStart, visitRecords } from '../src/tablet/visits/visitrecords'

const said = (name: string, about: EarlierAnswer['about']) => ({ name, about }) as EarlierAnswer
const VISIT = {
  id: 'v1', planned_start_at: '2026-11-22T09:00:00Z', state: 'under_way', attempt: 2, person: { name: 'Odette' }, dwelling: { reference: 'L1' },
  alerts: [], refused: ['photos'], forms: [], due: [], earlier: [said('lift', 'dwelling'), said('falls', 'person')], beside: [],
} as unknown as Visit
const DUE = {
  id: 'v2', task_id: 't1', person: { name: 'Marcel' }, alerts: [], refused: [],
  forms: [{ form_id: 'weekly', version: '1', required: true, received: false }],
} as unknown as Beside

beforeEach(async () => {
  await db.eraseAll()
  db.useKey(await newDataKey())
  // Nothing leaves: what is asked here is what waits.
  vi.stubGlobal('navigator', { ...navigator, locks: { request: (_: string, ...rest: unknown[]) => (rest.at(-1) as (lock: object) => unknown)({}) } })
  session.value = null
  await Promise.all([loadOutbox(), loadVisitRecords()])
})

it('is a visit to the other person in the same home, with what is known of the home alone', () => {
  const beside = visitBeside(VISIT, DUE)
  expect(beside).toMatchObject({ id: 'v2', person: { name: 'Marcel' }, dwelling: { reference: 'L1' }, attempt: 1, state: 'planned', refused: [] })
  expect(beside.earlier.map(({ name }) => name)).toEqual(['lift'])
})

it('is told to the server once, when its first form begins', async () => {
  await keepBeside(VISIT, DUE)
  expect(knownVisit('v2')?.person.name).toBe('Marcel')
  expect(queue.value).toEqual([])
  expect(await heldVisits()).toEqual([])
  await noteStart('v2')
  await noteStart('v2')
  await keepBeside(VISIT, DUE)
  expect(queue.value).toMatchObject([{ kind: 'beside', id: 'v2', visitId: 'v2', body: { beside: 'v1', task_id: 't1' } }])
  expect(visitRecords.value[0]?.startedAt).not.toBeNull()
})

it('is not asked about before the server has learnt of it', async () => {
  await keepBeside(VISIT, DUE)
  await noteStart('v2')
  expect(await heldVisits()).toEqual([])
  await db.write([{ store: 'outbox', remove: 'v2' }])
  expect(await heldVisits()).toEqual(['v2'])
})

it('goes before all that is of it, which waits for it; the rest goes on', () => {
  const form = { kind: 'submission', instanceId: 'i2', visitId: 'v2', state: 'waiting', nextTryAt: 0, finishedAt: 1 } as OutboxItem
  const alert = { kind: 'alert', id: 'a2', visitId: 'v2', state: 'waiting', nextTryAt: 0, finishedAt: 1 } as QueueItem
  const other = { ...form, instanceId: 'i1', visitId: 'v1' }
  const told = { kind: 'beside', id: 'v2', visitId: 'v2', state: 'waiting', nextTryAt: 0, finishedAt: 2 } as QueueItem
  const names = (items: QueueItem[]) => dueItems(items, 5, false).map((one) => ('id' in one ? one.id : one.instanceId))
  expect(names([form, alert, other, told])).toEqual(['v2', 'i1'])
  expect(names([form, alert, other, { ...told, nextTryAt: 9 }])).toEqual(['i1'])
  expect(names([form, alert, other, { ...told, state: 'attention' }])).toEqual(['a2', 'i2', 'i1'])
})
