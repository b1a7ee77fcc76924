// Where one is: the day, a visit, a form of it, or why it could not take place; in the office, a form that is tried.
// The address keeps it, so Back and a restart land where one was.
import { computed, ref } from 'vue'

const hash = ref(location.hash)
addEventListener('hashchange', () => { hash.value = location.hash })

const visited = computed(() => /^#\/visit\/([\w-]+)(?:\/(failure|form\/([\w.-]+)))?$/.exec(hash.value))

/** The visit on screen, or null on the day. */
export const openVisitId = computed(() => visited.value?.[1] ?? null)
/** The form of it on screen, or null. */
export const openFormId = computed(() => visited.value?.[3] ?? null)
/** Whether the screen asks why it could not take place. */
export const tellsFailure = computed(() => visited.value?.[2] === 'failure')

const ordered = computed(() => /^#\/order\/([\w-]+)$/.exec(hash.value))
/** The work order on screen, or null. */
export const openOrderId = computed(() => ordered.value?.[1] ?? null)

export function goToOrder(id: string): void {
  location.hash = `#/order/${id}`
}

export function goToVisit(id: string): void {
  location.hash = `#/visit/${id}`
}

export function goToForm(id: string, formId: string): void {
  location.hash = `#/visit/${id}/form/${formId}`
}

export function goToFailure(id: string): void {
  location.hash = `#/visit/${id}/failure`
}

export function goToDay(): void {
  location.hash = '#/'
}

/** The call whose form is filled in in the office, and whether it was begun at the call desk; null on a tablet. */
export function callOnScreen(): { visitId: string; desk: boolean } | null {
  const [, visitId, desk] = /^#\/call\/([\w-]+)(\/desk)?$/.exec(location.hash) ?? []
  return visitId ? { visitId, desk: !!desk } : null
}

/** The form to try, as `<form>/<version>` or `drafts/<id>`; null on a tablet. Read once, at the start. */
export function previewPath(): string | null {
  return /^#\/preview\/([\w.-]+\/[\w.-]+)$/.exec(location.hash)?.[1] ?? null
}
