// Answers known already, offered beside the question and taken over with one tap; never filled in by themselves.
import { typed, type ProposalSources } from './answers'
import { isAnswered, isConfidential, isQuestion, nameOf, pathOf, hasAppearance, type LeafNode } from './engine'
import { language, t } from '../ground/i18n'
import { dateOf } from '../ground/moments'
import { writeNumber } from '../ground/numbers'

interface Proposal {
  /** "La dernière fois (12 mars 2026) : Oui". */
  sentence: string
  take(): void
  undo(): void
}

/** What to offer beside an open question, or null. */
export function proposalFor(node: LeafNode, sources: ProposalSources): Proposal | null {
  if (!isOpen(node)) return null
  const { earlier, visit } = sources
  const here = visit[nameOf(node)]
  const sameVisit = here !== undefined && !hasAppearance(node, 'multiline') ? takeable(node, here) : null
  if (sameVisit) return { ...sameVisit, sentence: t('proposal.visit', { answer: sameVisit.shown }) }
  const found = foundHere(node, sources)
  if (found) return { ...found, sentence: t('proposal.here', { whose: found.whose, answer: found.shown }) }
  const before = earlier.get(pathOf(node))
  const lastTime = before ? takeable(node, before.value) : null
  if (!before || !lastTime) return null
  const shown = before.shown[language.value] || lastTime.shown
  return { ...lastTime, sentence: t('proposal.earlier', { date: dateOf(before.answered_on), answer: shown }) }
}

/** A question that may be answered here for the first time; a room's answer says nothing of the next room's. */
function isOpen(node: LeafNode): boolean {
  return isQuestion(node) && !isAnswered(node) && !node.currentState.readonly && !inRepeat(node) && !isConfidential(node)
}

/** How to fill in an open question from what a visit of today found of the home; null when nothing is known. */
export function prefillFor(node: LeafNode, sources: ProposalSources): (() => void) | null {
  return node.currentState.relevant && isOpen(node) ? foundHere(node, sources)?.take ?? null : null
}

/** Where an answer was found before, or that it was another one there; nothing for what nobody else was asked. */
export function saidHere(node: LeafNode, sources: ProposalSources): string {
  const found = isAnswered(node) && !inRepeat(node) ? foundHere(node, sources) : null
  if (!found) return ''
  if (found.value === node.currentState.instanceValue) return t('proposal.hereTaken', { whose: found.whose })
  return t('proposal.hereOther', { whose: found.whose, answer: found.shown })
}

function foundHere(node: LeafNode, { home }: ProposalSources): (Takeable & { value: string; whose: string }) | null {
  const found = home.get(pathOf(node))
  const there = found && !isConfidential(node) ? takeable(node, found.value) : null
  if (!found || !there) return null
  return { ...there, value: found.value, whose: found.personName ? t('proposal.for', { name: found.personName }) : t('proposal.inHome') }
}

/** What another form of this visit holds of the same fact, where that is something else; or nothing. */
export function contradiction(node: LeafNode, { visit, facts }: ProposalSources): string {
  const there = visit[nameOf(node)]
  if (there === undefined || !facts.has(pathOf(node)) || !isQuestion(node) || !isAnswered(node) || inRepeat(node)) return ''
  const shown = there === node.currentState.instanceValue ? null : takeable(node, there)
  return shown ? t('proposal.contradiction', { answer: shown.shown }) : ''
}

function inRepeat(node: LeafNode): boolean {
  return /\[\d+\]/.test(node.currentState.reference)
}

interface Takeable {
  shown: string
  take(): void
  undo(): void
}

/** How a question takes an answer written as in the XML; null when it cannot. */
function takeable(node: LeafNode, raw: string): Takeable | null {
  if (node.nodeType === 'select') return choice(node, raw)
  if (node.nodeType !== 'input' && node.nodeType !== 'range') return null
  const value = typed(node.valueType, raw)
  if (value === null) return null
  const set = (to: unknown) => (node as { setValue(value: unknown): unknown }).setValue(to)
  const shown = typeof value === 'string' ? (node.valueType === 'date' ? dateOf(value) : value) : writeNumber(value, language.value)
  return { shown, take: () => void set(value), undo: () => void set(null) }
}

function choice(node: Extract<LeafNode, { nodeType: 'select' }>, raw: string): Takeable | null {
  const values = node.selectType === 'select' ? raw.split(/\s+/) : [raw]
  const labels = values.map((value) => node.currentState.valueOptions.find((option) => option.value === value)?.label?.asString)
  if (labels.some((label) => label === undefined)) return null
  const put = (to: readonly string[]) => void (node.selectType === 'select' ? node.selectValues(to) : node.selectValue(to[0] ?? null))
  return { shown: labels.join(', '), take: () => put(values), undo: () => put([]) }
}
