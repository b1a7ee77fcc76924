// What is on its way to the server. Nothing leaves the tablet's memory before a receipt that lists everything.
import { asReceipt, covers } from './receipts'
import type { FileRecord, OutboxItem, QueueItem, Report, ReportItem, Why } from '../shapes/records'
import type { Receipt, Translated } from '../shapes/wire'

/** What came of one try to send. */
export type Outcome =
  | { kind: 'answered'; body: unknown }
  | { kind: 'refused'; status: number; said?: string; code?: string }
  | { kind: 'unreachable' }
  | { kind: 'gave_way' }
  | { kind: 'broken' }

export type Settled<Item extends QueueItem = OutboxItem> = { done: Receipt } | { item: Item }

const FIRST_DELAY_MS = 5_000
const LONGEST_DELAY_MS = 300_000

export function isReport(item: { kind?: string }): item is ReportItem {
  return item.kind !== undefined && item.kind !== 'submission' && item.kind !== 'intervention'
}

/** What an alert tells of; nothing for any other report, nor once its visit was taken back. */
export function aboutOf({ kind, personName, body }: Pick<ReportItem, 'kind' | 'personName' | 'body'>): Translated | undefined {
  return kind === 'alert' && personName ? (body.label as Translated) : undefined
}

/** The key of an item in the tablet's memory. */
export function keyOf(item: QueueItem): string {
  return isReport(item) ? item.id : item.instanceId
}

/** A report as it enters the queue; `before` is the same report if it still waits here: what it told stays told. */
export function queued(report: Report, before: ReportItem | undefined, now: number): ReportItem {
  return {
    ...report, body: { ...before?.body, ...report.body }, revision: crypto.randomUUID(), finishedAt: before?.finishedAt ?? now,
    state: 'waiting', why: null, attempts: 0, nextTryAt: now,
  }
}

/** The pause before the next try: 5 s, 15 s, 45 s … at most 5 min; `jitter` in 0..1 spreads tablets apart. */
export function backOff(attempts: number, jitter: number): number {
  const delay = Math.min(FIRST_DELAY_MS * 3 ** Math.max(attempts - 1, 0), LONGEST_DELAY_MS)
  return Math.round(delay * (0.75 + 0.5 * jitter))
}

/** Decide what becomes of a visit after a try. */
export function settle(item: OutboxItem, outcome: Outcome, now: number, jitter = Math.random()): Settled {
  if (outcome.kind !== 'answered') return settleFailure(item, outcome, now, jitter)
  const receipt = asReceipt(outcome.body)
  // A portal's page instead of a receipt: not our server's word, so try again.
  if (!receipt) return again(item, { code: 'unreadable' }, now, jitter)
  return receipt.state !== 'incomplete' && covers(receipt, item) ? { done: receipt } : attention(item, { code: 'incomplete' })
}

/** Decide what becomes of a report after a try: gone once the server has said its id back. */
export function settleReport(item: ReportItem, outcome: Outcome, now: number, jitter = Math.random()): { done: true } | { item: ReportItem } {
  if (outcome.kind !== 'answered') return settleFailure(item, outcome, now, jitter)
  const { id } = (outcome.body ?? {}) as { id?: unknown }
  return id === item.id ? { done: true } : again(item, { code: 'unreadable' }, now, jitter)
}

type Failure = Exclude<Outcome, { kind: 'answered' }>

function settleFailure<Item extends QueueItem>(item: Item, outcome: Failure, now: number, jitter: number): { item: Item } {
  if (outcome.kind === 'unreachable') return again(item, { code: 'network' }, now, jitter)
  if (outcome.kind === 'gave_way') return { item }
  if (outcome.kind === 'broken') return attention(item, { code: 'broken' })
  const { status, said, code: refusal } = outcome
  if (status === 401) return { item: { ...item, state: 'waiting', why: { code: 'sign_in' }, nextTryAt: now } }
  if (status >= 500 || [408, 425, 429].includes(status)) return again(item, { code: 'server', status }, now, jitter)
  const code = item.handedIn !== undefined ? 'hand_refused' : status === 409 ? 'conflict' : 'refused'
  return attention(item, { code, status, ...(said ? { said } : {}), ...(refusal ? { refusal } : {}) })
}

/** Tries of the ordinary way after which a server that always stumbles over an item is not waited for. */
const PATIENT_TRIES = 5

/** Whether an item may be handed in as it is: the ordinary way refused it, or always fails. */
export function mayHandIn({ state, why, attempts, handedIn }: QueueItem): boolean {
  if (handedIn !== undefined) return false
  const stumbles = attempts >= PATIENT_TRIES && (why?.code === 'server' || why?.code === 'unreadable')
  return state === 'attention' || stumbles
}

/** Whether an item may be given up: handing it in was tried and refused. */
export function mayGiveUp({ why }: QueueItem): boolean {
  return why?.code === 'hand_refused'
}

/** The item on its other way. */
export function handedIn<Item extends QueueItem>(item: Item, now: number): Item {
  const { why } = item
  return { ...item, handedIn: why?.refusal ?? why?.code ?? '', state: 'waiting', why: null, attempts: 0, nextTryAt: now }
}

/** Decide what becomes of an item that was handed in: gone once the server lists all that is still here. */
export function settleHandedIn<Item extends QueueItem>(
  item: Item, outcome: Outcome, here: readonly { name: string; sha256: string }[], now: number, jitter = Math.random(),
): { done: true } | { item: Item } {
  if (outcome.kind !== 'answered') return settleFailure(item, outcome, now, jitter)
  const { id, files } = (outcome.body ?? {}) as { id?: unknown; files?: { sha256?: unknown }[] }
  if (id !== keyOf(item) || !Array.isArray(files)) return again(item, { code: 'unreadable' }, now, jitter)
  const listed = new Set(files.map(({ sha256 }) => sha256))
  return here.every(({ sha256 }) => listed.has(sha256)) ? { done: true } : again(item, { code: 'unreadable' }, now, jitter)
}

function again<Item extends QueueItem>(item: Item, why: Why, now: number, jitter: number): { item: Item } {
  const attempts = item.attempts + 1
  return { item: { ...item, state: 'waiting', why, attempts, nextTryAt: now + backOff(attempts, jitter) } }
}

function attention<Item extends QueueItem>(item: Item, why: Why): { item: Item } {
  return { item: { ...item, state: 'attention', why, attempts: item.attempts + 1 } }
}

/** The items to try now: visits begun beside others, without which nothing of them has a place; alerts, parts refused, urgent visits, shut doors, the other visits; of each the oldest first. */
export function dueItems<Item extends QueueItem>(items: readonly Item[], now: number, force: boolean): Item[] {
  const untold = new Set(items.filter(({ kind, state }) => kind === 'beside' && state === 'waiting').map(({ visitId }) => visitId))
  return items
    .filter((item) => item.state === 'waiting' && (force || item.nextTryAt <= now) && (item.kind === 'beside' || !untold.has(item.visitId)))
    .sort((a, b) => rank(a) - rank(b) || a.finishedAt - b.finishedAt)
}

function rank(item: QueueItem): number {
  if (item.kind === 'beside') return -1
  if (item.kind === 'alert') return 0
  // Before the forms it is about: the server keeps to it from then on.
  if (item.kind === 'refusal') return 1
  if (item.kind === 'failure') return 3
  return item.urgent ? 2 : 4
}

/** Whether all that was promised is still in the tablet's memory. */
export function isWhole(item: OutboxItem, files: readonly FileRecord[]): boolean {
  return item.files.every((wanted) => files.some((file) => file.name === wanted.name && file.bytes.byteLength === wanted.size))
}
