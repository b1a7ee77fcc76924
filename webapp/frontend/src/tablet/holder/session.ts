import { ref, shallowRef } from 'vue'
import { type Credentials, recoverDevice, Refused, registerDevice, revokeDevice } from '../line/api'
import { changeLock, readLock } from '../memory/connection'
import * as db from '../memory/db'
import { setLanguage } from '../ground/i18n'
import { gate, underPin } from '../memory/lock'
import { whenLocked } from '../ground/locking'
import { sha256 } from '../memory/seal'
import type { LockRecord, SessionRecord } from '../shapes/records'
import { keyOfRecovery, newDataKey, unwrapKey, wrapKey } from '../memory/seal'
import type { DeviceAnswer } from '../shapes/wire'

/** Who holds the tablet; null before the first sign-in and while it is locked. */
export const session = shallowRef<SessionRecord | null>(null)

whenLocked(() => { session.value = null })

/** The server no longer takes our token: work goes on, sending waits for a sign-in. */
export const mustSignIn = ref(false)

/** The server's key does not open the tablet yet: one more sign-in, and a forgotten PIN loses nothing. */
export const needsRecovery = ref(false)

/** Somebody else's unsent visits are here; while the tablet is locked it cannot say whose. */
export class AnotherUsersWork extends Error {
  constructor(readonly userName: string | null) {
    super('the tablet still holds the work of someone else')
  }
}

/** The tablet holds no key of the server yet: its PIN alone opens it. */
export class PinAlone extends Error {
  override name = 'PinAlone'
}

/** What waits for a PIN to be chosen: nothing of it is on disk yet. */
interface Waiting {
  session: SessionRecord
  /** The key of what the tablet holds already. */
  dataKey: CryptoKey | null
  recoveryKey: string | null
  /** Version 1 left its records in clear. */
  plain: boolean
}
let waiting: Waiting | null = null

export async function loadSession(): Promise<void> {
  session.value = (await db.read('session', 'current')) ?? null
  needsRecovery.value = !(await readLock())?.underRecovery
  if (session.value) setLanguage(session.value.user.language)
}

/** Version 1 kept everything in clear: it asks for a PIN at once, and seals. False when there is nothing of it. */
export async function takeOverPlain(): Promise<boolean> {
  const kept = await db.plainSession()
  if (!kept) return false
  waiting = { session: kept, dataKey: null, recoveryKey: null, plain: true }
  setLanguage(kept.user.language)
  gate.value = 'choosePin'
  return true
}

/** Sign in over the network: again on the same tablet where it can, otherwise as a new one. */
export async function signIn(who: Credentials, deviceName: string): Promise<void> {
  const lock = await readLock()
  if (lock && gate.value !== 'open' && !lock.underRecovery) throw new PinAlone()
  const again = lock && (await recovered(lock.deviceId, who))
  if (lock && again) await signInAgain(lock, again)
  else await signInAnew(await registerDevice(who, deviceName.trim()), deviceName.trim())
  // Ask the browser to never drop our data to make room; a refusal changes nothing we can do.
  await navigator.storage?.persist?.().catch(() => false)
}

/** The same tablet of the same user, or null where the server knows none such. */
async function recovered(deviceId: string, who: Credentials): Promise<DeviceAnswer | null> {
  try {
    return await recoverDevice(deviceId, who)
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null
    throw error
  }
}

async function signInAgain(lock: LockRecord, answer: DeviceAnswer): Promise<void> {
  if (gate.value === 'open') return keepSignedIn(answer, session.value?.deviceName ?? '')
  const dataKey = await unwrapKey(lock.underRecovery as ArrayBuffer, await keyOfRecovery(answer.recovery_key), 'recovery')
  const contact = await digestOf(answer.token)
  await changeLock((found) => found && { ...found, contact })
  db.useKey(dataKey)
  const deviceName = (await db.read('session', 'current').catch(() => undefined))?.deviceName ?? ''
  waiting = { session: sessionOf(answer, deviceName), dataKey, recoveryKey: answer.recovery_key, plain: lock.plain }
  setLanguage(answer.user.language)
  gate.value = 'choosePin'
}

