// A picture is kept as it was taken until it is prepared: a tablet that dies meanwhile has it still.
import * as db from '../memory/db'
import { childrenOf, isLeaf, type FormNode, type RootNode } from '../engine/engine'
import { note, type OpenVisit } from './openvisit'
import { preparePhoto, LONGEST_SIDE_PX } from '../engine/photos'
import { fileKey, type Awaits, type FileRecord } from '../shapes/records'
import { hasRoomFor, hasRoomToSpare } from '../ground/storage'
import { addPhoto, isPhotoStrip } from '../engine/strips'

/** Keep a picture as it is; gives what lets it go again. Without room it is prepared all the same. */
export async function keepTaken(visit: OpenVisit, picture: Blob, awaits: Awaits): Promise<() => void> {
  const name = `taken-${crypto.randomUUID()}`
  const { instanceId } = visit.record
  try {
    if (!(await hasRoomToSpare(picture))) return () => undefined
    const value: FileRecord = { name, type: picture.type, bytes: await picture.arrayBuffer(), awaits }
    await db.write([{ store: 'files', key: fileKey(instanceId, name), value }])
  } catch (error) {
    if (error instanceof db.Locked) throw error
    return () => undefined
  }
  return () => letGo(visit, name)
}

/** It goes with the next save: the one that has the prepared photo. */
function letGo(visit: OpenVisit, name: string): void {
  visit.spent.add(name)
  note(visit, {})
}

/** The photo as it is kept, from a picture as it was taken. */
export function prepared(picture: Blob, maxPixels: number | null | undefined): Promise<File> {
  return preparePhoto(picture, Math.min(LONGEST_SIDE_PX, maxPixels ?? LONGEST_SIDE_PX))
}

/** Prepare the pictures that an earlier end of the app left as they were taken, each where it belongs. */
export async function bringBack(visit: OpenVisit, pictures: readonly FileRecord[]): Promise<void> {
  for (const { name, type, bytes, awaits } of pictures) {
    const place = awaits && placeOf(visit.root, awaits.reference)
    const photo = place ? await prepared(new Blob([bytes], { type }), awaits.maxPixels).catch(() => null) : null
    if (place && photo && (await hasRoomFor(photo))) put(place, photo)
    letGo(visit, name)
  }
}

function put(place: FormNode, photo: File): void {
  if (isPhotoStrip(place)) addPhoto(place, photo)
  else if (place.nodeType === 'upload') place.setValue(photo)
}

function placeOf(node: RootNode | FormNode, reference: string): FormNode | undefined {
  for (const child of childrenOf(node)) {
    if (child.currentState.reference === reference) return child
    const below = isLeaf(child) ? undefined : placeOf(child, reference)
    if (below) return below
  }
  return undefined
}
