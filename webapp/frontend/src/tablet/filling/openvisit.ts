// A form of a visit being filled in: begun or resumed, and finished into the outbox.
import { ref, type Ref } from 'vue'
import { calledIn, NO_SOURCES, sourcesOf, type FoundHere, type ProposalSources } from '../engine/answers'
import { auditFile, closedAt, opened } from './audit'
import { confidentialOf } from '../visits/confidential'
import { readForm } from '../visits/day'
import * as db from '../memory/db'
import { loadDrafts } from '../visits/draft'
import {
  createInstance, filesOf, finishedXml, instanceIdOf, markConfidential, markConsequences, restoreInstance, xmlOf, type NamedFile,
  type RootNode,
} from '../engine/engine'
import { mediaOf, type MediaReader } from '../holder/media'
import { sha256 } from '../memory/seal'
import { allDone } from '../ground/pending'
import { XML_FILE, fileKey, type DraftRecord, type FileRecord, type OutboxItem, type SessionRecord } from '../shapes/records'
import { foundAtHome } from '../visits/athome'
import { standIn } from '../ground/standins'
import { bringBack } from './taken'
import { correcting } from '../sending/versions'
import { answersOfVisit, finishedChange, knownVisit, loadVisitRecords, recordOf } from '../visits/visitrecords'
import type { FormAnswer, Visit } from '../shapes/wire'

/** A form of a visit being filled in. */
export interface OpenVisit {
  record: DraftRecord
  /** Which writing of the draft this is: one that another tab wrote or ended is never written over. */
  version: string | null
  form: FormAnswer
  root: RootNode
  /** Counts what was noted beside the answers, so that it is saved as they are. */
  noted: Ref<number>
  /** What is known already and may be offered. */
  sources: ProposalSources
  /** What other forms of this visit call for, as `kind/code`, and which form it is. */
  told: ReadonlyMap<string, string>
  /** The pictures, sounds and films of the form. */
  media: MediaReader
  /** Pictures as they were taken that are not needed any more: they go with the next save. */
  spent: Set<string>
}

/** Matches no record and no missing one: what is finished is not to come back as a draft. */
const ENDED = 'ended'

export class FormNotHere extends Error {
  override name = 'FormNotHere'
}

/** It was finished meanwhile: to begin it anew would send it twice. */
export class FormEnded extends Error {
  override name = 'FormEnded'
}

/** Resume the form's draft if there is one, otherwise begin it. Drafts of visits no longer listed resume too. */
export async function openVisit(visitId: string, formId: string, holder: SessionRecord): Promise<OpenVisit> {
  // A form that was left a moment ago is kept to the end before it is read again.
  await allDone()
  const drafts = (await db.readAll('drafts')).filter((known) => known.visitId === visitId)
  const draft = drafts.find((known) => known.formId === formId)
  const visit = knownVisit(visitId)
  if (!draft && !visit) throw new FormNotHere(visitId)
  if (!draft && await isEnded(visitId, formId)) throw new FormEnded(formId)
  const open = draft ? await resume(draft, holder) : await begin(visit as Visit, formId, holder)
  const siblings = drafts.filter((known) => known !== draft)
  const [answers, home] = await Promise.all([answersOfVisit(visitId, siblings), visit ? foundAtHome(visit) : new Map<string, FoundHere>()])
  open.sources = sourcesOf(open.form, { earlier: visit?.earlier ?? [], visit: answers, home })
  markConfidential(open.root, confidentialOf(open.form))
  open.told = await toldElsewhere(visitId, formId, siblings)
  markConsequences(open.root, open.form.consequences.flatMap(({ path }) => path ?? []))
  return open
}

async function toldElsewhere(visitId: string, formId: string, siblings: readonly DraftRecord[]): Promise<ReadonlyMap<string, string>> {
  const told = (recordOf(visitId)?.finished ?? []).filter((form) => form.formId !== formId).map((form) => ({ by: form.formId, called: form.called ?? [] }))
  for (const { formId: by, version, xml } of siblings) {
    const form = await readForm(by, version)
    if (form) told.push({ by, called: calledIn(xml, form) })
  }
  return new Map(told.flatMap(({ by, called }) => called.map((one) => [one, by] as const)))
}

/** Whether the form was finished on this tablet, in whatever tab. */
async function isEnded(visitId: string, formId: string): Promise<boolean> {
  await loadVisitRecords()
  return recordOf(visitId)?.finished.some((form) => form.formId === formId) ?? false
}

async function begin(visit: Visit, formId: string, holder: SessionRecord): Promise<OpenVisit> {
  const wanted = visit.forms.find((one) => one.form_id === formId)
  if (!wanted) throw new FormNotHere(formId)
  const form = await formOrThrow(formId, wanted.version)
  const root = await createInstance(form.xform, holder)
  const xml = xmlOf(root)
  const now = Date.now()
  const record: DraftRecord = {
    instanceId: instanceIdOf(xml), visitId: visit.id, formId: form.form_id, version: form.version,
    personName: visit.person.name, startedAt: now, savedAt: now, page: 0, xml, fileNames: [],
    audit: opened([], now),
  }
  const version = await keepDraft({ record, version: null }, record)
  return fresh({ record, version, form, root })
}

