// An open visit is saved as it goes, photos included; the screen says so only once it is on disk.
import { effect, ref, stop, type Ref } from 'vue'
import * as db from '../memory/db'
import { xmlOf, type NamedFile } from '../engine/engine'
import { giveBackPhotos } from './givingback'
import { beforeLock } from '../ground/locking'
import { filesHere, keepDraft, note, type OpenVisit } from './openvisit'
import { fileKey, type DraftRecord } from '../shapes/records'
import { whenQuiet } from '../ground/settled'
import { isFull } from '../ground/storage'

/** `overtaken`: another tab wrote or ended the form, and nothing of this one is saved any more. */
type SaveState = { kind: 'saved'; at: number } | { kind: 'saving' } | { kind: 'failed'; why: string } | { kind: 'overtaken' }

export interface Autosave {
  state: Ref<SaveState>
  /** Save now what is not saved yet. */
  flush(): Promise<void>
  /** Keep something else and what is noted of it with the draft: both or neither, between two saves. */
  keepWith(change: db.Change, noted: Pick<DraftRecord, 'urgents'>): Promise<void>
  /** Hold saving back while a question to the user may still undo the change. */
  hold(held: boolean): void
  stop(): void
}

/** So long after a change it is written, in the first quiet moment: a tap under way goes first, but not for long. */
const AUTOSAVE_MS = 200
const QUIET_MS = 100
/** After a save that failed, the pause before it is tried again. */
const RETRY_MS = 3_000

/** Where a draft goes, with its photos. */
export interface DraftStore {
  save(visit: OpenVisit, taken: Taken): Promise<void>
  /** Keep something else with the draft: both or neither. */
  saveWith(visit: OpenVisit, change: db.Change, noted: Pick<DraftRecord, 'urgents'>): Promise<void>
}

const ON_TABLET: DraftStore = {
  save: saveDraft,
  async saveWith(visit, change, noted) {
    visit.version = await keepDraft(visit, { ...visit.record, ...noted }, [change])
  },
}

/** Save the visit shortly after each change, photos included, for as long as it is open. */
export function autosave(visit: OpenVisit, page: Ref<number>, store: DraftStore = ON_TABLET): Autosave {
  const state = ref<SaveState>({ kind: 'saved', at: visit.record.savedAt })
  let timer: ReturnType<typeof setTimeout> | undefined
  let held = false
  let chain = Promise.resolve()

  const save = () => {
    if (state.value.kind === 'overtaken') return chain
    clearTimeout(timer)
    timer = undefined
    state.value = { kind: 'saving' }
    chain = chain.then(async () => {
      try {
        look()
        await store.save(visit, taken)
        if (timer === undefined) state.value = { kind: 'saved', at: visit.record.savedAt }
      } catch (error) {
        if (error instanceof db.Overtaken) return giveUp()
        // A tablet that is full keeps the answers all the same: without the photo, they are written at once.
        const again = isFull(error) && giveBackPhotos(visit) ? AUTOSAVE_MS : RETRY_MS
        timer ??= setTimeout(() => void save(), again)
        state.value = { kind: 'failed', why: error instanceof Error ? error.message || error.name : String(error) }
      }
    })
    return chain
  }
  const giveUp = () => {
    stop(look)
    clearTimeout(timer)
    timer = undefined
    state.value = { kind: 'overtaken' }
  }
  // Not a debounce: the first change starts the clock, so fast typing never postpones the save.
  const soon = () => {
    // From the change on it is not saved: the screen never says what is not so yet.
    if (state.value.kind === 'saved') state.value = { kind: 'saving' }
    timer ??= setTimeout(() => whenQuiet(due, QUIET_MS), AUTOSAVE_MS)
  }
  const due = () => {
    // Saved meanwhile, or the visit was left.
    if (timer === undefined) return
    if (!held) return void save()
    timer = undefined
    soon()
  }
  // Looked at anew when it is saved, not at each change: writing the answers out takes longer than giving one.
  let taken!: Taken
  const look = effect(() => {
    void visit.noted.value
    taken = takenFrom(visit, page.value)
  }, { scheduler: soon })
  const keepWith: Autosave['keepWith'] = (change, noted) => {
    const done = chain.then(async () => {
      await store.saveWith(visit, change, noted)
      note(visit, noted)
    })
    chain = done.catch(() => undefined)
    return done
  }
  const flush = () => (timer === undefined ? chain : save())
  const onHidden = () => { if (document.visibilityState === 'hidden') void flush() }
  document.addEventListener('visibilitychange', onHidden)
  const forgetLock = beforeLock(async () => {
    await flush()
    // A photo that found no room was given back meanwhile: the answers go down without it.
    if (state.value.kind !== 'saved') await flush()
    return state.value.kind === 'saved' || state.value.kind === 'overtaken'
  })
  return {
    state,
    flush,
    keepWith,
    hold: (value) => { held = value },
    stop: () => {
      stop(look)
      forgetLock()
      clearTimeout(timer)
      timer = undefined
      document.removeEventListener('visibilitychange', onHidden)
    },
  }
}

/** What of a visit is written to disk, as it stood at one moment. */
export interface Taken {
  xml: string
  files: NamedFile[]
  page: number
}

function takenFrom(visit: OpenVisit, page: number): Taken {
  return { xml: xmlOf(visit.root), files: filesHere(visit), page }
}

/** Write the draft and its new files in one transaction; files no answer holds any more are removed with it. */
async function saveDraft(visit: OpenVisit, { xml, files, page }: Taken): Promise<void> {
  const before = new Set(visit.record.fileNames)
  const spent = [...visit.spent]
  const changes = await newFiles(visit.record.instanceId, files.filter(({ name }) => !before.has(name)))
  const fileNames = files.map(({ name }) => name)
  for (const gone of [...spent, ...visit.record.fileNames.filter((name) => !fileNames.includes(name))]) {
    changes.push({ store: 'files', remove: fileKey(visit.record.instanceId, gone) })
  }
  const saved = { xml, page, fileNames, savedAt: Date.now() }
  visit.version = await keepDraft(visit, { ...visit.record, ...saved }, changes)
  // What was noted while it was being written stays.
  visit.record = { ...visit.record, ...saved }
  for (const name of spent) visit.spent.delete(name)
}

async function newFiles(instanceId: string, files: NamedFile[]): Promise<db.Change[]> {
  return Promise.all(files.map(async ({ name, file }): Promise<db.Change> => ({
    store: 'files',
    key: fileKey(instanceId, name),
    value: { name, type: file.type, bytes: await file.arrayBuffer() },
  })))
}
