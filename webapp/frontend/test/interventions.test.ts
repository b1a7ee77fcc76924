// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest'
import { contentOf, faultsIn, finish, openIntervention, photosLacking, save, sign, takeOn } from '../src/tablet/filling/intervention'
import { setLanguage } from '../src/tablet/ground/i18n'
import { track } from '../src/tablet/ground/pending'
import * as db from '../src/tablet/memory/db'
import { newDataKey } from '../src/tablet/memory/seal'
import { fileKey, XML_FILE, type InterventionRecord, type OutboxItem, type ReportItem } from '../src/tablet/shapes/records'
import type { Order } from '../src/tablet/shapes/wire'
import { followOrders, isOnScreen } from '../src/tablet/visits/interventions'
import { workTitle } from '../src/tablet/visits/naming'
import { isOrderSought, ordersByDay } from '../src/tablet/visits/orderdays'
import { mayTakeOn } from '../src/tablet/visits/orderstate'

const SECRETS = ['Odette', 'Tilleuls', '12A7', '+336', 'Interphone', 'chien']
const order = (id: string, changes: Partial<Order> = {}): Order => ({
  id, reference: `BT-${id}`, trade: { fr: 'plomberie', en: 'plumbing' }, severity: 'U2', state: 'planned', label: { fr: 'Le robinet fuit', en: 'The tap leaks' },
  place: null, access: 'Interphone', measures: [{ fr: 'chien', en: 'dog' }], tenant: 'Odette', phone: '+336', planned_on: '2026-11-28', planned_part: null,
  told: true, hold_until: null, due_at: null, photos_refused: false,
  dwelling: { reference: 'L1', address: '3 rue des Tilleuls', postcode: '60000', city: 'Beauvais', floor: 1, door: 'B', access_code: '12A7', lift: null, lat: null, lon: null },
  ...changes,
})
const stored = async () => JSON.stringify(await db.readAll('interventions'))

beforeEach(async () => {
  // One sender and one writer at a time: this test is the only tab.
  Object.defineProperty(navigator, 'locks', { configurable: true, value: { request: (...all: unknown[]) => (all.at(-1) as (lock: object) => unknown)({}) } })
  await db.eraseAll()
  db.useKey(await newDataKey())
})

describe('what is noted at a work order', () => {
  it('is on disk with each change, and read back as it was', async () => {
    const open = await openIntervention(order('a'))
    expect(await db.readAll('interventions')).toEqual([])
    await save(open, { note: 'Joint', minutes: '4' })
    await save(open, { minutes: '45' })
    await sign(open, new File(['x'], 'first.png', { type: 'image/png' }))
    await sign(open, new File(['yy'], 'again.png', { type: 'image/png' }))
    const again = await openIntervention(order('a'))
    expect(again.record.value).toMatchObject({ id: open.record.value.id, note: 'Joint', minutes: '45' })
    expect(again.files.value.map(({ bytes }) => bytes.byteLength)).toEqual([2])
    await sign(again, null)
    expect(await db.keysWithPrefix('files', '')).toEqual([])
  })

  it('is kept to the end before it is opened again, were it left a moment ago', async () => {
    const left = await openIntervention(order('a'))
    let prepared = (): void => undefined
    const photo = new Promise<void>((done) => { prepared = done })
    void track(photo.then(() => save(left, { note: 'with its photo' })))
    const again = openIntervention(order('a'))
    prepared()
    expect((await again).record.value.note).toBe('with its photo')
  })

  it('goes to the outbox whole, once, whatever else is typed in another tab', async () => {
    const open = await openIntervention(order('a'))
    await save(open, { outcome: 'done', note: 'Joint changé' })
    const other = await openIntervention(order('a'))
    await finish(open)
    await save(open, { note: 'too late' })
    await expect(save(other, { note: 'from the other tab' })).rejects.toThrow(db.Overtaken)
    await expect(finish(other)).rejects.toThrow(db.Overtaken)
    expect(other.state.value).toBe('overtaken')
    expect(await db.readAll('interventions')).toEqual([])
    expect((await db.readAll('outbox')).map((item) => item.kind)).toEqual(['intervention'])
    const content = await db.read('files', fileKey(open.record.value.id, XML_FILE))
    expect(JSON.parse(new TextDecoder().decode(content?.bytes))).toMatchObject({ id: open.record.value.id, outcome: 'done', note: 'Joint changé' })
  })

  it('is taken on by itself, beside what is noted of it already', async () => {
    const urgent = order('t', { state: 'open', severity: 'U1' })
    const open = await openIntervention(urgent)
    await save(open, { note: 'begun' })
    expect(mayTakeOn(urgent)).toBe(true)
    await takeOn(urgent)
    expect(mayTakeOn(urgent)).toBe(false)
    expect(mayTakeOn(order('b', { state: 'acknowledged' }))).toBe(false)
    const [item] = await db.readAll('outbox')
    expect(item).toMatchObject({ kind: 'intervention', visitId: 't', urgent: true })
    const content = await db.read('files', fileKey((item as OutboxItem).instanceId, XML_FILE))
    expect(JSON.parse(new TextDecoder().decode(content?.bytes))).toMatchObject({ outcome: 'acknowledged', note: '', minutes: null, used: [] })
    await finish(open)
    expect(await db.readAll('outbox')).toHaveLength(2)
  })

  it('is not done before as many photos are there as the landlord asks for', () => {
    const photo = (name: string) => ({ name, type: 'image/jpeg', bytes: new ArrayBuffer(1) })
    const asked = order('a', { photos_needed: 2 })
    expect(photosLacking(order('a'), [])).toBe(0)
    expect(photosLacking(asked, [photo('before-1.jpg'), photo('signature-1.png')])).toBe(1)
    expect(photosLacking(asked, [photo('before-1.jpg'), photo('after-1.jpg'), photo('after-2.jpg')])).toBe(0)
    expect(photosLacking({ ...asked, photos_refused: true }, [])).toBe(0)
    const days = { first: '2026-03-10', last: '2027-03-10' }
    const said = { outcome: 'done' as const, note: 'Joint', parts: '', minutes: '', holdWhy: '' as const, holdUntil: '' }
    expect([...faultsIn(said, days, 1)]).toEqual(['photos'])
    expect([...faultsIn(said, days, 0)]).toEqual([])
    expect([...faultsIn({ ...said, outcome: 'on_hold', holdWhy: 'part', holdUntil: days.first }, days, 1)]).toEqual([])
  })

  it('tells which parts were taken, so many of each; what an earlier version noted tells none', () => {
    const part = { article: 'p', name: 'Joint', bag: true, quantity: '2' }
    const said = { id: 'i', outcome: 'done', note: 'n', parts: '', minutes: '', holdWhy: '', holdUntil: '', startedAt: 0 } as InterventionRecord
    expect(contentOf(said, 0)).toMatchObject({ used: [] })
    expect(contentOf({ ...said, used: [part] }, 0)).toMatchObject({ used: [{ article: 'p', name: 'Joint', bag: true, quantity: 2 }] })
    const days = { first: '2026-03-10', last: '2027-03-10' }
    for (const quantity of ['', '0', '-1', '1,5', '501']) expect([...faultsIn({ ...said, used: [{ ...part, quantity }] }, days)]).toEqual(['used'])
    expect([...faultsIn({ ...said, used: [{ ...part, quantity: '500' }] }, days)]).toEqual([])
  })

  it('tells of a wait only when the order waits', () => {
    const said = { id: 'i', outcome: 'done', note: ' n ', parts: '', minutes: '', holdWhy: 'part', holdUntil: '2026-12-01', startedAt: 0 } as InterventionRecord
    expect(contentOf(said, 0)).toMatchObject({ note: 'n', minutes: null, hold_why: null, hold_until: null })
    expect(contentOf({ ...said, outcome: 'on_hold' }, 0)).toMatchObject({ hold_why: 'part', hold_until: '2026-12-01' })
  })

  it('says which answers are missing or cannot be', () => {
    const days = { first: '2026-11-28', last: '2027-11-28' }
    const said = { outcome: '', note: '', parts: '', minutes: '', holdWhy: '', holdUntil: '' } as const
    const faults = (changes: object) => [...faultsIn({ ...said, ...changes }, days)]
    expect(faults({})).toEqual(['outcome'])
    expect(faults({ outcome: 'done' })).toEqual(['note'])
    expect(faults({ outcome: 'on_hold' })).toEqual(['holdWhy', 'holdUntil'])
    expect(faults({ outcome: 'on_hold', holdWhy: 'other', holdUntil: '2026-11-28' })).toEqual(['note'])
    for (const holdUntil of ['2026-11-27', '2027-11-29']) expect(faults({ outcome: 'on_hold', holdWhy: 'part', holdUntil })).toEqual(['holdUntil'])
    for (const minutes of ['0', '-3', '4,5', 'une heure']) expect(faults({ outcome: 'done', note: 'n', minutes })).toEqual(['minutes'])
  })
})