async function resume({ instanceId, visitId }: DraftRecord, holder: SessionRecord): Promise<OpenVisit> {
  const kept = await db.readVersion('drafts', instanceId)
  if (!kept) throw new FormNotHere(visitId)
  const { value: record, version } = kept
  const form = await formOrThrow(record.formId, record.version)
  const files = await db.readPrefix('files', `${record.instanceId}/`)
  const named = files.filter(({ awaits }) => !awaits).map(({ name, type, bytes }) => ({ name, file: new File([bytes], name, { type }) }))
  named.push(...(record.elsewhere ?? []).map((name) => ({ name, file: standIn(name) })))
  const root = await restoreInstance(form.xform, { xml: record.xml, files: named }, holder)
  const audit = opened(closedAt(record.audit ?? [], record.savedAt), Date.now())
  const visit = fresh({ record: { ...record, audit }, version, form, root })
  await bringBack(visit, files.filter(({ awaits }) => awaits))
  return visit
}

function fresh(opened: Pick<OpenVisit, 'record' | 'version' | 'form' | 'root'>): OpenVisit {
  return { ...opened, noted: ref(0), sources: NO_SOURCES, told: new Map(), media: mediaOf(opened.form), spent: new Set() }
}

async function formOrThrow(formId: string, version: string): Promise<FormAnswer> {
  const form = await readForm(formId, version)
  if (!form) throw new FormNotHere(`${formId} ${version}`)
  return form
}

/** Write a draft over the one that was read, with what belongs to it; raises `Overtaken` when it is another by now. */
export function keepDraft(visit: Pick<OpenVisit, 'record' | 'version'>, value: DraftRecord, beside: db.Change[] = []): Promise<string | null> {
  const { instanceId } = visit.record
  return db.writeOver(guardOf(visit), [...beside, { store: 'drafts', key: instanceId, value }])
}

function guardOf({ record, version }: Pick<OpenVisit, 'record' | 'version'>): db.Guard {
  return { store: 'drafts', key: record.instanceId, version }
}

/** Note something beside the answers; it is saved with them. */
export function note(visit: OpenVisit, changes: Partial<Pick<DraftRecord, 'urgents' | 'audit' | 'pages' | 'personName' | 'prefilled'>>): void {
  visit.record = { ...visit.record, ...changes }
  visit.noted.value++
}

/** The files that are this tablet's to keep and send: not those that an earlier version brought to the server. */
export function filesHere({ root, record }: OpenVisit): NamedFile[] {
  return filesOf(root).filter(({ name }) => !record.elsewhere?.includes(name))
}

/** Move a finished form to the outbox: its XML, its files and their hashes, in one transaction. */
export async function finishVisit(visit: OpenVisit, urgent: boolean): Promise<OutboxItem> {
  const { instanceId } = visit.record
  const { replaces } = visit.record
  const written = await finishedXml(visit.root)
  const xml = new TextEncoder().encode(replaces ? correcting(written, replaces) : written).buffer
  const files: FileRecord[] = [{ name: XML_FILE, type: 'text/xml', bytes: xml }]
  for (const { name, file } of filesHere(visit)) files.push({ name, type: file.type, bytes: await file.arrayBuffer() })
  files.push(auditFile(visit.record.audit ?? [], Date.now()))
  const item = await outboxItem(visit.record, files, urgent)
  const stale = [...visit.spent, ...visit.record.fileNames.filter((name) => !files.some((file) => file.name === name))]
  await db.writeOver(guardOf(visit), [
    ...stale.map((name): db.Change => ({ store: 'files', remove: fileKey(instanceId, name) })),
    // Photos the draft holds are not written again: a tablet that is full can still finish.
    ...files.filter(({ name }) => !visit.record.fileNames.includes(name)).map((value): db.Change => ({ store: 'files', key: fileKey(instanceId, value.name), value })),
    { store: 'outbox', key: instanceId, value: item },
    { store: 'drafts', remove: instanceId },
    ...finishedChange(visit.record, calledIn(written, visit.form)),
  ])
  visit.version = ENDED
  await Promise.all([loadDrafts(), loadVisitRecords()])
  return item
}

async function outboxItem(draft: DraftRecord, files: FileRecord[], urgent: boolean): Promise<OutboxItem> {
  const now = Date.now()
  const { startedAt, page, pages, urgents, audit, prefilled, replaces, elsewhere } = draft
  const sent = files.map(async ({ name, type, bytes }) => ({ name, type, size: bytes.byteLength, sha256: await sha256(bytes) }))
  return {
    instanceId: draft.instanceId, visitId: draft.visitId, formId: draft.formId, version: draft.version,
    personName: draft.personName, finishedAt: now, urgent, files: await Promise.all(sent),
    state: 'waiting', why: null, attempts: 0, nextTryAt: now, elsewhere,
    begun: { startedAt, page, pages, urgents, audit, prefilled, replaces },
  }
}
