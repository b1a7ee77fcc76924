// The tablet's memory. All reads and writes pass here, so that a later key under the PIN seals them in one place.
// Only plain values and ArrayBuffers go in: WebKit hangs on Blob and File.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPObjectStore } from 'idb'
import type { DraftRecord, FileRecord } from './draft'
import type { DayRecord } from './day'
import type { QueueItem, SentRecord, SentReport } from './outbox'
import type { SessionRecord } from './session'
import type { VisitRecord } from './visitrecords'
import type { FormAnswer } from './wire'

/** What each store holds. Keys: `current`, `form_id/version`, an instance id, `instance id/file name`. */
export interface Stores {
  session: SessionRecord
  day: DayRecord
  forms: FormAnswer
  drafts: DraftRecord
  files: FileRecord
  outbox: QueueItem
  receipts: SentRecord | SentReport
  visits: VisitRecord
}

export type StoreName = keyof Stores
type Schema = DBSchema & { [Name in StoreName]: { key: string; value: Stores[Name] } }

/** One step of a write: keep a value, or remove one (or all whose key starts with `prefix`). */
export type Change =
  | { [Name in StoreName]: { store: Name; key: string; value: Stores[Name] } }[StoreName]
  | { store: StoreName; remove: string }
  | { store: StoreName; removePrefix: string }

export const STORE_NAMES = ['session', 'day', 'forms', 'drafts', 'files', 'outbox', 'receipts', 'visits'] as const satisfies StoreName[]
const NAME = 'palier'
const VERSION = 2

let connection: Promise<IDBPDatabase<Schema>> | null = null

function connect(): Promise<IDBPDatabase<Schema>> {
  connection ??= openDB<Schema>(NAME, VERSION, {
    upgrade(database) {
      for (const store of STORE_NAMES) {
        if (!database.objectStoreNames.contains(store)) database.createObjectStore(store)
      }
    },
    // Another tab wants a newer version: let go, and open again at the next call.
    blocking() {
      void connection?.then((database) => database.close())
      connection = null
    },
    terminated() {
      connection = null
    },
  })
  connection.catch(() => (connection = null))
  return connection
}

/** Run on an open connection; browsers close it at will, so open again once. */
async function onConnection<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  try {
    return await work(await connect())
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error
    connection = null
    return work(await connect())
  }
}

export function read<Name extends StoreName>(store: Name, key: string): Promise<Stores[Name] | undefined> {
  return onConnection((database) => database.get(store, key) as Promise<Stores[Name] | undefined>)
}

export function readAll<Name extends StoreName>(store: Name): Promise<Stores[Name][]> {
  return onConnection((database) => database.getAll(store) as Promise<Stores[Name][]>)
}

/** Read the values whose key starts with `prefix`. */
export function readPrefix<Name extends StoreName>(store: Name, prefix: string): Promise<Stores[Name][]> {
  return onConnection((database) => database.getAll(store, startingWith(prefix)) as Promise<Stores[Name][]>)
}

export function keysWithPrefix(store: StoreName, prefix: string): Promise<string[]> {
  return onConnection((database) => database.getAllKeys(store, startingWith(prefix)))
}

/** Write all the changes or none. Resolves once they are on disk, not merely queued. */
export function write(changes: Change[]): Promise<void> {
  if (!changes.length) return Promise.resolve()
  const stores = [...new Set(changes.map((change) => change.store))]
  return onConnection(async (database) => {
    const transaction = database.transaction(stores, 'readwrite', { durability: 'strict' })
    const steps: Promise<unknown>[] = [transaction.done]
    try {
      for (const change of changes) steps.push(apply(transaction.objectStore(change.store), change))
    } catch (error) {
      // A value that cannot be kept throws at once: without this, what went before it would stay.
      transaction.abort()
      await Promise.allSettled(steps)
      throw error
    }
    await Promise.all(steps)
  })
}

type Store = IDBPObjectStore<Schema, StoreName[], StoreName, 'readwrite'>

function apply(store: Store, change: Change): Promise<unknown> {
  if ('remove' in change) return store.delete(change.remove)
  if ('removePrefix' in change) return store.delete(startingWith(change.removePrefix))
  return store.put(change.value, change.key)
}

/** Close the connection, as a browser may at any time. */
export async function disconnect(): Promise<void> {
  ;(await connection)?.close()
  connection = null
}

function startingWith(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`)
}
