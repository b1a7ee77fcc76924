// How much room the tablet has left, and what happens when it is full: the answers are kept, the photo is not.
import { ref } from 'vue'

const LITTLE_MB = 200
/** What no photo takes: once all is full, not even a short answer can be written. */
const KEPT_FOR_ANSWERS = 2_000_000
const TOLD_KEY = 'palier-not-persistent-told'

/** How many photos were given back because the tablet is full; the screen says so. */
export const photosRefused = ref(0)

/** How many bytes are left for us; null when the browser does not say. */
async function spaceLeft(): Promise<number | null> {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
  return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage)
}

/** How many megabytes are left for us, when that is little enough to say so; otherwise null. */
export async function littleSpaceLeft(): Promise<number | null> {
  const bytes = await spaceLeft()
  const free = bytes === null ? null : Math.round(bytes / 1_000_000)
  return free !== null && free < LITTLE_MB ? free : null
}

/** Tell whether a photo or file still finds room beside what the answers need; one that does not is counted. */
export async function hasRoomFor(photo: Blob): Promise<boolean> {
  const fits = await hasRoomToSpare(photo)
  if (!fits) photosRefused.value++
  return fits
}

/** Tell whether something that is kept for a moment finds room beside what the answers need. */
export async function hasRoomToSpare({ size }: Blob): Promise<boolean> {
  const bytes = await spaceLeft()
  return bytes === null || bytes - size > KEPT_FOR_ANSWERS
}

/** Ask the browser to keep our data whatever happens; true the one time its refusal is to be told. */
export async function refusedToPersist(): Promise<boolean> {
  const { storage } = navigator
  if (!storage?.persist || localStorage.getItem(TOLD_KEY)) return false
  if (await storage.persisted().catch(() => true) || await storage.persist().catch(() => true)) return false
  localStorage.setItem(TOLD_KEY, '1')
  return true
}

export function isFull(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError'
}
