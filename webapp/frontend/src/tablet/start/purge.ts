// What leaves the tablet by itself: nothing of a tenant stays longer than the work needs it.
import { day } from '../visits/day'
import { readAll, write, type Change } from '../memory/db'
import type { DayRecord, SentRecord, SentReport } from '../shapes/records'
import type { Visit } from '../shapes/wire'

const HOUR_MS = 3600_000
/** Looked at every hour: an hour early, so that nothing stays more than 48 h after its receipt. */
const CONFIRMED_KEPT_MS = 47 * HOUR_MS
const PAST_KEPT_MS = 48 * HOUR_MS
const STALE_MS = 7 * 24 * HOUR_MS

/** What else the tablet holds of visits and orders: unsent work keeps one, an old receipt lets it go. */
interface Held {
  unsent: readonly { visitId: string }[]
  receipts: readonly { visitId: string; receivedAt: number; kind?: string }[]
}

/** The day without what is confirmed or long past; null when nobody refreshed it for a week. */
export function lightened(record: DayRecord, held: Held, now: number): DayRecord | null {
  if (record.fetchedAt <= now - STALE_MS) return null
  const unsent = new Set(held.unsent.map(({ visitId }) => visitId))
  // An alert tells of a visit that goes on: it confirms nothing.
  const old = held.receipts.filter(({ kind, receivedAt }) => kind !== 'alert' && receivedAt <= now - CONFIRMED_KEPT_MS)
  const confirmed = new Set(old.map(({ visitId }) => visitId))
  const isOver = (visit: Visit) => !unsent.has(visit.id) && (confirmed.has(visit.id) || isPast(visit, now))
  const { visits, orders = [] } = record.answer
  // An order goes on after a receipt if the server still told of it later.
  const noted = new Set(old.filter(({ receivedAt }) => receivedAt > record.fetchedAt).map(({ visitId }) => visitId))
  const kept = { visits: visits.filter((visit) => !isOver(visit)), orders: orders.filter(({ id }) => unsent.has(id) || !noted.has(id)) }
  const isSame = kept.visits.length === visits.length && kept.orders.length === orders.length
  return isSame ? record : { ...record, answer: { ...record.answer, ...kept } }
}

function isPast(visit: Visit, now: number): boolean {
  return Date.parse(visit.planned_end_at ?? visit.planned_start_at) <= now - PAST_KEPT_MS
}

/** Let go of what is overdue, on disk and on screen. Old receipts go when the outbox is next looked at. */
export async function purge(now = Date.now()): Promise<void> {
  const [[record], drafts, outbox, receipts, interventions] = await Promise.all([
    readAll('day'), readAll('drafts'), readAll('outbox'), readAll('receipts'), readAll('interventions'),
  ])
  const begun = interventions.map(({ order }) => ({ visitId: order.id }))
  const kept = record ? lightened(record, { unsent: [...drafts, ...outbox, ...begun], receipts }, now) : null
  const changes = forgotten(kept, receipts)
  if (record && kept !== record) changes.push(kept ? { store: 'day', key: 'current', value: kept } : { store: 'day', remove: 'current' })
  await write(changes)
  if (record && day.value && kept !== record) day.value = kept
}

/** The answers of sent forms are here to be corrected: not longer than their visit is in the visitor's days. */
function forgotten(record: DayRecord | null, receipts: readonly (SentRecord | SentReport)[]): Change[] {
  const visits = new Set(record?.answer.visits.map(({ id }) => id))
  return receipts.flatMap((receipt) => {
    if (!('again' in receipt) || !receipt.again || visits.has(receipt.visitId)) return []
    return [{ store: 'receipts', key: receipt.instanceId, value: { ...receipt, again: undefined } }]
  })
}
