// The outbox at work: one sender at a time empties it, item by item, whatever happens to the others.
import { computed, ref, shallowRef } from 'vue'
import * as db from '../memory/db'
import { deliver, deliverAsItIs, deliverReport } from './delivery'
import { whenLocked } from '../ground/locking'
import { aboutOf, dueItems, handedIn, isReport, keyOf, queued, settle, settleHandedIn, settleReport } from './outbox'
import { XML_FILE, fileKey, type OutboxItem, type QueueItem, type Report, type ReportItem, type SentRecord, type SentReport } from '../shapes/records'
import { askSignIn, mustSignIn, session } from '../holder/session'
import { named } from './takenback'
import { againOf } from './versions'

/** All that waits here to be sent. */
export const queue = shallowRef<QueueItem[]>([])
/** The finished visits among it, and the reports. */
export const outbox = computed(() => queue.value.filter((item): item is OutboxItem => !isReport(item)))
export const reports = computed(() => queue.value.filter(isReport))
const remembered = shallowRef<(SentRecord | SentReport)[]>([])
export const sent = computed(() => remembered.value.filter((record): record is SentRecord => 'receipt' in record))
export const sentReports = computed(() => remembered.value.filter((record): record is SentReport => !('receipt' in record)))
whenLocked(() => {
  queue.value = []
  remembered.value = []
})
/** The item whose bytes are on their way. */
export const sendingId = ref<string | null>(null)

export const waiting = computed(() => queue.value.filter((item) => item.state === 'waiting'))
export const needingAttention = computed(() => queue.value.filter((item) => item.state === 'attention'))

const SENT_KEPT_MS = 48 * 3600_000
const TICK_MS = 30_000

export async function loadOutbox(): Promise<void> {
  queue.value = await db.readAll('outbox')
  const limit = Date.now() - SENT_KEPT_MS
  const all = await db.readAll('receipts')
  const old = all.filter((record) => record.receivedAt < limit)
  await db.write(old.map((record) => ({ store: 'receipts', remove: keyOfSent(record) })))
  remembered.value = all.filter((record) => record.receivedAt >= limit)
}

/** Writes a report, and what the tablet notes of it, in one transaction. */
export type Write = (queued: db.Change) => Promise<void>

/**
 * Keep a report on the tablet, and send it with the next breath of network. The same id again replaces what waits.
 * What the tablet notes of it is written with it or not at all: the screen never says told of what is not on its way.
 */
export async function queueReport(report: Report, write: Write): Promise<void> {
  await alone(async () => {
    const before = (await db.readAll('outbox')).filter(isReport).find(({ id }) => id === report.id)
    await write({ store: 'outbox', key: report.id, value: named(queued(report, before, Date.now())) })
  })
  await loadOutbox()
  void sendDue({ force: true })
}

/** Try the outbox at start, when the network seems to come back, and every half minute: never trusting `onLine`. */
export function keepSending(): void {
  addEventListener('online', () => void sendDue({ force: true }))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void sendDue({ force: true })
  })
  setInterval(() => void sendDue(), TICK_MS)
  void sendDue({ force: true })
}

let forcedQueued = false

/** Send what is due; `force` does not wait for the back-off. One tab sends at a time. */
export async function sendDue({ force = false } = {}): Promise<void> {
  if (!session.value || mustSignIn.value || (force && forcedQueued)) return
  forcedQueued ||= force
  await navigator.locks.request('palier-outbox', { ifAvailable: !force }, async (lock) => {
    if (force) forcedQueued = false
    if (!lock) return
    await loadOutbox()
    await sendEach(force)
  })
  wakeForNext()
}

/** Item after item, looking anew after each: an alert raised meanwhile passes what is still to come. */
async function sendEach(force: boolean): Promise<void> {
  const tried = new Set<string>()
  const untried = () => dueItems(queue.value, Date.now(), force).filter((item) => !tried.has(turnOf(item)))
  for (;;) {
    const [next] = untried()
    if (!next || mustSignIn.value || !session.value) return
    tried.add(turnOf(next))
    const alertWaits = () => next.kind !== 'alert' && untried()[0]?.kind === 'alert'
    await sendItem(next, alertWaits)
    // Stopped for an alert, not for a fault: its turn comes again right after.
    if (alertWaits()) tried.delete(turnOf(next))
  }
}

/** What a try is of: told anew or handed in as it is, it is another one. */
function turnOf(item: QueueItem): string {
  const told = isReport(item) ? `${item.id} ${item.revision}` : `${item.instanceId} ${item.finishedAt}`
  return item.handedIn === undefined ? told : `${told} as it is`
}

/** Put an item that needed attention back in the queue, and try it at once. */
export async function retryItem(item: QueueItem): Promise<void> {
  await keep({ ...item, state: 'waiting', why: null, nextTryAt: Date.now() })
  await sendDue({ force: true })
}

/** Hand an item in to the coordinator as it is, and try it at once. */
export async function handIn(item: QueueItem): Promise<void> {
  await keep(handedIn(item, Date.now()), item)
  await sendDue({ force: true })
}

/** Let an item go for good, with what the tablet noted of it: its form is to be filled in again, its door told again. */
export async function giveUp(item: QueueItem, noted: db.Change[]): Promise<void> {
  const key = keyOf(item)
  await alone(() => db.write([{ store: 'outbox', remove: key }, { store: 'files', removePrefix: `${key}/` }, ...noted]))
  await loadOutbox()
}

