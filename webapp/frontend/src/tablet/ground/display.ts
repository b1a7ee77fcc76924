// How the screen shows itself: as the device says, light with all its contrast in the sun, or dark.
import { ref } from 'vue'

export const DISPLAYS = ['auto', 'sun', 'dark'] as const
type Display = (typeof DISPLAYS)[number]

const KEY = 'palier-display'

export const display = ref<Display>('auto')

/** Show the screens this way, now and at the next start. */
export function show(wanted: string | null): void {
  display.value = DISPLAYS.find((known) => known === wanted) ?? 'auto'
  document.documentElement.dataset.display = display.value
  localStorage.setItem(KEY, display.value)
}

/** As it was chosen last. */
export function showAsBefore(): void {
  show(localStorage.getItem(KEY))
}
