// A work order as it is noted at the door: saved with each change, photos included, and finished into the outbox.
import { shallowRef, triggerRef, type ShallowRef } from 'vue'
import { preparePhoto } from '../engine/photos'
import { track } from '../ground/pending'
import { hasRoomFor, hasRoomToSpare } from '../ground/storage'
import * as db from '../memory/db'
import { sha256 } from '../memory/seal'
import { loadOutbox, sendDue } from '../sending/sending'
import { fileKey, XML_FILE, type FileRecord, type InterventionRecord, type Moment, type OutboxItem } from '../shapes/records'
import type { Order } from '../shapes/wire'
import { loadInterventions } from '../visits/interventions'

type Said = Partial<Pick<InterventionRecord, 'outcome' | 'note' | 'parts' | 'minutes' | 'holdWhy' | 'holdUntil' | 'fileNames'>>

/** At most so many photos; the server takes ten at once. */
export const MOST_PHOTOS = 10

export interface OpenIntervention {
  record: ShallowRef<InterventionRecord>
  files: ShallowRef<FileRecord[]>
  /** `overtaken`: another tab wrote or finished it; `failed`: the tablet took it not. */
  state: ShallowRef<'saved' | 'saving' | 'failed' | 'overtaken'>
  save(said: Said, beside?: db.Change[]): Promise<void>
  addPhotos(moment: Moment, pictures: readonly Blob[]): Promise<void>
  addFile(name: string, file: Blob): Promise<void>
  removeFile(name: string): Promise<void>
  finish(): Promise<void>
}

function begun(order: Order): InterventionRecord {
  return {
    id: crypto.randomUUID(), order, startedAt: Date.now(), outcome: '', note: '', parts: '', minutes: '', holdWhy: '', holdUntil: '', fileNames: [],
  }
}

/** Resume what was noted of an order, or begin: nothing is on disk before something is noted. */
export async function openIntervention(order: Order): Promise<OpenIntervention> {
  const kept = await db.readVersion('interventions', order.id)
  const record = shallowRef(kept?.value ?? begun(order))
  const files = shallowRef<FileRecord[]>([])
  const state = shallowRef<'saved' | 'saving' | 'failed' | 'overtaken'>('saved')
  const { id } = record.value
  let version = kept?.version ?? null
  let chain: Promise<void> = Promise.resolve()

  const write = (changes: db.Change[]) => db.writeOver({ store: 'interventions', key: order.id, version }, changes)
  const save = (said: Said, beside: db.Change[] = []) => {
    record.value = { ...record.value, ...said }
    if (state.value === 'overtaken') return chain
    state.value = 'saving'
    const done = chain.then(async () => {
      version = await write([...beside, { store: 'interventions', key: order.id, value: record.value }])
    })
    chain = track(done.then(() => { state.value = 'saved' }, (error: unknown) => {
      state.value = error instanceof db.Overtaken ? 'overtaken' : 'failed'
    }))
    return done
  }
  const addFile = async (name: string, file: Blob, spent: db.Change[] = []) => {
    const value: FileRecord = { name, type: file.type, bytes: await file.arrayBuffer() }
    await save({ fileNames: [...record.value.fileNames, name] }, [...spent, { store: 'files', key: fileKey(id, name), value }])
    files.value = [...files.value, value]
  }
  const removeFile = async (name: string) => {
    await save({ fileNames: record.value.fileNames.filter((one) => one !== name) }, [{ store: 'files', remove: fileKey(id, name) }])
    files.value = files.value.filter((one) => one.name !== name)
  }
  /** Kept as it was taken first: a tablet that dies while it is made smaller has it still. */
  const prepare = async (moment: Moment, taken: string, picture: Blob) => {
    const spent: db.Change[] = [{ store: 'files', remove: fileKey(id, taken) }]
    const photo = await preparePhoto(picture).catch(() => null)
    if (photo && (await hasRoomFor(photo))) await addFile(`${moment}-${photo.name}`, photo, spent)
    else await save({}, spent)
    if (!photo) throw new Error(picture.type)
  }
  const addPhoto = async (moment: Moment, picture: Blob) => {
    const taken = `taken-${crypto.randomUUID()}`
    if (await hasRoomToSpare(picture)) {
      const value: FileRecord = { name: taken, type: picture.type, bytes: await picture.arrayBuffer(), awaits: { reference: moment, maxPixels: null } }
      await save({}, [{ store: 'files', key: fileKey(id, taken), value }]).catch(() => undefined)
    }
    await prepare(moment, taken, picture)
  }

  const all = kept ? await db.readPrefix('files', `${id}/`) : []
  files.value = all.filter(({ awaits }) => !awaits)
  for (const { name, type, bytes, awaits } of all) {
    if (awaits) await prepare(awaits.reference as Moment, name, new Blob([bytes], { type })).catch(() => undefined)
  }

  return {
    record, files, state, save, removeFile,
    addFile: (name, file) => track(addFile(name, file)),
    async addPhotos(moment, pictures) {
      for (const picture of pictures) await track(addPhoto(moment, picture))
    },
    async finish() {
      await chain
      const item = await finished(record.value, files.value)
      await write(item)
      state.value = 'overtaken'
      triggerRef(record)
      await Promise.all([loadInterventions(), loadOutbox()])
      void sendDue({ force: true })
    },
  }
}

