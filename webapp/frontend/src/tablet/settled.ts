// What follows from an answer may come a picture later than the answer itself: a tap is never kept waiting for it.
import { effect, onScopeDispose, shallowRef, stop, type ShallowRef } from 'vue'

/** A value kept up to date right after the browser has painted what changed it. */
export function afterPaint<T>(get: () => T): Readonly<ShallowRef<T>> {
  const value = shallowRef<T>() as ShallowRef<T>
  let waits = false
  let over = false
  const look = effect(() => { value.value = get() }, {
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
