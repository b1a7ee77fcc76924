// The tablet's memory. All reads and writes pass here, and everything is sealed under the data key: nothing is
// read or written while the tablet is locked. Record keys (ids) stay readable.
// Only plain values and ArrayBuffers go in: WebKit hangs on Blob and File.
import type { IDBPObjectStore } from 'idb'
import { ref } from 'vue'
import { onConnection, STORE_NAMES, type Kept, type Schema, type StoreName } from './connection'
import type { DayRecord, DraftRecord, FileRecord, InterventionRecord, MediaRecord, QueueItem, SentRecord, SentReport, SessionRecord, VisitRecord } from '../shapes/records'
import { seal, unseal, versionOf } from './seal'
import type { FormAnswer } from '../shapes/wire'

/** What each store holds. Keys: `current`, `form_id/version`, an instance id, `instance id/file name`, a SHA-256, an order's id. */
interface Stores {
  session: SessionRecord
  day: DayRecord
  forms: FormAnswer
  drafts: DraftRecord
  files: FileRecord
  outbox: QueueItem
  receipts: SentRecord | SentReport
  visits: VisitRecord
  media: MediaRecord
  interventions: InterventionRecord
}

export { disconnect } from './connection'

/** One step of a write: keep a value, or remove one (or all whose key starts with `prefix`). */
export type Change =
  | { [Name in StoreName]: { store: Name; key: string; value: Stores[Name] } }[StoreName]
  | { store: StoreName; remove: string }
  | { store: StoreName; removePrefix: string }

/** The tablet is locked: nothing can be read or written until the PIN is given. */
export class Locked extends Error {
  override name = 'Locked'
}

/** A record is not the one that was read: another tab wrote or removed it meanwhile. Nothing was written. */
export class Overtaken extends Error {
  override name = 'Overtaken'
}

/** A record and which writing of it is meant; null where there is to be none. */
export interface Guard {
  store: StoreName
  key: string
  version: string | null
}

let dataKey: CryptoKey | null = null

/** Open the memory with its key, or close it with null. What is being written is written to its end. */
export function useKey(key: CryptoKey | null): void {
  dataKey = key
}

export function keyInUse(): CryptoKey {
  if (!dataKey) throw new Locked()
  return dataKey
}

/** The writes under way: they reach the disk in the order they were asked for, and reads come after them. */
let lastWrite: Promise<unknown> = Promise.resolve()

export async function read<Name extends StoreName>(store: Name, key: string): Promise<Stores[Name] | undefined> {
  const opener = keyInUse()
  await lastWrite
  const kept = await onConnection((database) => database.get(store, key))
  if (kept === undefined) return undefined
  const [value] = await opened(opener, store, [[key, kept]])
  return value
}

/** Read a record together with which writing of it this is. */
export async function readVersion<Name extends StoreName>(store: Name, key: string): Promise<{ value: Stores[Name]; version: string } | null> {
  const opener = keyInUse()
  await lastWrite
  const kept = await onConnection((database) => database.get(store, key))
  if (kept === undefined) return null
  const [value] = await opened(opener, store, [[key, kept]])
  return value === undefined ? null : { value, version: versionOf(kept as ArrayBuffer) }
}

export function readAll<Name extends StoreName>(store: Name): Promise<Stores[Name][]> {
  return readPrefix(store, '')
}

/** Read the values whose key starts with `prefix`. */
export async function readPrefix<Name extends StoreName>(store: Name, prefix: string): Promise<Stores[Name][]> {
  const opener = keyInUse()
  await lastWrite
  const range = startingWith(prefix)
  const [keys, values] = await onConnection((database) => {
    const inside = database.transaction(store).store
    return Promise.all([inside.getAllKeys(range), inside.getAll(range)])
  })
  return opened(opener, store, values.map((kept, index) => [keys[index] as string, kept]))
}

/** The keys that start with `prefix`: readable while the tablet is locked, too. */
export async function keysWithPrefix(store: StoreName, prefix: string): Promise<string[]> {
  await lastWrite
  return onConnection((database) => database.getAllKeys(store, startingWith(prefix)))
}

/** How many records did not open: they stay where they are, and do not keep the others from opening. */
export const unopened = ref(0)

async function opened<Name extends StoreName>(key: CryptoKey, store: Name, all: [string, Kept][]): Promise<Stores[Name][]> {
  const tried = await Promise.allSettled(all.map(([id, kept]) => unseal(key, kept as ArrayBuffer, `${store}/${id}`)))
  // Locked meanwhile: what was read must not come back to memory.
  if (dataKey !== key) throw new Locked()
  const values = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  unopened.value = Math.max(unopened.value, tried.length - values.length)
  return values as Stores[Name][]
}

