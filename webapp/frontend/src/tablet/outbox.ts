// What is on its way to the server. Nothing leaves the tablet's memory before a receipt that lists everything.
import type { DraftRecord, FileRecord } from './draft'
import { asReceipt, covers } from './receipts'
import type { Receipt } from './wire'

/** Why an item is where it is: the HTTP status and the server's own sentence when there was one. */
interface Why {
  code: 'network' | 'server' | 'sign_in' | 'unreadable' | 'conflict' | 'refused' | 'incomplete' | 'broken' | 'hand_refused'
  status?: number
  said?: string
  /** The server's own code of its refusal. */
  refusal?: string
}

/** What must be on the server before anything is deleted. The XML is the first of them. */
export interface SentFile {
  name: string
  type: string
  size: number
  sha256: string
}

/** What everything in the queue has in common. */
interface Queued {
  visitId: string
  personName: string
  /** When it was finished or reported, by the tablet's clock. */
  finishedAt: number
  /** A finding of severity U0 or U1: goes before the others of its kind. */
  urgent: boolean
  /** `waiting` is tried again by itself; `attention` waits for a person. */
  state: 'waiting' | 'attention'
  why: Why | null
  attempts: number
  nextTryAt: number
  /** Handed in to the coordinator as it is, and why: what the ordinary way refused goes this one. */
  handedIn?: string
}

/** A finished form with its files. */
export interface OutboxItem extends Queued {
  /** Missing on those an earlier version of the app put here. */
  kind?: 'submission'
  instanceId: string
  formId: string
  version: string
  files: SentFile[]
  /** Files that an earlier version has brought to the server. */
  elsewhere?: string[]
  /** Whether sending was ever begun: then a part of it may be on the server. */
  tried?: boolean
  /** What the draft held beside its answers, to go on with it. */
  begun?: Pick<DraftRecord, 'startedAt' | 'page' | 'pages' | 'urgents' | 'audit' | 'replaces'>
  /** The files, the XML apart, that a receipt of the server listed with their hash. */
  confirmed?: string[]
}

/** What is told without a form: a door that stayed shut, an urgent alert. */
export interface Report {
  /** Made by the tablet: the same one sent twice is kept once. */
  id: string
  kind: 'failure' | 'alert'
  visitId: string
  personName: string
  urgent: boolean
  body: Record<string, unknown>
}

export interface ReportItem extends Queued, Report {
  /** Changes when the report is told anew: an answer to the former does not settle the later. */
  revision: string
}

export type QueueItem = OutboxItem | ReportItem

/** What it takes to go on with a form that was finished. */
export type Again = Pick<DraftRecord, 'formId' | 'version' | 'xml' | 'fileNames' | 'startedAt' | 'page' | 'pages' | 'urgents' | 'audit'>

/** What the tablet remembers of a sent visit, for a while. */
export interface SentRecord {
  /** To correct it, while its visit is still in the visitor's days. */
  again?: Again
  instanceId: string
  visitId: string
  /** Missing from what an older version of the app remembers. */
  formId?: string
  version?: string
  personName: string
  finishedAt: number
  receipt: Receipt
  receivedAt: number
}

/** What the tablet remembers of a report the server has. */
export interface SentReport {
  id: string
  kind: Report['kind'] | 'handed_in'
  visitId: string
  personName: string
  finishedAt: number
  receivedAt: number
}

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
  return item.kind === 'failure' || item.kind === 'alert'
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

/** The items to try now: alerts, urgent visits, shut doors, the other visits; of each the oldest first. */
export function dueItems<Item extends QueueItem>(items: readonly Item[], now: number, force: boolean): Item[] {
  return items
    .filter((item) => item.state === 'waiting' && (force || item.nextTryAt <= now))
    .sort((a, b) => rank(a) - rank(b) || a.finishedAt - b.finishedAt)
}

function rank(item: QueueItem): number {
  if (item.kind === 'alert') return 0
  if (item.kind === 'failure') return 2
  return item.urgent ? 1 : 3
}

/** Whether all that was promised is still in the tablet's memory. */
export function isWhole(item: OutboxItem, files: readonly FileRecord[]): boolean {
  return item.files.every((wanted) => files.some((file) => file.name === wanted.name && file.bytes.byteLength === wanted.size))
}
