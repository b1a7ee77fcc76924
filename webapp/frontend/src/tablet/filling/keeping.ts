// What becomes of a visit that is being filled in: kept on the tablet and sent, or tried and forgotten.
import { ref, type Ref } from 'vue'
import { autosave, type Autosave } from './autosave'
import { t } from '../ground/i18n'
import { notice } from '../ground/notice'
import { finishVisit, note, type OpenVisit } from './openvisit'
import type { Awaits, Report } from '../shapes/records'
import { goToDay, goToVisit } from '../ground/route'
import { keepTaken } from './taken'
import { loadOutbox, queueReport, sendDue, type Write } from '../sending/sending'
import { isFilled } from '../visits/visitforms'
import { refusedParts } from '../visits/visitrecords'
import { rowsOf } from '../visits/visitstate'

export interface Keeping {
  /** Where it is filled in: on a tablet, in the office during a call, or as a trial of which nothing is stored. */
  place: 'tablet' | 'office' | 'trial'
  /** Which parts the person refuses. */
  refused(visitId: string): readonly string[]
  autosave(visit: OpenVisit, page: Ref<number>): Autosave
  finish(visit: OpenVisit, urgent: boolean): Promise<void>
  /** Tell an urgent finding at once; `write` keeps it together with what is noted of it. */
  report(report: Report, write: Write): Promise<void>
  /** Keep a picture as it was taken until it is prepared; gives what lets it go. */
  keepTaken(visit: OpenVisit, picture: Blob, awaits: Awaits): Promise<() => void>
  leave(visit: OpenVisit): void
}

const finishing = new Map<string, Promise<void>>()

async function finishOnce(visit: OpenVisit, urgent: boolean): Promise<void> {
  await finishVisit(visit, urgent)
  await loadOutbox()
  notice.value = t('summary.finished')
  goOn(visit)
  void sendDue({ force: true })
}

/** The ordinary way: saved as it goes, finished into the outbox, sent when the server answers. */
export const onTablet: Keeping = {
  place: 'tablet',
  refused: refusedParts,
  autosave,
  async finish(visit, urgent) {
    // A second tap finishes nothing anew: the form would end at another moment and be another one.
    const { instanceId } = visit.record
    const finish = finishing.get(instanceId) ?? finishOnce(visit, urgent)
    finishing.set(instanceId, finish)
    await finish.catch((error: unknown) => {
      finishing.delete(instanceId)
      throw error
    })
  },
  report: queueReport,
  keepTaken,
  leave: ({ record }) => goToVisit(record.visitId),
}

/** Back to the day when all that is required is filled in and nothing is left half done, otherwise to what is left of the visit. */
function goOn({ record }: OpenVisit): void {
  const rows = rowsOf(record.visitId)
  if (isFilled(rows) && !rows.some(({ state }) => state === 'draft')) goToDay()
  else goToVisit(record.visitId)
}

/** A trial: nothing is written anywhere. */
export function forgotten(ways: { finished(): void; again(): void }): Keeping {
  return {
    place: 'trial',
    refused: () => [],
    autosave: (visit) => ({
      state: ref({ kind: 'saved', at: 0 }),
      flush: () => Promise.resolve(),
      keepWith: (_change, noted) => Promise.resolve(note(visit, noted)),
      hold: () => undefined,
      stop: () => undefined,
    }),
    finish: () => Promise.resolve(ways.finished()),
    report: ({ id }, write) => write({ store: 'outbox', remove: id }),
    keepTaken: () => Promise.resolve(() => undefined),
    leave: ways.again,
  }
}
