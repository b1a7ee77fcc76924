// A tablet declared lost erases itself at its next contact: its keys first, then everything the browser keeps for us.
import { askWhetherLost, declaredLost, Refused, sayErased } from '../line/api'
import { readLock, removeDatabase } from '../memory/connection'
import { eraseAll } from '../memory/db'
import { gate } from '../memory/lock'
import { session } from './session'

const SAY_AGAIN_MS = 30_000
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('palier-erased')

/** Other tabs hold what they show: when one erases the tablet, they start again with nothing. */
export function followErasing(): void {
  if (channel) channel.onmessage = () => location.reload()
}

/** Ask the server, while locked, whether the tablet was declared lost. Nobody answering changes nothing. */
export async function askWhileLocked(): Promise<void> {
  const digest = (await readLock())?.contact
  if (digest) await askWhetherLost(digest).catch(() => undefined)
}

/** Erase all there is, then say so to the server until it has heard. */
export async function eraseTablet(): Promise<void> {
  const speaker = session.value ? { token: session.value.token } : { digest: (await readLock())?.contact ?? '' }
  const cleared = await eraseAll().then(() => true, () => false)
  const removed = await removeDatabase().catch(() => false)
  // Neither worked: nothing is claimed, and the next contact begins again.
  if (!cleared && !removed) {
    declaredLost.value = false
    return
  }
  gate.value = 'erased'
  localStorage.clear()
  sessionStorage.clear()
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)))
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) await registration.unregister()
  channel?.postMessage('erased')
  await sayUntilHeard(speaker)
}

async function sayUntilHeard(speaker: { token?: string; digest?: string }): Promise<void> {
  try {
    await sayErased(speaker)
  } catch (error) {
    if (error instanceof Refused && error.status < 500) return
    setTimeout(() => void sayUntilHeard(speaker), SAY_AGAIN_MS)
  }
}
