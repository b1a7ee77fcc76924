// How much room the tablet has left, and what happens when it is full: the answers are kept, the photo is not.
import { ref } from 'vue'

const LITTLE_MB = 200
const TOLD_KEY = 'palier-not-persistent-told'

/** How many photos were given back because the tablet is full; the screen says so. */
export const photosRefused = ref(0)

/** How many megabytes are left for us, when that is little enough to say so; otherwise null. */
export async function littleSpaceLeft(): Promise<number | null> {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
  if (quota === undefined || usage === undefined) return null
  const free = Math.max(0, Math.round((quota - usage) / 1_000_000))
  return free < LITTLE_MB ? free : null
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