/** A change as it goes to disk: its value sealed. */
type Sealed = Exclude<Change, { value: unknown }> | { store: StoreName; key: string; sealed: ArrayBuffer }

/** Write all the changes or none. Resolves once they are on disk, not merely queued. */
export async function write(changes: Change[]): Promise<void> {
  if (changes.length) await writeInTurn(changes)
}

/**
 * Write all the changes, or none if the guarded record is another than when it was read: looked at in the same
 * transaction, so that no tab comes in between. Gives the record's version from now on, null when it is gone.
 */
export async function writeOver(guard: Guard, changes: Change[]): Promise<string | null> {
  const written = await writeInTurn(changes, guard)
  const own = written.findLast((change) => 'key' in change && change.store === guard.store && change.key === guard.key)
  return own && 'sealed' in own ? versionOf(own.sealed) : null
}

async function writeInTurn(changes: Change[], guard?: Guard): Promise<Sealed[]> {
  // Sealed before the transaction opens: waiting inside would end it.
  const sealed = Promise.all(changes.map(sealedChange))
  sealed.catch(() => undefined)
  const written = lastWrite.then(async () => commit(await sealed, guard))
  lastWrite = written.catch(() => undefined)
  await written
  return sealed
}

async function sealedChange(change: Change): Promise<Sealed> {
  if (!('value' in change)) return change
  const { store, key, value } = change
  return { store, key, sealed: await seal(keyInUse(), value, `${store}/${key}`) }
}

function commit(changes: Sealed[], guard?: Guard): Promise<void> {
  const stores = [...new Set([...changes.map((change) => change.store), ...(guard ? [guard.store] : [])])]
  return onConnection(async (database) => {
    const transaction = database.transaction(stores, 'readwrite', { durability: 'strict' })
    transaction.done.catch(() => undefined)
    try {
      if (guard) await holdTo(guard, transaction.objectStore(guard.store))
      await Promise.all([transaction.done, ...changes.map((change) => apply(transaction.objectStore(change.store), change))])
    } catch (error) {
      if (error instanceof Overtaken) transaction.abort()
      // One write that finds no room takes the others with it: those only say that they were aborted.
      throw error instanceof Overtaken ? error : transaction.error ?? error
    }
  })
}

async function holdTo({ key, version }: Guard, store: Store): Promise<void> {
  const kept = await store.get(key)
  if ((kept === undefined ? null : versionOf(kept as ArrayBuffer)) !== version) throw new Overtaken(key)
}

type Store = IDBPObjectStore<Schema, StoreName[], StoreName, 'readwrite'>

function apply(store: Store, change: Sealed): Promise<unknown> {
  if ('remove' in change) return store.delete(change.remove)
  if ('removePrefix' in change) return store.delete(startingWith(change.removePrefix))
  return store.put(change.sealed, change.key)
}

/** Seal in place what version 1 kept in clear, one record after the other; begun again, it goes on where it was. */
export async function sealPlain(): Promise<void> {
  for (const store of STORE_NAMES) {
    for (const key of await keysWithPrefix(store, '')) {
      const kept = await onConnection((database) => database.get(store, key))
      if (kept === undefined || isSealed(kept)) continue
      const sealed = await seal(keyInUse(), kept, `${store}/${key}`)
      await commit([{ store, key, sealed }])
    }
  }
}

/** What version 1 kept in clear of its session, if there is any. */
export async function plainSession(): Promise<SessionRecord | undefined> {
  const kept = await onConnection((database) => database.get('session', 'current'))
  return kept === undefined || isSealed(kept) ? undefined : (kept as unknown as SessionRecord)
}

function isSealed(kept: Kept): kept is ArrayBuffer {
  return Object.prototype.toString.call(kept) === '[object ArrayBuffer]'
}

/** Wait until all that was asked to be written is on disk, or has failed. */
export async function settled(): Promise<void> {
  await lastWrite
}

/** Forget everything, the keys first: without them the rest is noise. */
export async function eraseAll(): Promise<void> {
  useKey(null)
  await lastWrite
  await onConnection(async (database) => {
    const stores = ['lock', ...STORE_NAMES] as const
    const transaction = database.transaction(stores, 'readwrite', { durability: 'strict' })
    await Promise.all([transaction.done, ...stores.map((store) => transaction.objectStore(store).clear())])
  })
}

function startingWith(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`)
}