async function sendItem(item: QueueItem, giveWay: () => boolean): Promise<void> {
  sendingId.value = keyOf(item)
  try {
    const settled = await trySending(item, giveWay)
    if (settled?.why?.code === 'sign_in') askSignIn()
    if (settled) await keep(settled)
  } finally {
    sendingId.value = null
  }
}

/** One try; gives the item when it stays here. */
function trySending(item: QueueItem, giveWay: () => boolean): Promise<QueueItem | null> {
  if (item.handedIn !== undefined) return tryAsItIs(item)
  return isReport(item) ? tryReport(item) : tryVisit(item, giveWay)
}

async function tryAsItIs(item: QueueItem): Promise<QueueItem | null> {
  const { outcome, here } = await deliverAsItIs(item, session.value?.token ?? '')
  const settled = settleHandedIn(item, outcome, here, Date.now())
  if ('item' in settled) return settled.item
  const { visitId, personName, finishedAt } = item
  const value: SentReport = { id: keyOf(item), kind: 'handed_in', visitId, personName, finishedAt, receivedAt: Date.now() }
  await alone(async () => {
    if (await isStill(item)) await letGo(value, [{ store: 'outbox', remove: value.id }, { store: 'files', removePrefix: `${value.id}/` }])
  })
  return null
}

async function tryVisit(item: OutboxItem, giveWay: () => boolean): Promise<OutboxItem | null> {
  let current: OutboxItem = { ...item, tried: true }
  if (!(await isBegun(current))) return null
  const confirm = async (confirmed: string[]) => {
    // The server is there and has more than before: the pauses start anew.
    current = { ...current, confirmed, attempts: 0, why: null }
    await keep(current)
  }
  const outcome = await deliver(item, session.value?.token ?? '', { confirm, giveWay })
  const settled = settle(current, outcome, Date.now())
  if ('item' in settled) return settled.item
  const { instanceId, visitId, formId, version, personName, finishedAt } = item
  const value: SentRecord = { instanceId, visitId, formId, version, personName, finishedAt, receipt: settled.done, receivedAt: Date.now(), ...(await rest(item)) }
  // The receipt covers everything: only now the visit goes.
  await letGo(value, [{ store: 'outbox', remove: instanceId }, { store: 'files', removePrefix: `${instanceId}/` }])
  return null
}

/** What else is remembered of what was sent: a form is corrected from its answers, an order is not. */
async function rest(item: OutboxItem): Promise<Pick<SentRecord, 'kind' | 'again'>> {
  if (item.kind === 'intervention') return { kind: 'intervention' }
  const xml = await db.read('files', fileKey(item.instanceId, XML_FILE))
  return { again: xml && againOf(item, new TextDecoder().decode(xml.bytes)) }
}

/** Note that sending begins; false when somebody took it back to correct it. */
async function isBegun(item: OutboxItem): Promise<boolean> {
  let isHere = false
  await alone(async () => {
    isHere = await isStill(item)
    if (isHere) await writtenIfRoom([{ store: 'outbox', key: item.instanceId, value: named(item) }])
  })
  return isHere
}

async function tryReport(item: ReportItem): Promise<ReportItem | null> {
  const settled = settleReport(item, await deliverReport(item, session.value?.token ?? ''), Date.now())
  if ('item' in settled) return settled.item
  const { id, kind, visitId, personName, finishedAt } = item
  const value: SentReport = { id, kind, visitId, personName, finishedAt, about: aboutOf(item), receivedAt: Date.now() }
  await alone(async () => {
    if (await isStill(item)) await letGo(value, [{ store: 'outbox', remove: id }])
  })
  return null
}

/** Note how far an item is, while it waits as `was`: what was decided meanwhile stands. */
async function keep(item: QueueItem, was = item): Promise<void> {
  let isNoted = true
  await alone(async () => {
    if (await isStill(was)) isNoted = await writtenIfRoom([{ store: 'outbox', key: keyOf(item), value: named(item) }])
  })
  const all = await db.readAll('outbox')
  queue.value = isNoted ? all : all.map((one) => (turnOf(one) === turnOf(was) ? item : one))
}

/** Write what only tells how far it is: a tablet that is full sends all the same, for that makes room. */
async function writtenIfRoom(changes: db.Change[]): Promise<boolean> {
  try {
    await db.write(changes)
    return true
  } catch (error) {
    if (error instanceof db.Locked) throw error
    return false
  }
}

/** Whether an item waits as it was taken: not gone, and not told anew meanwhile. */
async function isStill(item: QueueItem): Promise<boolean> {
  const now = await db.read('outbox', keyOf(item))
  return now !== undefined && turnOf(now) === turnOf(item)
}

/** Look and write without another look in between, whatever the tab. */
export function alone(work: () => Promise<void>): Promise<void> {
  return navigator.locks.request('palier-queue', work)
}

/** Keep what the server said and let go of what it has, in one transaction; without room it goes all the same. */
async function letGo(value: SentRecord | SentReport, freed: db.Change[]): Promise<void> {
  const isNoted = await writtenIfRoom([{ store: 'receipts', key: keyOfSent(value), value: named(value) }, ...freed])
  if (!isNoted) await db.write(freed)
  await loadOutbox()
}

export function keyOfSent(record: SentRecord | SentReport): string {
  return 'receipt' in record ? record.instanceId : record.id
}

let wake: ReturnType<typeof setTimeout> | undefined

function wakeForNext(): void {
  clearTimeout(wake)
  if (!waiting.value.length || mustSignIn.value) return
  const next = Math.min(...waiting.value.map((item) => item.nextTryAt))
  wake = setTimeout(() => void sendDue(), Math.max(next - Date.now(), 1_000))
}
