// What a full tablet gives back, so that the answers can be kept.
import { uploadsOf } from '../engine/engine'
import type { OpenVisit } from './openvisit'
import { photosRefused } from '../ground/storage'

/** Take out of the answers the photos that are not on the tablet yet; tells whether there were any. */
export function giveBackPhotos({ root, record }: OpenVisit): boolean {
  const fresh = uploadsOf(root).filter(({ currentState: { value, instanceValue } }) => value && ![...record.fileNames, ...(record.elsewhere ?? [])].includes(instanceValue))
  for (const node of fresh) node.setValue(null)
  photosRefused.value += fresh.length
  return fresh.length > 0
}
