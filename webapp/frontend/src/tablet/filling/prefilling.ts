// What another visit found of the home today is filled in when its page is shown: never unseen, once, and to be changed.
import { computed, watch, type Ref } from 'vue'
import { leavesOf, pathOf } from '../engine/engine'
import type { Page } from '../engine/pages'
import { prefillFor } from '../engine/proposals'
import { note, type OpenVisit } from './openvisit'

/** Fill in the questions of the page on screen, as they come to be asked; what is emptied by hand stays empty. */
export function usePrefilling(visit: OpenVisit, page: Ref<Page>): void {
  const open = computed(() => leavesOf(page.value.nodes).flatMap((node) => {
    const take = prefillFor(node, visit.sources)
    return take ? [{ path: pathOf(node), take }] : []
  }))
  watch(open, (questions) => {
    const before = visit.record.prefilled ?? []
    const fresh = questions.filter(({ path }) => !before.includes(path))
    if (!fresh.length) return
    note(visit, { prefilled: [...before, ...fresh.map(({ path }) => path)] })
    for (const { take } of fresh) take()
  }, { immediate: true })
}
