// A form that lies idle on the table in the middle of a visit, or an order while hands are at work: it stays open, and
// nothing else is shown before the PIN.
import { ref, watch } from 'vue'
import { day } from '../visits/day'
import { openFormId, openOrderId, openVisitId } from '../ground/route'

let toProve = false

const isFilledIn = () => openFormId.value !== null || openOrderId.value !== null

/** The form was left before the PIN was given: nothing is shown until the lock has fallen. */
export const covered = ref(false)

/** Whether the form or the order on screen may stay open after so long without a hand; whoever leaves it then gives the PIN first. */
export function mayLie(idleMs: number): boolean {
  if (!isFilledIn() || covered.value) return false
  toProve = true
  // A server that names no such time has none: the tablet locks as anywhere else.
  return idleMs < (day.value?.answer.visit_idle_minutes ?? 0) * 60_000
}

/** The PIN was given. */
export function proved(): void {
  toProve = false
  covered.value = false
}

/** Cover the screen when the form is left without the PIN, before anything else is drawn, and say so. */
export function watchLeaving(whenLeft: () => void): void {
  const place = () => `${openVisitId.value}/${openFormId.value}/${openOrderId.value}`
  watch(place, () => {
    if (!toProve) return
    covered.value = true
    whenLeft()
  }, { flush: 'sync' })
}
