// What becomes of a visit that is being filled in: kept on the tablet and sent, or tried and forgotten.
import { ref, type Ref } from 'vue'
import { t } from './i18n'
import { notice } from './notice'
import { autosave, finishVisit, type Autosave, type OpenVisit } from './openvisit'
import { goToDay } from './route'
import { loadOutbox, sendDue } from './sending'

export interface Keeping {
  /** Whether nothing is stored: the screens say so. */
  preview: boolean
  autosave(visit: OpenVisit, page: Ref<number>): Autosave
  finish(visit: OpenVisit, urgent: boolean): Promise<void>
  leave(): void
}

/** The ordinary way: saved as it goes, finished into the outbox, sent when the server answers. */
export const onTablet: Keeping = {
  preview: false,
  autosave,
  async finish(visit, urgent) {
    await finishVisit(visit, urgent)
    await loadOutbox()
    notice.value = t('summary.finished')
    goToDay()
    void sendDue({ force: true })
  },
  leave: goToDay,
}

/** A trial: nothing is written anywhere. */
export function forgotten(ways: { finished(): void; again(): void }): Keeping {
  return {
    preview: true,
    autosave: () => ({
      state: ref({ kind: 'saved', at: 0 }),
      flush: () => Promise.resolve(),
      hold: () => undefined,
      stop: () => undefined,
    }),
    finish: () => Promise.resolve(ways.finished()),
    leave: ways.again,
  }
}
