// A work order as it is noted at the door: saved with each change, photos included, and finished into the outbox.
import { shallowRef, type ShallowRef } from 'vue'
import { preparePhoto } from '../engine/photos'
import { allDone, track } from '../ground/pending'
import { hasRoomFor, hasRoomToSpare } from '../ground/storage'
import * as db from '../memory/db'
import { sha256 } from '../memory/seal'
import { loadOutbox, sendDue } from '../sending/sending'
import { fileKey, isUrgent, XML_FILE, type FileRecord, type InterventionRecord, type Moment, type OutboxItem } from '../shapes/records'
import type { Order } from '../shapes/wire'
import { loadInterventions } from '../visits/interventions'

/** At most so many photos, before and after together: the server takes ten at once. */
export const MOST_PHOTOS = 10
/** One name: who signs again signs over what was there. */
export const SIGNATURE = 'signature-1.png'

export type Said = Pick<InterventionRecord, 'outcome' | 'note' | 'parts' | 'used' | 'minutes' | 'holdWhy' | 'holdUntil'>

/** `overtaken`: another tab wrote or finished it; `failed`: the tablet did not take it. */
type State = 'saved' | 'saving' | 'failed' | 'overtaken' | 'finished'

export interface OpenIntervention {
  record: ShallowRef<InterventionRecord>
  files: ShallowRef<FileRecord[]>
  state: ShallowRef<State>
  /** Which writing of the record is on disk; null before anything is noted. */
  version: string | null
  /** The saves under way, one after the other. */
  chain: Promise<unknown>
}

/** Resume what was noted of an order, or begin: nothing is on disk before something is noted. */
export async function openIntervention(order: Order): Promise<OpenIntervention> {
  // One that was left a moment ago is kept to the end before it is read again.
  await allDone()
  const kept = await db.readVersion('interventions', order.id)
  const all = kept ? await db.readPrefix('files', `${kept.value.id}/`) : []
  const open: OpenIntervention = {
    record: shallowRef(kept?.value ?? begun(order)), files: shallowRef(all.filter(({ awaits }) => !awaits)), state: shallowRef('saved'),
    version: kept?.version ?? null, chain: Promise.resolve(),
  }
  // Pictures that an earlier end of the app left as they were taken.
  for (const { name, type, bytes, awaits } of all) {
    if (awaits) await prepare(open, awaits.reference as Moment, new Blob([bytes], { type }), [removed(open, name)])
  }
  return open
}

function begun(order: Order): InterventionRecord {
  return { id: crypto.randomUUID(), order, startedAt: Date.now(), outcome: '', note: '', parts: '', used: [], minutes: '', holdWhy: '', holdUntil: '' }
}

/** Write what is said, and `beside` it what belongs to it, in one transaction. */
export function save(open: OpenIntervention, said: Partial<Said>, beside: db.Change[] = []): Promise<void> {
  const { record, state } = open
  record.value = { ...record.value, ...said }
  if (state.value === 'overtaken' || state.value === 'finished') return Promise.resolve()
  state.value = 'saving'
  const done = open.chain.then(() => writeOver(open, [...beside, { store: 'interventions', key: record.value.order.id, value: record.value }]))
  open.chain = track(done.then(() => { state.value = 'saved' }, (error: unknown) => {
    state.value = error instanceof db.Overtaken ? 'overtaken' : 'failed'
  }))
  return done
}

async function writeOver(open: OpenIntervention, changes: db.Change[]): Promise<void> {
  open.version = await db.writeOver({ store: 'interventions', key: open.record.value.order.id, version: open.version }, changes)
}

function removed({ record }: OpenIntervention, name: string): db.Change {
  return { store: 'files', remove: fileKey(record.value.id, name) }
}

async function addFile(open: OpenIntervention, name: string, file: Blob, spent: db.Change[] = []): Promise<void> {
  const value: FileRecord = { name, type: file.type, bytes: await file.arrayBuffer() }
  await save(open, {}, [...spent, { store: 'files', key: fileKey(open.record.value.id, name), value }])
  open.files.value = [...open.files.value.filter((one) => one.name !== name), value]
}

export async function removeFile(open: OpenIntervention, name: string): Promise<void> {
  await save(open, {}, [removed(open, name)])
  open.files.value = open.files.value.filter((one) => one.name !== name)
}

/** Keep the tenant's signature, or none. */
export function sign(open: OpenIntervention, file: File | null): Promise<void> {
  return track(file ? addFile(open, SIGNATURE, file) : removeFile(open, SIGNATURE))
}

/** Keep pictures as they were taken, then each as a photo; gives how many could not be read. */
export function addPhotos(open: OpenIntervention, moment: Moment, pictures: readonly Blob[]): Promise<number> {
  return track((async () => {
    const taken: [Blob, db.Change[]][] = []
    for (const picture of pictures) taken.push([picture, await keepTaken(open, moment, picture)])
    let unreadable = 0
    for (const [picture, spent] of taken) if (!(await prepare(open, moment, picture, spent))) unreadable++
    return unreadable
  })())
}

