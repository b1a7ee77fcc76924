// What follows from an answer may come a picture later than the answer itself: a tap is never kept waiting for it.
import { effect, onScopeDispose, shallowRef, stop, type ShallowRef } from 'vue'

/** A plain value kept up to date right after the browser has painted what changed it; the same again redraws nothing. */
export function afterPaint<T>(get: () => T): Readonly<ShallowRef<T>> {
  const value = shallowRef<T>() as ShallowRef<T>
  let waits = false
  let over = false
  let said: string | undefined
  const look = effect(() => {
    const now = get()
    const says = JSON.stringify(now)
    if (says === said) return
    said = says
    value.value = now
  }, {
    scheduler: () => {
      if (waits) return
      waits = true
      requestAnimationFrame(() => setTimeout(() => {
        waits = false
        if (!over) look()
      }))
    },
  })
  onScopeDispose(() => {
    over = true
    stop(look)
  })
  return value
}

const SOON_MS = 800

/** Do something when no tap is under way, and after so many milliseconds all the same. */
export function whenQuiet(work: () => void, atMost: number): void {
  // WebKit knows no idle time.
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: atMost })
  else setTimeout(work, Math.min(atMost, SOON_MS))
}
