import { beforeEach, describe, expect, it } from 'vitest'
import * as db from '../src/tablet/memory/db'
import { drafts, loadDrafts } from '../src/tablet/visits/draft'
import { holdForm } from '../src/tablet/visits/holding'
import { forgetAll } from '../src/tablet/ground/locking'
import type { DraftRecord, OutboxItem, SentRecord, VisitRecord } from '../src/tablet/shapes/records'
import { follow, forgetsName, heldVisits, keepUnsent } from '../src/tablet/visits/reducing'
import { newDataKey } from '../src/tablet/memory/seal'
import { loadOutbox, queue, queueReport, sent } from '../src/tablet/sending/sending'
import { isTakenBack, named } from '../src/tablet/sending/takenback'
import { loadVisitRecords, visitRecords } from '../src/tablet/visits/visitrecords'
import type { Visit } from '../src/tablet/shapes/wire'

const SECRETS = ['Odette', 'Tilleuls', '12A7', '+336', 'Beauvais', 'L00042', 'chien', 'falls']

const visit = (id: string, changes: Partial<Visit> = {}): Visit => ({
  id, planned_start_at: '2026-11-22T09:00:00Z', planned_end_at: null, state: 'planned', attempt: 1,
  person: { name: 'Odette', born_on: '1941-05-17', birth_year: null, phone: '+336' },
  dwelling: {
    reference: 'L00042', address: '3 rue des Tilleuls', postcode: '60000', city: 'Beauvais', floor: 1, door: 'B',
    access_code: '12A7', lift: null, lat: 49.43, lon: 2.08,
  },
  refused: ['photos'], alerts: [{ code: 'dog', kind: 'safety', label: { fr: 'chien', en: 'chien' } }],
  earlier: [], due: [], beside: [], forms: [{ form_id: 'home_visit', version: '1', required: true, received: false }], ...changes,
})
const record = (id: string): VisitRecord => ({
  visit: visit(id), startedAt: 1, failure: null, touchedAt: Date.now(),
  finished: [{ formId: 'home_visit', version: '1', instanceId: `i-${id}`, finishedAt: 1, answers: { falls: '3' } }],
  failing: { outcome: 'no_answer', reason: '', left: [], note: 'chien' },
})
const draft = (id: string): DraftRecord => ({
  instanceId: `d-${id}`, visitId: id, formId: 'home_visit', version: '1', personName: 'Odette', startedAt: 1, savedAt: 2, page: 0,
  xml: '<data/>', fileNames: [],
})
const item = (id: string): OutboxItem => ({
  instanceId: `i-${id}`, visitId: id, formId: 'home_visit', version: '1', personName: 'Odette', finishedAt: 1, urgent: false, files: [],
  state: 'waiting', why: null, attempts: 0, nextTryAt: 0,
})
const receipt = (id: string): SentRecord => ({
  instanceId: `s-${id}`, visitId: id, personName: 'Odette', finishedAt: 1, receivedAt: Date.now(),
  again: { formId: 'home_visit', version: '1', xml: '<falls/>', fileNames: [], startedAt: 1, page: 0 },
  receipt: { instance_id: '', received_at: '', state: 'checked', files: [], violations: [], consequences: [] },
})

async function keepAll(id: string): Promise<void> {
  await db.write([
    { store: 'visits', key: id, value: record(id) }, { store: 'drafts', key: `d-${id}`, value: draft(id) },
    { store: 'outbox', key: `i-${id}`, value: item(id) }, { store: 'receipts', key: `s-${id}`, value: receipt(id) },
  ])
}

const stores = async () => JSON.stringify(await Promise.all((['visits', 'drafts', 'outbox', 'receipts'] as const).map((store) => db.readAll(store))))

beforeEach(async () => {
  forgetAll()
  await db.eraseAll()
  db.useKey(await newDataKey())
})

