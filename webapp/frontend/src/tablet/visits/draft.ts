import { shallowRef } from 'vue'
import * as db from '../memory/db'
import { whenLocked } from '../ground/locking'
import type { DraftRecord } from '../shapes/records'

/** The drafts on this tablet, for the list of visits. */
export const drafts = shallowRef<DraftRecord[]>([])
whenLocked(() => { drafts.value = [] })

export async function loadDrafts(): Promise<void> {
  drafts.value = await db.readAll('drafts')
}

