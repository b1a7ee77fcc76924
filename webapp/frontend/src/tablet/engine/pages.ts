// A form as pages: a top-level group is a page, each instance of a repeat is a page, stray questions share one.
import {
  childrenOf, hasAppearance, isAnswered, isConsequence, isLeaf, isQuestion, isRepeat, type FormNode,
  type LeafNode, type RepeatRangeNode, type RootNode,
} from './engine'
import { rendered, t, typeset } from '../ground/i18n'
import type { Place } from '../shapes/records'
import { isPhotoStrip } from './strips'

export interface Page {
  id: string
  title: string
  nodes: FormNode[]
  /** Where it stands in the form, for the time spent on it. */
  place: Place
  /** The repeat this page belongs to; `index` is -1 on the page of an empty repeat. */
  repeat?: { range: RepeatRangeNode; index: number; label: string }
}

/** The pages of a form; one without any sections bears the form's own title. */
export function pagesOf(root: RootNode, formTitle: string): Page[] {
  return pagesBelow(childrenOf(root), root, '', formTitle)
}

/** `within` is the title of the room these pages belong to, where they do. */
function pagesBelow(nodes: readonly FormNode[], owner: RootNode | FormNode, within = '', formTitle = ''): Page[] {
  const pages: Page[] = []
  let stray: FormNode[] = []
  const flush = () => {
    if (hasContent(stray)) pages.push({ id: `${owner.nodeId}:${stray[0]?.nodeId}`, title: strayTitle(nodes, formTitle), nodes: stray, place: placeOf(stray, owner) })
    stray = []
  }
  for (const node of nodes) {
    if (!node.currentState.relevant) continue
    if (isLeaf(node) || isPhotoStrip(node)) {
      stray.push(node)
      continue
    }
    flush()
    pages.push(...(isRepeat(node) ? repeatPages(node, within) : sectionPages(node, titleOf(within, labelOf(node)), within)))
  }
  flush()
  return pages
}

/** A group's own questions, then whatever repeats it holds. */
function sectionPages(section: FormNode, title: string, within: string, repeat?: Page['repeat']): Page[] {
  const children = childrenOf(section)
  const own = children.filter((node) => !holdsRepeat(node))
  const below = children.filter(holdsRepeat)
  const page: Page[] = hasContent(own) || repeat ? [{ id: section.nodeId, title, nodes: own, repeat, place: placeOf(own, section) }] : []
  return [...page, ...pagesBelow(below, section, repeat ? title : within)]
}

function repeatPages(range: RepeatRangeNode, within: string): Page[] {
  const label = labelOf(range)
  const instances = childrenOf(range)
  if (!instances.length) {
    return range.nodeType === 'repeat-range:uncontrolled'
      ? [{ id: range.nodeId, title: titleOf(within, label), nodes: [], repeat: { range, index: -1, label }, place: placeOf([], range) }]
      : []
  }
  return instances.flatMap((instance, index) => {
    const detail = firstChoice(instance)
    const title = typeset(detail ? `${label} ${index + 1}${t('text.colon')} ${detail}` : `${label} ${index + 1}`)
    return sectionPages(instance, titleOf(within, title), within, { range, index, label })
  })
}

/** A hazard is better known with the room it is in. */
function titleOf(within: string, title: string): string {
  return [within.replace(/^.*:\s+/, ''), title].filter(Boolean).join(' · ')
}

function placeOf(nodes: readonly FormNode[], owner: RootNode | FormNode): Place {
  const [only, more] = owner.nodeType === 'root' ? askedIn(nodes) : []
  return only && !more
    ? { event: 'question', node: only.currentState.reference }
    : { event: 'group questions', node: owner.currentState.reference }
}

/** A room is better known as "Salle de bain" than by its number. */
function firstChoice(instance: FormNode): string {
  const first = childrenOf(instance).find((node) => isQuestion(node))
  if (first?.nodeType !== 'select' || first.selectType !== 'select1') return ''
  const [value] = first.currentState.value
  return value ? (first.getValueOption(value)?.label?.asString ?? '') : ''
}

