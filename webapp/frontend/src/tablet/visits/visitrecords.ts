// What the tablet itself knows of a visit: that it was begun, which forms are finished, that it could not take place.
// The visit is kept as it was known, so that one that was begun outlives the change of day.
import { computed, shallowRef } from 'vue'
import { answersIn } from '../engine/answers'
import { openAnswers } from './confidential'
import { visitById } from './day'
import * as db from '../memory/db'
import { drafts } from './draft'
import { whenLocked } from '../ground/locking'
import type { DraftRecord, VisitRecord } from '../shapes/records'
import { queue, queueReport } from '../sending/sending'
import { besideReport } from '../sending/beside'
import { isTakenBack, takenBack } from '../sending/takenback'
import type { Visit } from '../shapes/wire'

const KEPT_MS = 48 * 3600_000

export const visitRecords = shallowRef<VisitRecord[]>([])
whenLocked(() => { visitRecords.value = [] })
const byId = computed(() => new Map(visitRecords.value.map((record) => [record.visit.id, record])))

export function recordOf(visitId: string): VisitRecord | undefined {
  return byId.value.get(visitId)
}

/** The visit as the server last told it, or as it was known when it was begun. */
export function knownVisit(visitId: string): Visit | undefined {
  return visitById(visitId) ?? recordOf(visitId)?.visit
}

/** What the person refuses of a visit: by the server's word, and as it was told here since. */
export function refusedParts(visitId: string): string[] {
  return [...new Set([...knownVisit(visitId)?.refused ?? [], ...recordOf(visitId)?.refused ?? []])]
}

/** Read them back, and let those go that nothing waits for any more. */
export async function loadVisitRecords(): Promise<void> {
  const all = await db.readAll('visits')
  const old = all.filter((record) => !isNeeded(record, Date.now()))
  await db.write(old.map(({ visit }) => ({ store: 'visits', remove: visit.id })))
  visitRecords.value = all.filter((record) => !old.includes(record))
  takenBack.value = new Set([...takenBack.value, ...visitRecords.value.filter((record) => record.takenBack).map(({ visit }) => visit.id)])
}

function isNeeded({ visit, touchedAt, takenBack }: VisitRecord, now: number): boolean {
  const waits = [...drafts.value, ...queue.value].some(({ visitId }) => visitId === visit.id)
  return waits || visitById(visit.id) !== undefined || (!takenBack && now - touchedAt < KEPT_MS)
}

/** The change that keeps what is new about a visit; nothing for a visit we never knew. */
export function visitChange(visitId: string, news: Partial<VisitRecord>): db.Change[] {
  const visit = knownVisit(visitId)
  if (!visit) return []
  const before = recordOf(visitId) ?? { startedAt: null, finished: [], failure: null }
  const value: VisitRecord = { ...before, visit, touchedAt: Date.now(), ...news }
  return [{ store: 'visits', key: visitId, value }]
}

/** Note that the visit begins now; a visit begun before keeps its time. */
export async function noteStart(visitId: string): Promise<void> {
  const record = recordOf(visitId)
  if (record?.startedAt) return
  const change = visitChange(visitId, { startedAt: Date.now() })
  if (record?.beside) await queueReport(besideReport(record.visit, record.beside, Date.now()), (queued) => db.write([queued, ...change]))
  else await db.write(change)
  await loadVisitRecords()
}

/** What the other forms of this visit hold, finished or not; the one saved last counts. */
export async function answersOfVisit(visitId: string, siblings: readonly DraftRecord[]): Promise<Record<string, string>> {
  const finished = recordOf(visitId)?.finished ?? []
  const begun = [...siblings].sort((a, b) => a.savedAt - b.savedAt).map((draft) => ({ ...draft, answers: answersIn(draft.xml) }))
  const told = await Promise.all([...finished, ...begun].map(openAnswers))
  return Object.assign({}, ...told) as Record<string, string>
}

/** The change that notes a form finished, with its answers for the visit's other forms. */
export function finishedChange({ visitId, formId, version, instanceId, xml }: DraftRecord, called: string[]): db.Change[] {
  const before = recordOf(visitId)?.finished ?? []
  return visitChange(visitId, {
    finished: [...before, { formId, version, instanceId, finishedAt: Date.now(), answers: isTakenBack(visitId) ? {} : answersIn(xml), called }],
  })
}

/** The change that forgets what a visit was told to hold: a form that is filled in no more, a door that was not told. */
export function forgottenChange(visitId: string, id: string): db.Change[] {
  const record = recordOf(visitId)
  if (!record) return []
  const finished = record.finished.filter(({ instanceId }) => instanceId !== id)
  return visitChange(visitId, { finished, failure: record.failure?.id === id ? null : record.failure })
}
