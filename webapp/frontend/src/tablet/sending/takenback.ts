// Visits the server took back: cancelled, given to somebody else, or of a person protected since. Whatever is written
// of one from then on names nobody.
import { shallowRef } from 'vue'
import { whenLocked } from '../ground/locking'

export const takenBack = shallowRef<ReadonlySet<string>>(new Set())
whenLocked(() => { takenBack.value = new Set() })

export function isTakenBack(visitId: string): boolean {
  return takenBack.value.has(visitId)
}

interface Named {
  visitId: string
  personName: string
  /** What a sent form would be corrected from: a visit that was taken back is not filled anew. */
  again?: unknown
  /** What an alert told of. */
  about?: unknown
}

/** A record as it may be kept: without the name, once its visit was taken back. */
export function named<Record extends Named>(record: Record): Record {
  if (!isTakenBack(record.visitId) || (!record.personName && !record.again && !record.about)) return record
  const { again: _, about: __, ...rest } = record
  return { ...(rest as Record), personName: '' }
}
