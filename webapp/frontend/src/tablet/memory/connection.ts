// The database under the tablet's memory: its stores, its versions, and the one record that stays readable.
import type { LockRecord } from '../shapes/records'
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb'

export const STORE_NAMES = ['session', 'day', 'forms', 'drafts', 'files', 'outbox', 'receipts', 'visits', 'media', 'interventions'] as const
const NAME = 'palier'
const VERSION = 4
const PATIENCE_MS = 2_000

export type StoreName = (typeof STORE_NAMES)[number]
/** On disk: the sealed bytes, or a plain value that version 1 left, until `sealPlain` has met it. */
export type Kept = ArrayBuffer | Record<string, unknown>
export type Schema = DBSchema & { [Name in StoreName]: { key: string; value: Kept } } & { lock: { key: string; value: LockRecord } }

let connection: Promise<IDBPDatabase<Schema>> | null = null

function connect(): Promise<IDBPDatabase<Schema>> {
  // A newer version of the app was here, in another tab: its stores are ours and more.
  connection ??= open(VERSION).catch((error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'VersionError')) throw error
    return open()
  })
  connection.catch(() => (connection = null))
  return connection
}

function open(version?: number): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(NAME, version, {
    upgrade(database) {
      for (const store of [...STORE_NAMES, 'lock'] as const) {
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
}

/** Run on an open connection; browsers close it at will, so open again once. */
export async function onConnection<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  try {
    return await work(await connect())
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error
    connection = null
    return work(await connect())
  }
}

/** The one readable record: what it takes to try a PIN. */
export function readLock(): Promise<LockRecord | undefined> {
  return onConnection((database) => database.get('lock', 'current'))
}

/** Change the lock's record in one step; two tabs that try PINs at once are both counted. */
export function changeLock(change: (record: LockRecord | undefined) => LockRecord | undefined): Promise<LockRecord | undefined> {
  return onConnection(async (database) => {
    const transaction = database.transaction('lock', 'readwrite', { durability: 'strict' })
    const record = change(await transaction.store.get('current'))
    if (record) await transaction.store.put(record, 'current')
    await transaction.done
    return record
  })
}

/** Remove the whole database; false when a tab that hangs still holds it. */
export async function removeDatabase(): Promise<boolean> {
  await disconnect()
  const patience = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS))
  return Promise.race([deleteDB(NAME).then(() => true), patience])
}

/** Close the connection, as a browser may at any time. */
export async function disconnect(): Promise<void> {
  ;(await connection)?.close()
  connection = null
}
