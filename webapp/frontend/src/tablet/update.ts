// The service worker: keeps the app on the tablet, and changes it only at a start, never during a visit.
import { ref } from 'vue'
import { openVisitId } from './route'

/** A new version waits for the next start. */
export const updateWaiting = ref(false)
/** This start has just put a new version in place. */
export const justUpdated = ref(false)
/** A new version took over after all: this page still runs the old one, and reloads when no visit is open. */
export const replaced = ref(false)

const MARK = 'palier-updated'
const PATIENCE_MS = 1_500
const INSIST_EVERY_MS = 3_000
const INSIST_TIMES = 20

/** At start, before anything is open: put a waiting version in place. True when the page is about to reload. */
export async function installWaitingUpdate(): Promise<boolean> {
  justUpdated.value = sessionStorage.getItem(MARK) !== null
  sessionStorage.removeItem(MARK)
  // The very first worker taking charge of the page replaces nothing.
  if (!navigator.serviceWorker?.controller) return false
  const takenOver = new Promise<boolean>((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      replaced.value = true
      resolve(true)
    })
  })
  const registration = await navigator.serviceWorker.getRegistration('/tablet/')
  if (!registration?.waiting || justUpdated.value) return false
  takeOver(registration)
  // The browser lets the old worker finish its requests first; the tablet's user does not wait for that.
  if (await Promise.race([takenOver, pause(PATIENCE_MS)])) {
    reloadUpdated()
    return true
  }
  void insist(registration)
  return false
}

function takeOver(registration: ServiceWorkerRegistration): void {
  registration.waiting?.postMessage({ type: 'SKIP_WAITING' })
}

/** Chromium may forget a take-over it put off: ask again, as long as no visit is open. */
async function insist(registration: ServiceWorkerRegistration): Promise<void> {
  for (let time = 0; time < INSIST_TIMES && registration.waiting; time++) {
    await pause(INSIST_EVERY_MS)
    if (!openVisitId.value) takeOver(registration)
  }
}

function pause(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds))
}

/** Start again on the new version, and say so. */
export function reloadUpdated(): void {
  sessionStorage.setItem(MARK, '1')
  location.reload()
}

/** Register the service worker and watch for a version that arrives while we work. */
export async function keepUpToDate(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  try {
    const registration = await navigator.serviceWorker.register('/tablet/sw.js', { scope: '/tablet/' })
    registration.addEventListener('updatefound', () => {
      const arriving = registration.installing
      arriving?.addEventListener('statechange', () => {
        if (arriving.state === 'installed' && navigator.serviceWorker.controller) updateWaiting.value = true
      })
    })
  } catch {
    // No service worker (private window, plain http): the app works, but not without the network.
  }
}
