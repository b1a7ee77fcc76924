// What leaves the tablet by itself: nothing of a tenant stays longer than the work needs it.
import { readAll, write, type Change } from './db'
import { day, type DayRecord } from './day'
import type { OutboxItem, SentRecord } from './outbox'
import type { DraftRecord } from './draft'
import type { Visit } from './wire'

const HOUR_MS = 3600_000
/** Looked at every hour: an hour early, so that nothing stays more than 48 h after its receipt. */
const KEPT_MS = 47 * HOUR_MS
const PAST_KEPT_MS = 48 * HOUR_MS
const STALE_MS = 7 * 24 * HOUR_MS

export interface Held {
  day: DayRecord | null
  drafts: readonly DraftRecord[]
  outbox: readonly OutboxItem[]
  receipts: readonly SentRecord[]
}

/** What is to go now: visits confirmed or long past, old receipts, a day nobody refreshed for a week. */
export function overdue(held: Held, now: number): Change[] {
  const old = held.receipts.filter(({ receivedAt }) => receivedAt <= now - KEPT_MS)
  const gone: Change[] = old.map(({ instanceId }) => ({ store: 'receipts', remove: instanceId }))
  if (!held.day) return gone
  if (held.day.fetchedAt <= now - STALE_MS) return [...gone, { store: 'day', remove: 'current' }]
  const unsent = new Set([...held.drafts, ...held.outbox].map(({ visitId }) => visitId))
  const confirmed = new Set(old.map(({ visitId }) => visitId))
  const all = held.day.answer.visits
  const kept = all.filter((visit) => unsent.has(visit.id) || !(confirmed.has(visit.id) || isPast(visit, now)))
  if (kept.length === all.length) return gone
  return [...gone, { store: 'day', key: 'current', value: { ...held.day, answer: { ...held.day.answer, visits: kept } } }]
}

function isPast(visit: Visit, now: number): boolean {
  return Date.parse(visit.planned_end_at ?? visit.planned_start_at) <= now - PAST_KEPT_MS
}

/** Let go of what is overdue, on disk and on screen. */
export async function purge(now = Date.now()): Promise<void> {
  const [days, drafts, outbox, receipts] = await Promise.all([readAll('day'), readAll('drafts'), readAll('outbox'), readAll('receipts')])
  const changes = overdue({ day: days[0] ?? null, drafts, outbox, receipts }, now)
  await write(changes)
  for (const change of changes) {
    if (change.store === 'day') day.value = 'value' in change ? (change.value as DayRecord) : null
  }
}