/** A tablet new to the server: refused while it holds the unsent work of somebody else. */
async function signInAnew(answer: DeviceAnswer, deviceName: string): Promise<void> {
  if (gate.value === 'open' && session.value?.user.id === answer.user.id) return keepSignedIn(answer, deviceName)
  if (await hasUnsentWork()) {
    await revokeDevice(answer.token).catch(() => undefined)
    throw new AnotherUsersWork(session.value?.user.name ?? null)
  }
  await db.eraseAll()
  session.value = null
  waiting = { session: sessionOf(answer, deviceName), dataKey: null, recoveryKey: answer.recovery_key, plain: false }
  setLanguage(answer.user.language)
  gate.value = 'choosePin'
}

/** The tablet is open: only its token and what wraps its key under the server's change. */
async function keepSignedIn(answer: DeviceAnswer, deviceName: string): Promise<void> {
  const [contact, wrapped] = await Promise.all([digestOf(answer.token), underRecovery(db.keyInUse(), answer.recovery_key)])
  const record = sessionOf(answer, deviceName)
  await db.write([{ store: 'session', key: 'current', value: record }])
  await changeLock((found) => found && { ...found, contact, deviceId: record.deviceId, underRecovery: wrapped })
  session.value = record
  mustSignIn.value = false
  needsRecovery.value = false
  setLanguage(answer.user.language)
}

/** Seal the tablet under a PIN: all that a sign-in told, and all that version 1 left. */
export async function choosePin(pin: string): Promise<void> {
  if (!waiting) throw new Error('nobody signed in')
  const { session: record, recoveryKey, plain } = waiting
  const dataKey = waiting.dataKey ?? (await newDataKey())
  const [wrapped, contact] = await Promise.all([underPin(pin, dataKey), digestOf(record.token)])
  const recovery = recoveryKey ? await underRecovery(dataKey, recoveryKey) : null
  await changeLock(() => ({
    ...wrapped, contact, plain, underRecovery: recovery, deviceId: record.deviceId, tries: 0, barredUntil: 0,
    language: record.user.language,
  }))
  db.useKey(dataKey)
  if (plain) await sealPlain()
  await db.write([{ store: 'session', key: 'current', value: record }])
  waiting = null
  mustSignIn.value = false
}

/** Seal what version 1 left in clear; begun again at the next PIN when it could not end. */
export async function sealPlain(): Promise<void> {
  await db.sealPlain()
  await changeLock((found) => found && { ...found, plain: false })
}

/** Nobody chose a PIN for too long: what waited is dropped, and the tablet is as it was before. */
export function dropWaiting(): void {
  if (!waiting || (waiting.plain && !waiting.dataKey)) return
  gate.value = waiting.dataKey ? 'locked' : 'signIn'
  waiting = null
}

/** Sign out and erase the tablet's memory. To call only when nothing unsent is left. */
export async function signOut(): Promise<void> {
  if (session.value) {
    await revokeDevice(session.value.token).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error
    })
  }
  await db.eraseAll()
  session.value = null
  mustSignIn.value = false
  gate.value = 'signIn'
}

/** Remember that the server refused our token. */
export function askSignIn(): void {
  mustSignIn.value = true
}

async function hasUnsentWork(): Promise<boolean> {
  const kept = await Promise.all((['drafts', 'interventions', 'outbox'] as const).map((store) => db.keysWithPrefix(store, '')))
  return kept.flat().length > 0
}

function sessionOf(answer: DeviceAnswer, deviceName: string): SessionRecord {
  return { deviceId: answer.device_id, deviceName, token: answer.token, user: answer.user }
}

async function underRecovery(dataKey: CryptoKey, recoveryKey: string): Promise<ArrayBuffer> {
  return wrapKey(dataKey, await keyOfRecovery(recoveryKey), 'recovery')
}

function digestOf(token: string): Promise<string> {
  return sha256(new TextEncoder().encode(token).buffer)
}
