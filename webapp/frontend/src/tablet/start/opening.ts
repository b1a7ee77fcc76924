// From the start to the day's screens and back behind the lock: what is loaded, and what leaves memory.
import { nextTick, watch } from 'vue'
import { declaredLost } from '../line/api'
import { readLock } from '../memory/connection'
import { loadDay, refreshDay, refreshing } from '../visits/day'
import * as db from '../memory/db'
import { loadDrafts } from '../visits/draft'
import { eraseTablet, followErasing } from '../holder/erasing'
import { setLanguage } from '../ground/i18n'
import { keepFresh } from '../visits/freshness'
import { gate, tryPin, type Tried } from '../memory/lock'
import { allKept, forgetAll, stayAwake, watchIdle } from '../ground/locking'
import { covered, mayLie, proved, watchLeaving } from './proving'
import { purge } from './purge'
import { keepSending, loadOutbox, sendDue } from '../sending/sending'
import { choosePin, dropWaiting, loadSession, sealPlain, session, takeOverPlain } from '../holder/session'
import { loadInterventions } from '../visits/interventions'
import { loadVisitRecords } from '../visits/visitrecords'
import { warmEngine } from '../visits/warming'

const PURGE_EVERY_MS = 3600_000

/** At start: find out what stands between the person and the day. */
export async function begin(): Promise<void> {
  setLanguage(navigator.language.slice(0, 2))
  // Without it nothing could be sealed: better no work than work in clear.
  if (!globalThis.crypto?.subtle) {
    gate.value = 'insecure'
    return
  }
  followErasing()
  keepWatch()
  const lock = await readLock()
  if (lock) {
    setLanguage(lock.language)
    gate.value = 'locked'
  } else if (!(await takeOverPlain())) gate.value = 'signIn'
}

/** Try the PIN on the lock screen; the right one opens. */
export async function unlock(pin: string): Promise<Tried> {
  const tried = await tryPin(pin)
  if (tried.kind !== 'open') return tried
  db.useKey(tried.key)
  if ((await readLock())?.plain) await sealPlain()
  await open()
  return tried
}

/** Seal the tablet under the PIN that was chosen, and open it. */
export async function openWithNewPin(pin: string): Promise<void> {
  await choosePin(pin)
  await open()
}

let sending = false

async function open(): Promise<void> {
  await purge()
  await Promise.all([loadSession(), loadDay(), loadDrafts(), loadOutbox()])
  await Promise.all([loadVisitRecords(), loadInterventions()])
  stayAwake()
  proved()
  gate.value = 'open'
  if (sending) void sendDue({ force: true })
  else {
    keepSending()
    keepFresh()
  }
  sending = true
  if (session.value) void refreshDay()
  warmEngine()
}

let locking = false

/** Nobody's hand for so long: lock, unless a visit's form may lie there. True once it has begun. */
function lockIdle(idleMs: number): boolean {
  if (gate.value === 'choosePin') dropWaiting()
  if (gate.value !== 'open' || mayLie(idleMs)) return false
  lockNow()
  return true
}

/** Lock: what is open is kept first, then key and answers leave memory. */
function lockNow(): void {
  if (gate.value === 'open' && !locking) void keepThenLock()
}

async function keepThenLock(): Promise<void> {
  locking = true
  try {
    // A form that is being left says first what of it is still to be kept.
    await nextTick()
    const kept = await allKept()
    // What cannot be kept (a full disk) stays on the screen, which says so: locking would lose it.
    if (kept || covered.value) gate.value = 'locked'
    else stayAwake()
  } finally {
    locking = false
  }
}

function keepWatch(): void {
  watchIdle(lockIdle)
  watchLeaving(lockNow)
  watch(gate, (now) => { if (now !== 'open') void forget() })
  watch(declaredLost, (lost) => { if (lost) void eraseTablet() })
  // A new day may bring back what was let go, and every hour something falls due.
  const purgeOpen = () => { if (gate.value === 'open' && !refreshing.value) void purge() }
  watch(refreshing, purgeOpen)
  setInterval(purgeOpen, PURGE_EVERY_MS)
  // The lock fell in the middle of it: it begins again after the PIN.
  addEventListener('unhandledrejection', (event) => { if (event.reason instanceof db.Locked) event.preventDefault() })
}

/** Let everything leave memory; what is still being written is written first. */
async function forget(): Promise<void> {
  await nextTick()
  await db.settled()
  if (gate.value === 'open') return
  if (gate.value === 'locked' || gate.value === 'signIn') db.useKey(null)
  forgetAll()
}
