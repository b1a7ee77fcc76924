// Rooms, hazards, meters: one more, or one less, and the page that shows it.
import { nextTick, type ComputedRef } from 'vue'
import { ask } from '../ground/ask'
import { isAnswered, isQuestion, leavesOf, type RepeatRangeNode } from '../engine/engine'
import { t } from '../ground/i18n'
import type { Page } from '../engine/pages'

interface Turns {
  /** Add one at the end, and go there. */
  add(range: RepeatRangeNode): Promise<void>
  /** Take the one of a page away; asks first when it holds answers. */
  remove(page: Page): Promise<void>
}

export function useTurns(pages: ComputedRef<Page[]>, go: (index: number) => Promise<void>): Turns {
  return {
    async add(range) {
      if (range.nodeType !== 'repeat-range:uncontrolled') return
      range.addInstances()
      await nextTick()
      const added = range.currentState.children.at(-1)
      await go(pages.value.findIndex((each) => each.id === added?.nodeId))
    },
    async remove(page) {
      const { repeat, title } = page
      if (repeat?.range.nodeType !== 'repeat-range:uncontrolled') return
      const words = { yes: t('visit.remove', { what: repeat.label }), no: t('ask.no') }
      const turn = repeat.range.currentState.children[repeat.index]
      const holdsAnswers = turn && leavesOf([turn]).some((node) => isQuestion(node) && isAnswered(node))
      if (holdsAnswers && !(await ask(t('visit.removeAsk', { what: title }), words))) return
      const at = pages.value.findIndex(({ id }) => id === page.id)
      repeat.range.removeInstances(repeat.index)
      await nextTick()
      await go(Math.max(at - 1, 0))
    },
  }
}
