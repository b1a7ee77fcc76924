import { shallowRef } from 'vue'
import type { UrgentNote } from './alerts'
import type { AuditRow } from './audit'
import * as db from './db'
import { whenLocked } from './locking'
import type { Awaits } from './taken'

/** The name under which a submission's XML travels and is kept. */
export const XML_FILE = 'xml_submission_file'

/** A form of a visit, begun and not finished. It stays on the form version it began with. */
export interface DraftRecord {
  instanceId: string
  visitId: string
  formId: string
  version: string
  personName: string
  startedAt: number
  savedAt: number
  page: number
  /** How many pages the form had when it was last saved; absent in drafts of older versions, as what follows. */
  pages?: number
  urgents?: UrgentNote[]
  audit?: AuditRow[]
  xml: string
  fileNames: string[]
  /** The number of the version that this one corrects. */
  replaces?: string
  /** Files that the version it corrects has brought to the server: they are not sent again. */
  elsewhere?: string[]
}

/** A photo or signature (or a finished XML), under the key `instanceId/name`. */
export interface FileRecord {
  name: string
  type: string
  bytes: ArrayBuffer
  /** A picture as it was taken, and where it goes once it is prepared. */
  awaits?: Awaits
}

/** The drafts on this tablet, for the list of visits. */
export const drafts = shallowRef<DraftRecord[]>([])
whenLocked(() => { drafts.value = [] })

export async function loadDrafts(): Promise<void> {
  drafts.value = await db.readAll('drafts')
}

export function fileKey(instanceId: string, name: string): string {
  return `${instanceId}/${name}`
}
