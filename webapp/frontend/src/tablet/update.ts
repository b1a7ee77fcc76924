// The service worker: keeps the app on the tablet, and changes it only at a start, never during a visit.
import { ref } from 'vue'

/** A new version waits for the next start. */
export const updateWaiting = ref(false)
/** This start has just put a new version in place. */
export const justUpdated = ref(false)

const MARK = 'palier-updated'
const PATIENCE_MS = 3_000

/** At start, before anything is open: put a waiting version in place. True when the page is about to reload. */
export async function installWaitingUpdate(): Promise<boolean> {
  justUpdated.value = sessionStorage.getItem(MARK) !== null
  sessionStorage.removeItem(MARK)
  const registration = await navigator.serviceWorker?.getRegistration('/tablet/')
  if (!registration?.waiting || justUpdated.value) return false
  const changed = new Promise<boolean>((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', () => resolve(true), { once: true })
    setTimeout(() => resolve(false), PATIENCE_MS)
  })
  registration.waiting.postMessage({ type: 'SKIP_WAITING' })
  if (!(await changed)) return false
  sessionStorage.setItem(MARK, '1')
  location.reload()
  return true
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