function holdsRepeat(node: FormNode): boolean {
  if (isRepeat(node)) return !isPhotoStrip(node)
  return (node.nodeType === 'group' && childrenOf(node).some(holdsRepeat))
}

/** Whether someone would see anything of it. */
function hasContent(nodes: readonly FormNode[]): boolean {
  return nodes.some((node) => (isLeaf(node) ? isShown(node) : node.currentState.relevant && hasContent(childrenOf(node))))
}

export function isShown(node: FormNode): boolean {
  return node.currentState.relevant && node.nodeType !== 'model-value' && !isConsequence(node) && !hasAppearance(node, 'hidden')
}

export function labelOf(node: FormNode): string {
  return rendered(node.currentState.label?.asString ?? '')
}

function strayTitle(siblings: readonly FormNode[], formTitle: string): string {
  const hasSections = siblings.some((node) => node.nodeType === 'group' && hasContent(childrenOf(node)))
  return (!hasSections && formTitle) || t('visit.general')
}

/** The questions a page asks now. */
export function questionsOf(page: Page): LeafNode[] {
  return askedIn(page.nodes)
}

function askedIn(nodes: readonly FormNode[]): LeafNode[] {
  return nodes.flatMap((node) => {
    if (!node.currentState.relevant) return []
    if (isLeaf(node)) return isQuestion(node) && isShown(node) ? [node] : []
    const below = askedIn(childrenOf(node))
    // The empty place for the next photo is no unanswered question.
    return isPhotoStrip(node) ? below.filter((photo) => isAnswered(photo) || photo.validationState.violation) : below
  })
}

/** The questions of a page whose answer is missing or not possible. */
export function faultsOf(page: Page, unread: ReadonlyMap<string, unknown>): LeafNode[] {
  return questionsOf(page).filter((node) => node.validationState.violation || unread.has(node.nodeId))
}

type Progress = 'empty' | 'started' | 'done'

/** How far a page is: done when every required question has an answer and something was answered. */
export function progressOf(page: Page): Progress {
  const questions = questionsOf(page)
  const answered = questions.filter(isAnswered).length
  if (!questions.length) return 'done'
  if (!answered) return 'empty'
  return questions.some((node) => node.validationState.violation) ? 'started' : 'done'
}

/** Whether pages may still appear that an answer holds back: then the last page is not the end. */
export function mayGrow(root: RootNode, page: Page, unread: ReadonlyMap<string, unknown>): boolean {
  return faultsOf(page, unread).length > 0 && childrenOf(root).some((node) => !isLeaf(node) && !node.currentState.relevant)
}

/** A repeat one may add to while walking, and the page its last turn ends on. */
export interface Growing {
  range: Extract<RepeatRangeNode, { nodeType: 'repeat-range:uncontrolled' }>
  label: string
  lastPage: number
}

/** The repeats one may add to from a page: the rooms of the home, and the hazards of the room one is in. */
export function growingOf(pages: readonly Page[], current: number): Growing[] {
  const found = new Map<string, Growing>()
  const here = pages[current]?.place.node ?? ''
  pages.forEach(({ repeat }, at) => {
    if (repeat?.range.nodeType !== 'repeat-range:uncontrolled') return
    const { range, label } = repeat
    const room = /^.*\[\d+\](?=\/)/.exec(range.currentState.reference)?.[0]
    if (room && here !== room && !here.startsWith(`${room}/`)) return
    const within = `${range.currentState.reference}[`
    const last = pages.findLastIndex(({ place }) => place.node.startsWith(within))
    found.set(range.nodeId, { range, label, lastPage: Math.max(last, at) })
  })
  // The innermost first: one more hazard of this room, then one more room.
  return [...found.values()].reverse()
}
