// When the tablet locks by itself, and what must be on disk before it does.
import { asked } from './ask'
import { allDone } from './pending'

/** Without a touch or a key for this long, the tablet locks; a visit's form may lie for longer (proving.ts). */
export const IDLE_MS = 5 * 60_000
const LOOK_EVERY_MS = 5_000
/** So long a lock waits for what is under way: a picture is kept as it was taken, and outlives the rest. */
const PATIENCE_MS = 60_000

type LastWords = () => Promise<boolean>
const lastWords = new Set<LastWords>()

/** Do this before the tablet locks; it resolves to whether all is kept. Gives back how to take it away again. */
export function beforeLock(words: LastWords): () => void {
  lastWords.add(words)
  return () => lastWords.delete(words)
}

/** Let everything open be kept; false when something could not be, and locking would lose it. */
export async function allKept(): Promise<boolean> {
  // A question that hides answers is answered by no: what it would hide is kept.
  asked.value?.answer(false)
  await allDone(PATIENCE_MS)
  const kept = await Promise.all([...lastWords].map((words) => words()))
  return kept.every(Boolean)
}

const forgetting = new Set<() => void>()

/** What must leave memory when the tablet locks; each part of the app says so of its own. */
export function whenLocked(forget: () => void): void {
  forgetting.add(forget)
}

export function forgetAll(): void {
  for (const forget of forgetting) forget()
}

let lastTouch = Date.now()

/** Begin the five minutes anew. */
export function stayAwake(): void {
  lastTouch = Date.now()
}

/** Watch for five minutes without a hand, by the clock on the wall: timers stand still while a tablet sleeps.
 * `whenIdle` learns how long it was, and says whether the tablet locks. */
export function watchIdle(whenIdle: (idleMs: number) => boolean): void {
  const look = () => {
    const now = Date.now()
    // The clock was set back: begin anew rather than stay open for hours.
    if (now < lastTouch) lastTouch = now
    const idleMs = now - lastTouch
    return idleMs >= IDLE_MS && whenIdle(idleMs)
  }
  const touched = (event: Event) => {
    // The hand that wakes a sleeping tablet finds it locked, and presses nothing.
    if (look()) {
      event.preventDefault()
      event.stopImmediatePropagation()
    } else stayAwake()
  }
  for (const kind of ['pointerdown', 'click', 'keydown']) addEventListener(kind, touched, { capture: true })
  for (const kind of ['wheel', 'input']) addEventListener(kind, () => { if (!look()) stayAwake() }, { capture: true, passive: true })
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') look() })
  setInterval(look, LOOK_EVERY_MS)
}
