import { ref, shallowRef } from 'vue'
import { Refused, registerDevice, revokeDevice } from './api'
import * as db from './db'
import { setLanguage } from './i18n'
import type { User } from './wire'

export interface SessionRecord {
  deviceId: string
  deviceName: string
  token: string
  user: User
}

/** Who holds the tablet; null before the first sign-in. */
export const session = shallowRef<SessionRecord | null>(null)

/** The server no longer takes our token: work goes on, sending waits for a sign-in. */
export const mustSignIn = ref(false)

export class AnotherUsersWork extends Error {
  constructor(readonly userName: string) {
    super('the tablet still holds the work of someone else')
  }
}

export async function loadSession(): Promise<void> {
  session.value = (await db.read('session', 'current')) ?? null
  setLanguage(session.value?.user.language ?? navigator.language.slice(0, 2))
}

/** Sign in over the network; refused while someone else's unsent work is on the tablet. */
export async function signIn(email: string, password: string, deviceName: string): Promise<void> {
  const answer = await registerDevice(email.trim(), password, deviceName.trim())
  const before = session.value
  if (before && before.user.id !== answer.user.id) {
    if (await hasUnsentWork()) {
      await revokeDevice(answer.token).catch(() => undefined)
      throw new AnotherUsersWork(before.user.name)
    }
    await forget()
  }
  const record: SessionRecord = {
    deviceId: answer.device_id, deviceName: deviceName.trim(), token: answer.token, user: answer.user,
  }
  await db.write([{ store: 'session', key: 'current', value: record }])
  session.value = record
  mustSignIn.value = false
  setLanguage(answer.user.language)
  // Ask the browser to never drop our data to make room; a refusal changes nothing we can do.
  await navigator.storage?.persist?.().catch(() => false)
}

/** Sign out and erase the tablet's memory. To call only when nothing unsent is left. */
export async function signOut(): Promise<void> {
  if (session.value) {
    await revokeDevice(session.value.token).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error
    })
  }
  await forget()
  session.value = null
  mustSignIn.value = false
}

/** Remember that the server refused our token. */
export function askSignIn(): void {
  mustSignIn.value = true
}

async function hasUnsentWork(): Promise<boolean> {
  const [drafts, outbox] = await Promise.all([db.readAll('drafts'), db.readAll('outbox')])
  return drafts.length + outbox.length > 0
}

async function forget(): Promise<void> {
  await db.write(db.STORE_NAMES.map((store) => ({ store, removePrefix: '' })))
}
