// How long each page is on screen, noted with the draft while a form is open.
import { onScopeDispose, watch, type ComputedRef } from 'vue'
import { closedAt, ended, shown } from './audit'
import { note, type OpenVisit } from './openvisit'
import type { Page } from '../engine/pages'

/** Note the time of each page; hidden apps do not count. Gives what to call when the form is left. */
export function useTiming(visit: OpenVisit, page: ComputedRef<Page>): { left(): void } {
  const rows = () => visit.record.audit ?? []
  const look = () => { if (page.value.id) note(visit, { audit: shown(rows(), page.value.place, Date.now()) }) }
  const onVisibility = () => {
    if (document.visibilityState === 'visible') look()
    else note(visit, { audit: closedAt(rows(), Date.now()) })
  }
  watch(() => page.value.id, look, { immediate: true })
  document.addEventListener('visibilitychange', onVisibility)
  onScopeDispose(() => document.removeEventListener('visibilitychange', onVisibility))
  return { left: () => note(visit, { audit: ended(rows(), 'form exit', Date.now()) }) }
}
