// A visit that the server took back is reduced, in every store, to what sending still needs: ids, forms, sealed answers.
import * as db from '../memory/db'
import { loadDrafts } from './draft'
import { keyOf } from '../sending/outbox'
import { formName, heldForms } from './holding'
import type { DraftRecord, SentRecord, SentReport, VisitRecord } from '../shapes/records'
import { alone, keyOfSent, loadOutbox } from '../sending/sending'
import { named, takenBack } from '../sending/takenback'
import { loadVisitRecords } from './visitrecords'
import type { DayAnswer, Visit } from '../shapes/wire'

/** The visits of which the tablet holds something, but for those the server has yet to learn of. */
export async function heldVisits(): Promise<string[]> {
  const [visits, begun, outbox, receipts] = await Promise.all([db.readAll('visits'), db.readAll('drafts'), db.readAll('outbox'), db.readAll('receipts')])
  const unbegun = visits.filter(({ beside, startedAt }) => beside && !startedAt).map(({ visit }) => visit.id)
  const untold = new Set([...unbegun, ...outbox.filter(({ kind }) => kind === 'beside').map(({ visitId }) => visitId)])
  const held = [...visits.map(({ visit }) => visit.id), ...[...begun, ...outbox, ...receipts].map(({ visitId }) => visitId)]
  return [...new Set(held)].filter((id) => !untold.has(id))
}

/** What is on screen of a form while it is filled: its own record is the one that is saved. */
interface OpenForm {
  visitId: string
  forgetName(): void
}
const openForms = new Set<OpenForm>()

/** Let an open form forget its person's name when its visit is taken back; gives back how to take it away again. */
export function forgetsName(form: OpenForm): () => void {
  openForms.add(form)
  return () => openForms.delete(form)
}

/** Follow the server's word: reduce what it took back, and keep of the others what it says now. */
export async function follow({ visits, taken_back: gone = [] }: Pick<DayAnswer, 'visits' | 'taken_back'>): Promise<void> {
  const known = new Map(visits.map((visit) => [visit.id, visit]))
  const records = await db.readAll('visits')
  const before = records.filter((record) => record.takenBack && !known.has(record.visit.id)).map(({ visit }) => visit.id)
  takenBack.value = new Set([...gone, ...before])
  const changed = records.flatMap((record) => followed(record, known.get(record.visit.id)))
  await db.write(changed.map((value) => ({ store: 'visits', key: value.visit.id, value })))
  if (gone.length) await forgetNames()
  await Promise.all([loadDrafts(), loadOutbox()])
  await loadVisitRecords()
}

/** Her account is closed: let go of all but that of which something here is to be finished or sent; gives those visits. */
export async function keepUnsent(): Promise<ReadonlySet<string>> {
  const [visits, begun, outbox, receipts] = await Promise.all([db.readAll('visits'), db.readAll('drafts'), db.readAll('outbox'), db.readAll('receipts')])
  const unsent = new Set([...begun, ...outbox].map(({ visitId }) => visitId))
  const held = [...visits.map(({ visit }) => visit.id), ...receipts.map(({ visitId }) => visitId)]
  await follow({ visits: [], taken_back: held.filter((id) => !unsent.has(id)) })
  return unsent
}

/** What becomes of a record; nothing when it stays as it is. */
function followed(record: VisitRecord, now: Visit | undefined): VisitRecord[] {
  if (takenBack.value.has(record.visit.id)) return record.takenBack ? [] : [reduced(record)]
  // Closed or given back since: what it was is no longer what is known.
  const isOther = now && (record.takenBack || record.visit.state !== now.state)
  return isOther ? [{ ...record, visit: now, takenBack: false }] : []
}

/** The visit without anything of the person and her home; the forms, so that what was filled can be finished. */
export function reduced(record: VisitRecord): VisitRecord {
  const { id, planned_start_at, state, forms } = record.visit
  const visit: Visit = {
    id, planned_start_at, planned_end_at: null, state, attempt: 1, forms, home: null, alerts: [], refused: [], earlier: [], due: [], beside: [],
    person: { name: '', born_on: null, birth_year: null, phone: null },
    dwelling: { reference: '', address: '', postcode: '', city: '', floor: null, door: null, access_code: null, lift: null, lat: null, lon: null },
  }
  return { ...record, visit, refused: [], failing: undefined, finished: record.finished.map((form) => ({ ...form, answers: {} })), takenBack: true }
}

async function forgetNames(): Promise<void> {
  // The form on screen saves itself, and its answers are newer than what is on disk.
  for (const form of openForms) if (takenBack.value.has(form.visitId)) form.forgetName()
  const open = await heldForms()
  for (const draft of await db.readAll('drafts')) if (!open.has(formName(draft))) await forgetNameOf(draft)
  await alone(async () => {
    const items = (await db.readAll('outbox')).flatMap((item) => {
      const value = named(item)
      return value === item ? [] : [{ store: 'outbox', key: keyOf(item), value } as const]
    })
    await db.write(items)
  })
  await db.write((await db.readAll('receipts')).flatMap(namelessReceipt))
}

/** A draft nobody has open; one that is opened in this very moment hears of it by itself. */
async function forgetNameOf({ instanceId }: DraftRecord): Promise<void> {
  const kept = await db.readVersion('drafts', instanceId)
  if (!kept || named(kept.value) === kept.value) return
  const guard = { store: 'drafts', key: instanceId, version: kept.version } as const
  await db.writeOver(guard, [{ store: 'drafts', key: instanceId, value: named(kept.value) }]).catch((error: unknown) => {
    if (!(error instanceof db.Overtaken)) throw error
  })
}

function namelessReceipt(record: SentRecord | SentReport): db.Change[] {
  const value = named(record)
  return value === record ? [] : [{ store: 'receipts', key: keyOfSent(record), value }]
}

