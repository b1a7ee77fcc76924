// Finished visits on their way. Nothing leaves the tablet's memory before a receipt that lists everything.
import type { FileRecord } from './draft'
import type { Receipt } from './wire'

/** Why an item is where it is; `status` is the HTTP status when there was one. */
export interface Why {
  code: 'network' | 'server' | 'sign_in' | 'unreadable' | 'conflict' | 'refused' | 'incomplete' | 'broken'
  status?: number
}

/** What must be on the server before anything is deleted. The XML is one of them. */
export interface SentFile {
  name: string
  type: string
  size: number
  sha256: string
}

export interface OutboxItem {
  instanceId: string
  visitId: string
  formId: string
  version: string
  personName: string
  finishedAt: number
  /** A finding of severity U0 or U1: goes first. */
  urgent: boolean
  files: SentFile[]
  /** `waiting` is tried again by itself; `attention` waits for a person. */
  state: 'waiting' | 'attention'
  why: Why | null
  attempts: number
  nextTryAt: number
}

/** What the tablet remembers of a sent visit, for a while. */
export interface SentRecord {
  instanceId: string
  visitId: string
  personName: string
  finishedAt: number
  receipt: Receipt
  receivedAt: number
}

/** What came of one try to send. */
export type Outcome =
  | { kind: 'answered'; body: unknown }
  | { kind: 'refused'; status: number }
  | { kind: 'unreachable' }
  | { kind: 'broken' }

export type Settled = { done: Receipt } | { item: OutboxItem }

const FIRST_DELAY_MS = 5_000
const LONGEST_DELAY_MS = 300_000

/** The pause before the next try: 5 s, 15 s, 45 s … at most 5 min; `jitter` in 0..1 spreads tablets apart. */
export function backOff(attempts: number, jitter: number): number {
  const delay = Math.min(FIRST_DELAY_MS * 3 ** Math.max(attempts - 1, 0), LONGEST_DELAY_MS)
  return Math.round(delay * (0.75 + 0.5 * jitter))
}

/** Decide what becomes of an item after a try. */
export function settle(item: OutboxItem, outcome: Outcome, now: number, jitter = Math.random()): Settled {
  switch (outcome.kind) {
    case 'unreachable': return again(item, { code: 'network' }, now, jitter)
    case 'broken': return attention(item, { code: 'broken' })
    case 'refused': return settleRefusal(item, outcome.status, now, jitter)
    case 'answered': {
      const receipt = asReceipt(outcome.body)
      // A portal's page instead of a receipt: not our server's word, so try again.
      if (!receipt) return again(item, { code: 'unreadable' }, now, jitter)
      return covers(receipt, item) ? { done: receipt } : attention(item, { code: 'incomplete' })
    }
  }
}

function settleRefusal(item: OutboxItem, status: number, now: number, jitter: number): Settled {
  if (status === 401) return { item: { ...item, state: 'waiting', why: { code: 'sign_in' }, nextTryAt: now } }
  if (status === 409) return attention(item, { code: 'conflict', status })
  if (status >= 500 || [408, 425, 429].includes(status)) return again(item, { code: 'server', status }, now, jitter)
  return attention(item, { code: 'refused', status })
}

function again(item: OutboxItem, why: Why, now: number, jitter: number): Settled {
  const attempts = item.attempts + 1
  return { item: { ...item, state: 'waiting', why, attempts, nextTryAt: now + backOff(attempts, jitter) } }
}

function attention(item: OutboxItem, why: Why): Settled {
  return { item: { ...item, state: 'attention', why, attempts: item.attempts + 1 } }
}

/** Whether a receipt lists every file with its hash. The XML may be kept under another name: its hash is enough. */
export function covers(receipt: Receipt, item: OutboxItem): boolean {
  if (receipt.instance_id.replace(/^uuid:/, '') !== item.instanceId) return false
  return item.files.every((file, index) => receipt.files.some(
    (kept) => kept.sha256.toLowerCase() === file.sha256 && (index === 0 || kept.name === file.name),
  ))
}

/** Read an answer as a receipt, or null when it is not one. */
export function asReceipt(body: unknown): Receipt | null {
  if (typeof body !== 'object' || body === null) return null
  const { instance_id, files, state } = body as Partial<Receipt>
  const isReceipt = typeof instance_id === 'string' && Array.isArray(files) && (state === 'checked' || state === 'to_review')
    && files.every((file) => typeof file.name === 'string' && typeof file.sha256 === 'string')
  return isReceipt ? (body as Receipt) : null
}

/** The items to try now, the urgent first, then the oldest. */
export function dueItems(items: readonly OutboxItem[], now: number, force: boolean): OutboxItem[] {
  return items
    .filter((item) => item.state === 'waiting' && (force || item.nextTryAt <= now))
    .sort((a, b) => Number(b.urgent) - Number(a.urgent) || a.finishedAt - b.finishedAt)
}

/** Whether all that was promised is still in the tablet's memory. */
export function isWhole(item: OutboxItem, files: readonly FileRecord[]): boolean {
  return item.files.every((wanted) => files.some((file) => file.name === wanted.name && file.bytes.byteLength === wanted.size))
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