describe('an order that is no longer in the day', () => {
  it('keeps what was noted and lets go of who lives there', async () => {
    for (const id of ['gone', 'here']) await save(await openIntervention(order(id)), { note: `note of ${id}` })
    await followOrders([order('here')])
    const [gone, here] = (await db.readAll('interventions')).sort((a, b) => a.order.id.localeCompare(b.order.id))
    expect(gone?.note).toBe('note of gone')
    for (const secret of SECRETS) expect(JSON.stringify(gone)).not.toContain(secret)
    expect(here?.order.tenant).toBe('Odette')
  })

  it('is left to its screen while it is open there', async () => {
    const open = await openIntervention(order('a'))
    await save(open, { note: 'begun' })
    const left = isOnScreen('a')
    await followOrders([])
    await save(open, { note: 'and gone on' })
    left()
    expect(await stored()).toContain('and gone on')
    await followOrders([])
    expect(await stored()).not.toContain('Odette')
  })
})

describe('the orders of a technician', () => {
  it('stand by day: without a day, late, then as they come', () => {
    const all = [order('u', { planned_on: null }), order('l', { planned_on: '2026-11-20' }), order('m', { planned_on: '2026-11-27' }), order('t'), order('n', { planned_on: '2026-11-30' })]
    expect(ordersByDay(all, '2026-11-28').map(({ day, orders }) => [day, ...orders.map(({ id }) => id)])).toEqual([
      ['unplanned', 'u'], ['late', 'l', 'm'], ['2026-11-28', 't'], ['2026-11-30', 'n'],
    ])
  })

  it.each(['bt-a', 'robinet', 'odette', 'tilleuls', 'plomb'])('are found by %s', (sought) => {
    setLanguage('fr')
    expect(isOrderSought(order('a'), sought)).toBe(true)
    expect(isOrderSought(order('a'), `${sought} nowhere`)).toBe(false)
  })
})

it('two urgent alerts of one visit say what each is of', () => {
  setLanguage('fr')
  const alert = (fr: string): ReportItem => ({ kind: 'alert', personName: 'Odette', body: { label: { fr, en: fr } } } as unknown as ReportItem)
  expect(workTitle(alert('**Odeur de gaz**'))).toBe('Alerte urgente\u00a0: Odeur de gaz')
  expect(workTitle({ ...alert('Fil nu'), personName: '' })).toBe('Alerte urgente')
})
