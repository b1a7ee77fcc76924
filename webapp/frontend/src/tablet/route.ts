// Two places to be: the day, or one visit; in the office, a form that is tried. The address keeps it, so Back and a restart land where one was.
import { computed, ref } from 'vue'

const hash = ref(location.hash)
addEventListener('hashchange', () => { hash.value = location.hash })

/** The visit on screen, or null on the day. */
export const openVisitId = computed(() => /^#\/visit\/([\w-]+)$/.exec(hash.value)?.[1] ?? null)

export function goToVisit(id: string): void {
  location.hash = `#/visit/${id}`
}

export function goToDay(): void {
  location.hash = '#/'
}

/** The form to try, as `<form>/<version>` or `drafts/<id>`; null on a tablet. Read once, at the start. */
export function previewPath(): string | null {
  return /^#\/preview\/([\w.-]+\/[\w.-]+)$/.exec(location.hash)?.[1] ?? null
}
