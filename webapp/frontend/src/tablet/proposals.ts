// Answers known already, offered beside the question and taken over with one tap; never filled in by themselves.
import { isAnswered, isQuestion, nameOf, pathOf, hasAppearance, type LeafNode } from './engine'
import { language, t } from './i18n'
import { dateOf } from './moments'
import { writeNumber } from './numbers'
import type { EarlierAnswer, FormAnswer } from './wire'

export interface ProposalSources {
  /** What earlier visits found, by the path of the question it is offered to. */
  earlier: ReadonlyMap<string, EarlierAnswer>
  /** What other forms of this visit hold, by the name of the question. */
  visit: Readonly<Record<string, string>>
}

export const NO_SOURCES: ProposalSources = { earlier: new Map(), visit: {} }

export interface Proposal {
  /** "La dernière fois (12 mars 2026) : Oui". */
  sentence: string
  take(): void
  undo(): void
}

/** Bring together what may be offered in a form. */
export function sourcesOf(form: FormAnswer, earlier: readonly EarlierAnswer[], visit: Record<string, string>): ProposalSources {
  const byName = new Map(earlier.map((answer) => [answer.name, answer]))
  const offered = (form.proposals ?? []).flatMap(({ path, name }): [string, EarlierAnswer][] => {
    const answer = byName.get(name)
    return answer ? [[path, answer]] : []
  })
  return { earlier: new Map(offered), visit }
}

/** What to offer beside an open question, or null. */
export function proposalFor(node: LeafNode, { earlier, visit }: ProposalSources): Proposal | null {
  // A room's answer says nothing of the next room's.
  if (!isQuestion(node) || isAnswered(node) || node.currentState.readonly || inRepeat(node)) return null
  const here = visit[nameOf(node)]
  const sameVisit = here !== undefined && !hasAppearance(node, 'multiline') ? takeable(node, here) : null
  if (sameVisit) return { ...sameVisit, sentence: t('proposal.visit', { answer: sameVisit.shown }) }
  const before = earlier.get(pathOf(node))
  const lastTime = before ? takeable(node, before.value) : null
  if (!before || !lastTime) return null
  const shown = before.shown[language.value] || lastTime.shown
  return { ...lastTime, sentence: t('proposal.earlier', { date: dateOf(before.answered_on), answer: shown }) }
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

/** A value as the engine wants it for a type; null when the text is none of that type. */
export function typed(type: string, raw: string): string | number | bigint | null {
  switch (type) {
    case 'int': return /^-?\d{1,15}$/.test(raw) ? BigInt(raw) : null
    case 'decimal': return /^-?\d+(\.\d+)?$/.test(raw) ? Number(raw) : null
    case 'date': return /^\d{4}-\d\d-\d\d/.test(raw) ? raw.slice(0, 10) : null
    case 'string': return raw || null
    default: return null
  }
}
