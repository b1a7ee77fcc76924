// What is filled in during a call, kept against loss in the office's browser: sealed under a key that the server gives
// to this caller alone, apart from a tablet's own memory. Signing out removes it (office/signout.ts).
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { CALLS, type DraftRecord, type FileRecord } from '../shapes/records'
import { keyOfRecovery, seal, unseal } from './seal'

export interface KeptCall {
  record: DraftRecord
  files: FileRecord[]
}

interface Schema extends DBSchema {
  drafts: { key: string; value: { sealed: ArrayBuffer; savedAt: number } }
}

/** Longer than anybody speaks, or lets a form lie over a night. */
const KEPT_MS = 48 * 3600_000

function onCalls<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  return openDB<Schema>(CALLS, 1, { upgrade: (database) => void database.createObjectStore('drafts') })
    .then(async (database) => {
      try {
        return await work(database)
      } finally {
        database.close()
      }
    })
}

const placeOf = (visitId: string) => `calls/${visitId}`

export async function keepCall(key: string, visitId: string, value: KeptCall): Promise<void> {
  const sealed = await seal(await keyOfRecovery(key), value, placeOf(visitId))
  await onCalls((database) => database.put('drafts', { sealed, savedAt: value.record.savedAt }, visitId))
}

/** Read what was kept of a call; null when there is nothing, or it was sealed for somebody else. */
export async function readCall(key: string, visitId: string): Promise<KeptCall | null> {
  const kept = await onCalls((database) => database.get('drafts', visitId))
  if (!kept) return null
  return unseal(await keyOfRecovery(key), kept.sealed, placeOf(visitId)).then((value) => value as KeptCall).catch(() => null)
}

export async function forgetCall(visitId: string): Promise<void> {
  await onCalls((database) => database.delete('drafts', visitId))
}

/** Let go of what nobody came back to. */
export async function forgetOldCalls(now: number): Promise<void> {
  await onCalls(async (database) => {
    for (const visitId of await database.getAllKeys('drafts')) {
      const kept = await database.get('drafts', visitId)
      if (kept && now - kept.savedAt > KEPT_MS) await database.delete('drafts', visitId)
    }
  })
}