/** What it takes to move it to the outbox, in one transaction. */
async function finished(record: InterventionRecord, files: readonly FileRecord[]): Promise<db.Change[]> {
  const now = Date.now()
  const bytes = new TextEncoder().encode(JSON.stringify(contentOf(record, now))).buffer
  const content: FileRecord = { name: XML_FILE, type: 'application/json', bytes }
  const sent = [content, ...files].map(async ({ name, type, bytes: all }) => ({ name, type, size: all.byteLength, sha256: await sha256(all) }))
  const item: OutboxItem = {
    kind: 'intervention', instanceId: record.id, visitId: record.order.id, formId: '', version: '', personName: record.order.reference,
    finishedAt: now, urgent: record.order.severity === 'U0' || record.order.severity === 'U1', files: await Promise.all(sent),
    state: 'waiting', why: null, attempts: 0, nextTryAt: now,
  }
  return [
    { store: 'files', key: fileKey(record.id, XML_FILE), value: content },
    { store: 'outbox', key: record.id, value: item },
    { store: 'interventions', remove: record.order.id },
  ]
}

/** As the server reads it: what goes with how the order was left, and nothing else. */
export function contentOf(record: InterventionRecord, now: number): Record<string, unknown> {
  const { id, outcome, note, parts, minutes, holdWhy, holdUntil, startedAt } = record
  return {
    id, outcome, note: note.trim(), parts: parts.trim(), minutes: minutes ? Number(minutes) : null,
    hold_why: outcome === 'on_hold' ? holdWhy : null, hold_until: outcome === 'on_hold' ? holdUntil : null,
    began_at: new Date(startedAt).toISOString(), ended_at: new Date(now).toISOString(),
  }
}

/** What is missing or cannot be, by the names of the fields. */
export function faultsIn(record: InterventionRecord, today: string): Set<'outcome' | 'note' | 'holdWhy' | 'holdUntil' | 'minutes'> {
  const faults = new Set<'outcome' | 'note' | 'holdWhy' | 'holdUntil' | 'minutes'>()
  const { outcome, note, holdWhy, holdUntil, minutes } = record
  if (!outcome) faults.add('outcome')
  if (!note.trim() && (outcome === 'done' || holdWhy === 'other')) faults.add('note')
  if (minutes && !/^[1-9]\d{0,3}$/.test(minutes)) faults.add('minutes')
  if (outcome === 'on_hold' && !holdWhy) faults.add('holdWhy')
  if (outcome === 'on_hold' && !(holdUntil >= today)) faults.add('holdUntil')
  return faults
}
