// The form engine is most of the app, and a cheap tablet takes a second to start it and to read a form: both happen
// ahead, while the visitor reads her day or the page of a visit.
import { day, readForm } from './day'
import { whenQuiet } from '../ground/settled'

const AT_MOST_MS = 5_000

/** Get ready for the next visit of the day, when the tablet has nothing else to do. */
export function warmEngine(): void {
  const next = day.value?.answer.visits.find(({ state }) => state === 'planned')?.forms[0]
  if (next) warmForm(next.form_id, next.version)
}

/** Get ready for a form that may be opened next. */
export function warmForm(formId: string, version: string): void {
  whenQuiet(() => void readAheadOf(formId, version), AT_MOST_MS)
}

async function readAheadOf(formId: string, version: string): Promise<void> {
  try {
    const [{ readAhead }, form] = await Promise.all([
      import('../engine/engine'), readForm(formId, version), import('../screens/FormScreen.vue'),
    ])
    if (form) readAhead(form.xform)
  } catch {
    // Locked meanwhile, or no such form here: opening it says so.
  }
}
