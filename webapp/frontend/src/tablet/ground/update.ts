// The service worker: keeps the app on the tablet, and changes it only at a start, never during a visit.
import { ref } from 'vue'

/** A new version waits for the next start. */
export const updateWaiting = ref(false)
/** This start is the first on a new version. */
export const justUpdated = ref(false)
/** A new version took over after all: this page still runs the old one, and reloads when no visit is open. */
export const replaced = ref(false)

const VERSION_KEY = 'palier-version'
const RELOADED_KEY = 'palier-reloaded'
const PATIENCE_MS = 1_500

/** At start, before anything is open: put a waiting version in place. True when the page is about to reload. */
export async function installWaitingUpdate(): Promise<boolean> {
  const reloaded = sessionStorage.getItem(RELOADED_KEY) !== null
  sessionStorage.removeItem(RELOADED_KEY)
  // The very first worker taking charge of the page replaces nothing.
  if (!navigator.serviceWorker?.controller) return false
  const takenOver = new Promise<boolean>((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      replaced.value = true
      resolve(true)
    })
  })
  const registration = await navigator.serviceWorker.getRegistration('/tablet/')
  if (!registration?.waiting || reloaded) return false
  // A request on its way through the old worker would make Chromium put the change off for good.
  await pageLoaded()
  registration.waiting.postMessage({ type: 'SKIP_WAITING' })
  const patience = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS))
  if (await Promise.race([takenOver, patience])) {
    reloadUpdated()
    return true
  }
  // Chromium may put it off when the start was a mere reload; closing the app and opening it again always does.
  updateWaiting.value = true
  return false
}

/** Put the waiting version in place at the user's word; the page reloads once it has taken over. */
export async function installNow(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/tablet/')
  registration?.waiting?.postMessage({ type: 'SKIP_WAITING' })
}

/** Start again on the version that has taken over. */
export function reloadUpdated(): void {
  sessionStorage.setItem(RELOADED_KEY, '1')
  location.reload()
}

/** Notice that this start runs another version than the last: its script has another name. */
export function noticeVersion(): void {
  const version = new URL(import.meta.url).pathname
  const before = localStorage.getItem(VERSION_KEY)
  localStorage.setItem(VERSION_KEY, version)
  justUpdated.value = before !== null && before !== version
}

/** Register the service worker and watch for a version that arrives while we work. */
export async function keepUpToDate(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  try {
    const registration = await navigator.serviceWorker.register('/tablet/sw.js', { scope: '/tablet/' })
    // The browser looks by itself as well: what it found may be here, or on its way, before we listen.
    const look = () => { if (registration.waiting && navigator.serviceWorker.controller) updateWaiting.value = true }
    const follow = () => registration.installing?.addEventListener('statechange', look)
    look()
    follow()
    registration.addEventListener('updatefound', follow)
  } catch {
    // No service worker (private window, plain http): the app works, but not without the network.
  }
}

async function pageLoaded(): Promise<void> {
  if (document.readyState !== 'complete') {
    await new Promise((resolve) => addEventListener('load', resolve, { once: true }))
  }
  await document.fonts.ready
}
