// Two places to be: the day, or one visit. The address keeps it, so Back and a restart land where one was.
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