describe('a visit the server took back', () => {
  it('is reduced in every store to what sending needs', async () => {
    await keepAll('v1')
    expect(await heldVisits()).toEqual(['v1'])
    await follow({ visits: [], taken_back: ['v1'] })
    const left = await stores()
    for (const secret of SECRETS) expect(left).not.toContain(secret)
    expect(drafts.value).toMatchObject([{ instanceId: 'd-v1', xml: '<data/>', personName: '' }])
    expect(queue.value).toMatchObject([{ instanceId: 'i-v1', visitId: 'v1', personName: '' }])
    expect(sent.value).toMatchObject([{ instanceId: 's-v1', personName: '' }])
    expect(visitRecords.value[0]?.visit.forms).toHaveLength(1)
    expect(isTakenBack('v1')).toBe(true)
  })

  it('leaves the others as they are', async () => {
    await keepAll('v1')
    await keepAll('v2')
    await follow({ visits: [], taken_back: ['v1'] })
    expect(drafts.value.find(({ visitId }) => visitId === 'v2')?.personName).toBe('Odette')
    expect(visitRecords.value.find(({ visit }) => visit.id === 'v2')?.visit.person.name).toBe('Odette')
  })

  it('is still taken back after a start without a network, and what is written of it names nobody', async () => {
    await keepAll('v1')
    await follow({ visits: [], taken_back: ['v1'] })
    forgetAll()
    await Promise.all([loadDrafts(), loadOutbox()])
    await loadVisitRecords()
    expect(isTakenBack('v1')).toBe(true)
    const report = { id: 'r1', kind: 'alert', visitId: 'v1', personName: 'Odette', urgent: true, body: {} } as const
    await queueReport(report, (change) => db.write([change]))
    expect(await stores()).not.toContain('Odette')
    expect(named({ visitId: 'v1', personName: '', again: { xml: '<falls/>' } })).not.toHaveProperty('again')
  })

  it('is let go once nothing of it waits to be sent', async () => {
    await db.write([{ store: 'visits', key: 'v1', value: record('v1') }])
    await follow({ visits: [], taken_back: ['v1'] })
    expect(await db.readAll('visits')).toEqual([])
  })

  it('is known again when it is given back', async () => {
    await keepAll('v1')
    await follow({ visits: [], taken_back: ['v1'] })
    await follow({ visits: [visit('v1')], taken_back: [] })
    expect(isTakenBack('v1')).toBe(false)
    expect(visitRecords.value[0]?.visit.person.name).toBe('Odette')
  })

  it('lets the form on screen save itself: its answers are newer than those on disk', async () => {
    await keepAll('v1')
    let forgot = 0
    const hold = await holdForm('v1/home_visit', false, () => Promise.resolve())
    const over = forgetsName({ visitId: 'v1', forgetName: () => { forgot++ } })
    await follow({ visits: [], taken_back: ['v1'] })
    over()
    hold?.release()
    expect(forgot).toBe(1)
    expect(drafts.value[0]?.personName).toBe('Odette')
  })

  it('that was closed is kept as the server tells it now', async () => {
    await keepAll('v1')
    const closed = visit('v1', { state: 'failed' })
    await follow({ visits: [{ ...closed, dwelling: { ...closed.dwelling, access_code: null } }], taken_back: [] })
    expect(await stores()).not.toContain('12A7')
  })

  it('is unknown to an older server, and nothing is reduced', async () => {
    await keepAll('v1')
    await follow({ visits: [] })
    expect(visitRecords.value[0]?.visit.person.name).toBe('Odette')
  })
})

it('leaves of a closed account only what is still to be finished or sent', async () => {
  await db.write([
    { store: 'visits', key: 'sent', value: record('sent') }, { store: 'receipts', key: 's-sent', value: receipt('sent') },
    { store: 'visits', key: 'told', value: record('told') },
  ])
  await keepUnsent()
  expect(SECRETS.filter((secret) => secret !== 'falls' && JSON.stringify(visitRecords.value).includes(secret))).toEqual([])
  expect(sent.value.map(({ personName }) => personName)).toEqual([''])
  await db.write([
    { store: 'visits', key: 'begun', value: record('begun') }, { store: 'drafts', key: 'd-begun', value: draft('begun') },
    { store: 'outbox', key: 'i-queued', value: item('queued') },
  ])
  expect([...(await keepUnsent())].sort()).toEqual(['begun', 'queued'])
  expect(visitRecords.value.find(({ visit }) => visit.id === 'begun')?.visit.person.name).toBe('Odette')
  expect([drafts.value[0]?.personName, queue.value[0]?.personName]).toEqual(['Odette', 'Odette'])
})