/** A tablet that dies while a photo is made has the picture still; gives what lets it go. */
async function keepTaken(open: OpenIntervention, moment: Moment, picture: Blob): Promise<db.Change[]> {
  if (!(await hasRoomToSpare(picture))) return []
  const name = `taken-${crypto.randomUUID()}`
  const value: FileRecord = { name, type: picture.type, bytes: await picture.arrayBuffer(), awaits: { reference: moment, maxPixels: null } }
  return save(open, {}, [{ store: 'files', key: fileKey(open.record.value.id, name), value }]).then(() => [removed(open, name)], () => [])
}

/** Make a picture into the photo that is kept; false when it cannot be read. */
async function prepare(open: OpenIntervention, moment: Moment, picture: Blob, spent: db.Change[]): Promise<boolean> {
  const photo = await preparePhoto(picture).catch(() => null)
  if (photo && (await hasRoomFor(photo))) await addFile(open, `${moment}-${photo.name}`, photo, spent)
  else if (spent.length) await save(open, {}, spent)
  return photo !== null
}

/** Move it to the outbox, in one transaction. */
export async function finish(open: OpenIntervention): Promise<void> {
  const { record, files, state } = open
  await open.chain
  const queued = await finished(record.value, files.value)
  try {
    await writeOver(open, [...queued, { store: 'interventions', remove: record.value.order.id }])
  } catch (error) {
    if (error instanceof db.Overtaken) state.value = 'overtaken'
    throw error
  }
  state.value = 'finished'
  await Promise.all([loadInterventions(), loadOutbox()])
  void sendDue({ force: true })
}

/** Tell that whoever has this tablet takes an order on: by itself, beside what is noted of it. */
export async function takeOn(order: Order): Promise<void> {
  await track(finished({ ...begun(order), outcome: 'acknowledged' }, []).then(db.write))
  await loadOutbox()
  void sendDue({ force: true })
}

/** What goes into the outbox, with its content. */
async function finished(record: InterventionRecord, files: readonly FileRecord[]): Promise<db.Change[]> {
  const now = Date.now()
  const { id, order } = record
  const bytes = new TextEncoder().encode(JSON.stringify(contentOf(record, now))).buffer
  const content: FileRecord = { name: XML_FILE, type: 'application/json', bytes }
  const sent = [content, ...files].map(async ({ name, type, bytes: all }) => ({ name, type, size: all.byteLength, sha256: await sha256(all) }))
  const item: OutboxItem = {
    kind: 'intervention', instanceId: id, visitId: order.id, formId: '', version: '', personName: order.reference, finishedAt: now,
    urgent: isUrgent(order), files: await Promise.all(sent), state: 'waiting', why: null, attempts: 0, nextTryAt: now,
  }
  return [
    { store: 'files', key: fileKey(id, XML_FILE), value: content },
    { store: 'outbox', key: id, value: item },
  ]
}

/** As the server reads it: what goes with how the order was left, and nothing else. */
export function contentOf(record: InterventionRecord, now: number): Record<string, unknown> {
  const { id, outcome, note, parts, used, minutes, holdWhy, holdUntil, startedAt } = record
  const waits = outcome === 'on_hold'
  return {
    id, outcome, note: note.trim(), parts: parts.trim(),
    used: (used ?? []).map((one) => ({ ...one, quantity: Number(one.quantity) })), minutes: minutes ? Number(minutes) : null,
    hold_why: waits ? holdWhy : null, hold_until: waits ? holdUntil : null,
    began_at: new Date(startedAt).toISOString(), ended_at: new Date(now).toISOString(),
  }
}

export type Fault = 'outcome' | 'note' | 'holdWhy' | 'holdUntil' | 'minutes' | 'photos' | 'used'

/** At most so many of a part, and so many parts: the server takes no more. */
export const MOST_OF_A_PART = 500
export const MOST_PARTS = 50

/** Whether somebody may have taken so many of a part. */
export function isNumberOfParts(quantity: string): boolean {
  return /^[1-9]\d{0,2}$/.test(quantity) && Number(quantity) <= MOST_OF_A_PART
}

/** At most so many minutes of work, as many digits as the field takes. */
export const MOST_MINUTES = 9999

/** How many photos an order lacks still before it may be called done. */
export function photosLacking(order: Order, files: readonly FileRecord[]): number {
  const needed = order.photos_refused ? 0 : order.photos_needed ?? 0
  return Math.max(0, needed - files.filter(({ name }) => name !== SIGNATURE).length)
}

/**
 * What is missing or cannot be, by the names of the fields; `days` are the first and the last an order may wait for,
 * `lacking` are the photos that `photosLacking` counts.
 */
export function faultsIn({ outcome, note, used, holdWhy, holdUntil, minutes }: Said, days: { first: string; last: string }, lacking = 0): Set<Fault> {
  const faults = new Set<Fault>()
  if (!outcome) faults.add('outcome')
  if (outcome === 'done' && lacking) faults.add('photos')
  if (!note.trim() && (outcome === 'done' || (outcome === 'on_hold' && holdWhy === 'other'))) faults.add('note')
  if (used?.some(({ quantity }) => !isNumberOfParts(quantity))) faults.add('used')
  if (minutes && !/^[1-9]\d{0,3}$/.test(minutes)) faults.add('minutes')
  if (outcome === 'on_hold' && !holdWhy) faults.add('holdWhy')
  if (outcome === 'on_hold' && !(holdUntil >= days.first && holdUntil <= days.last)) faults.add('holdUntil')
  return faults
}
