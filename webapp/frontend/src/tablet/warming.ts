// The form engine is most of the app, and a cheap tablet takes a second to start it: it starts while the day is read.
import { day, readForm } from './day'

const SOON_MS = 800
let warmed = false

/** Load the engine and read the form of the next visit, once, when the tablet has nothing else to do. */
export function warmEngine(): void {
  if (warmed) return
  warmed = true
  // WebKit knows no idle time.
  if ('requestIdleCallback' in window) requestIdleCallback(() => void warm(), { timeout: 5_000 })
  else setTimeout(() => void warm(), SOON_MS)
}

async function warm(): Promise<void> {
  try {
    const [{ load }] = await Promise.all([import('./engine'), import('./screens/FormScreen.vue')])
    const next = day.value?.answer.visits.find(({ state }) => state === 'planned')?.forms[0]
    const form = next && (await readForm(next.form_id, next.version))
    if (form) await load(form.xform)
  } catch {
    // Locked meanwhile, or a form that cannot be read: opening the visit says so.
  }
}
