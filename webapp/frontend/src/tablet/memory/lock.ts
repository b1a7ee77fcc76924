// The lock: one small readable record that says how the data key is wrapped and how many wrong PINs were tried.
import { ref } from 'vue'
import { changeLock, readLock } from './connection'
import type { LockRecord } from '../shapes/records'
import { keyOfPin, PIN_ITERATIONS, unwrapKey, Unopenable, wrapKey } from './seal'

/** Where one stands before the day's screens: `open` shows them. */
type Gate = 'starting' | 'insecure' | 'signIn' | 'choosePin' | 'locked' | 'open' | 'erased'
export const gate = ref<Gate>('starting')

export const PIN_LENGTH = 6
export const MAX_TRIES = 5
const BARRED_MS = 15 * 60_000

/** What is wrong with a PIN somebody chooses, or nothing. */
export function pinFault(pin: string): 'digits' | 'trivial' | null {
  if (!isPin(pin)) return 'digits'
  return isTrivial(pin) ? 'trivial' : null
}

export function isPin(typed: string): boolean {
  return new RegExp(`^\\d{${PIN_LENGTH}}$`).test(typed)
}

/** One digit, a run up or down, or a part said twice or three times. */
function isTrivial(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, index) => (Number(digit) - Number(pin[index]) + 10) % 10))
  const isRun = steps.size === 1 && [0, 1, 9].includes([...steps][0] as number)
  return isRun || /^(\d\d)\1\1$/.test(pin) || /^(\d{3})\1$/.test(pin)
}

/** Wrap the data key under a PIN, with a fresh salt. */
export async function underPin(pin: string, dataKey: CryptoKey): Promise<Pick<LockRecord, 'salt' | 'iterations' | 'underPin'>> {
  const salt = crypto.getRandomValues(new Uint8Array(16)).buffer
  const wrapped = await wrapKey(dataKey, await keyOfPin(pin, salt, PIN_ITERATIONS), 'pin')
  return { salt, iterations: PIN_ITERATIONS, underPin: wrapped }
}

export type Tried =
  | { kind: 'open'; key: CryptoKey }
  | { kind: 'wrong'; left: number }
  | { kind: 'barred'; until: number }
  /** Too many: only the server's recovery key opens it now. */
  | { kind: 'spent' }

/** Try a PIN. It is counted before it is tried, so that closing the app gives no more tries. */
export async function tryPin(pin: string, now = Date.now()): Promise<Tried> {
  const record = await changeLock((found) => found && counted(found, now))
  const before = record && refusal(record, now)
  if (!record?.underPin || before) return before ?? { kind: 'spent' }
  const key = await openedBy(pin, record)
  if (key) {
    await changeLock((found) => found && { ...found, tries: 0, barredUntil: 0 })
    return { kind: 'open', key }
  }
  if (record.tries < MAX_TRIES) return { kind: 'wrong', left: MAX_TRIES - record.tries }
  const after = await changeLock((found) => found && spent(found, now))
  return (after && refusal(after, now)) ?? { kind: 'spent' }
}

/** Why no PIN is taken now, or null. */
function refusal(record: LockRecord, now: number): Extract<Tried, { kind: 'spent' | 'barred' }> | null {
  if (!record.underPin) return { kind: 'spent' }
  return record.barredUntil > now ? { kind: 'barred', until: record.barredUntil } : null
}

function counted(record: LockRecord, now: number): LockRecord {
  if (refusal(record, now)) return record
  // Closed in the middle of the last try, or the wait is over.
  if (record.tries >= MAX_TRIES) return record.underRecovery ? spent(record, now) : { ...record, tries: 1, barredUntil: 0 }
  return { ...record, tries: record.tries + 1 }
}

/** After the last wrong PIN its key goes; where nothing else could open the tablet, one waits instead. */
function spent(record: LockRecord, now: number): LockRecord {
  return record.underRecovery ? { ...record, underPin: null } : { ...record, barredUntil: now + BARRED_MS }
}

async function openedBy(pin: string, record: LockRecord): Promise<CryptoKey | null> {
  try {
    return await unwrapKey(record.underPin as ArrayBuffer, await keyOfPin(pin, record.salt, record.iterations), 'pin')
  } catch (error) {
    if (error instanceof Unopenable) return null
    throw error
  }
}

/** What the lock screen says: the tries that are left, or why no PIN is taken. */
export async function lockState(now = Date.now()): Promise<{ left: number; refused: Tried | null; recoverable: boolean }> {
  const record = await readLock()
  if (!record) return { left: 0, refused: { kind: 'spent' }, recoverable: true }
  const left = record.tries >= MAX_TRIES ? (record.underRecovery ? 0 : MAX_TRIES) : MAX_TRIES - record.tries
  const refused = refusal(record, now) ?? (left ? null : { kind: 'spent' as const })
  return { left, refused, recoverable: record.underRecovery !== null }
}
