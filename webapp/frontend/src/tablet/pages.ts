// A form as pages: a top-level group is a page, each instance of a repeat is a page, stray questions share one.
import {
  childrenOf, hasAppearance, isAnswered, isConsequence, isLeaf, isQuestion, isRepeat, leavesOf, type FormNode,
  type LeafNode, type RepeatRangeNode, type RootNode,
} from './engine'
import { t } from './i18n'

export interface Page {
  id: string
  title: string
  nodes: FormNode[]
  /** The repeat this page belongs to; `index` is -1 on the page of an empty repeat. */
  repeat?: { range: RepeatRangeNode; index: number; label: string }
}

export function pagesOf(root: RootNode): Page[] {
  return pagesBelow(childrenOf(root), root.nodeId)
}

function pagesBelow(nodes: readonly FormNode[], ownerId: string): Page[] {
  const pages: Page[] = []
  let stray: FormNode[] = []
  const flush = () => {
    if (hasContent(stray)) pages.push({ id: `${ownerId}:${stray[0]?.nodeId}`, title: strayTitle(nodes), nodes: stray })
    stray = []
  }
  for (const node of nodes) {
    if (!node.currentState.relevant) continue
    if (isLeaf(node)) {
      stray.push(node)
      continue
    }
    flush()
    pages.push(...(isRepeat(node) ? repeatPages(node) : sectionPages(node, labelOf(node))))
  }
  flush()
  return pages
}

/** A group's own questions, then whatever repeats it holds. */
function sectionPages(section: FormNode, title: string, repeat?: Page['repeat']): Page[] {
  const children = childrenOf(section)
  const own = children.filter((node) => !holdsRepeat(node))
  const below = children.filter(holdsRepeat)
  const page: Page[] = hasContent(own) || repeat ? [{ id: section.nodeId, title, nodes: own, repeat }] : []
  return [...page, ...pagesBelow(below, section.nodeId)]
}

function repeatPages(range: RepeatRangeNode): Page[] {
  const label = labelOf(range)
  const instances = childrenOf(range)
  if (!instances.length) {
    return range.nodeType === 'repeat-range:uncontrolled'
      ? [{ id: range.nodeId, title: label, nodes: [], repeat: { range, index: -1, label } }]
      : []
  }
  return instances.flatMap((instance, index) => {
    const detail = firstChoice(instance)
    const title = detail ? `${label} ${index + 1} : ${detail}` : `${label} ${index + 1}`
    return sectionPages(instance, title, { range, index, label })
  })
}

/** A room is better known as "Salle de bain" than by its number. */
function firstChoice(instance: FormNode): string {
  const first = childrenOf(instance).find((node) => isQuestion(node))
  if (first?.nodeType !== 'select' || first.selectType !== 'select1') return ''
  const [value] = first.currentState.value
  return value ? (first.getValueOption(value)?.label?.asString ?? '') : ''
}

function holdsRepeat(node: FormNode): boolean {
  return isRepeat(node) || (node.nodeType === 'group' && childrenOf(node).some(holdsRepeat))
}

/** Whether someone would see anything of it. */
function hasContent(nodes: readonly FormNode[]): boolean {
  return nodes.some((node) => (isLeaf(node) ? isShown(node) : node.currentState.relevant && hasContent(childrenOf(node))))
}

export function isShown(node: FormNode): boolean {
  return node.currentState.relevant && node.nodeType !== 'model-value' && !isConsequence(node) && !hasAppearance(node, 'hidden')
}

export function labelOf(node: FormNode): string {
  return node.currentState.label?.asString ?? ''
}

function strayTitle(siblings: readonly FormNode[]): string {
  return siblings.some((node) => node.nodeType === 'group' && hasContent(childrenOf(node)))
    ? t('visit.general')
    : t('visit.questionnaire')
}

/** The questions a page asks now. */
export function questionsOf(page: Page): LeafNode[] {
  return askedIn(page.nodes)
}

function askedIn(nodes: readonly FormNode[]): LeafNode[] {
  return nodes.flatMap((node) => {
    if (!node.currentState.relevant) return []
    if (isLeaf(node)) return isQuestion(node) && isShown(node) ? [node] : []
    return askedIn(childrenOf(node))
  })
}

/** The questions of a page whose answer is missing or not possible. */
export function faultsOf(page: Page, unread: ReadonlyMap<string, unknown>): LeafNode[] {
  return questionsOf(page).filter((node) => node.validationState.violation || unread.has(node.nodeId))
}

export type Progress = 'empty' | 'started' | 'done'

/** How far a page is: done when every required question has an answer and something was answered. */
export function progressOf(page: Page): Progress {
  const questions = questionsOf(page)
  const answered = questions.filter(isAnswered).length
  if (!questions.length) return 'done'
  if (!answered) return 'empty'
  return questions.some((node) => node.validationState.violation) ? 'started' : 'done'
}

export function hasAnswers(page: Page): boolean {
  return leavesOf(page.nodes).some((node) => isQuestion(node) && isAnswered(node))
}
