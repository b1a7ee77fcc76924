// Scores and "what will follow", read from the form as it is being filled.
import {
  childrenOf, isConsequence, isLeaf, isRepeat, nameOf, pathOf, type FormNode, type LeafNode, type RootNode,
} from './engine'
import { language, tCode, rendered, t } from '../ground/i18n'
import { phonesIn } from '../ground/phones'
import { labelsOf } from './labels'
import { knower } from './scores'
import type { FormAnswer, Translated } from '../shapes/wire'

export interface Follow {
  id: string
  /** The place of the note in the instance, with the numbers of rooms. */
  reference: string
  sentence: string
  labels: Translated
  kind: string
  code: string
  severity: string
  due: string
  phones: string[]
}

export interface Score {
  name: string
  label: string
  /** `UNKNOWN` while nothing it depends on was answered: a nought before the first question would be a lie. */
  value: string
  /** Null when the form gives this score no band. */
  band: string | null
}

/** Shown for a score nothing is known of yet. */
const UNKNOWN = '—'

const RANK = ['U0', 'U1', 'U2', 'U3', 'P']

/** What the answers call for now, the most urgent first; `delays`: how long works wait by severity. */
export function followsOf(root: RootNode, form: FormAnswer, delays: Record<string, string> = {}): Follow[] {
  const notes = relevantLeaves(childrenOf(root)).filter(isConsequence)
  return notes.map((note) => follow(note, form, delays)).sort((a, b) => rank(a) - rank(b))
}

/** The form of this visit that called for the same already, or nothing: one fault is often asked for twice. */
export function toldIn({ kind, code }: Follow, told: ReadonlyMap<string, string>): string | undefined {
  return kind === 'hazard' || kind === 'work_order' ? told.get(`${kind}/${code}`) : undefined
}

function rank(follow: Follow): number {
  const at = RANK.indexOf(follow.severity)
  return at < 0 ? RANK.length : at
}

function follow(note: FormNode, form: FormAnswer, delays: Record<string, string>): Follow {
  const known = form.consequences.find(({ name, path }) => (path ? path === pathOf(note) : name === nameOf(note)))
  // The engine has filled in the quoted answers: its sentence, not the template's.
  const said = (note.currentState.label ?? note.currentState.hint)?.asString ?? known?.label[language.value] ?? ''
  const sentence = rendered(said)
  const ofSeverity = known?.kind === 'work_order' ? delays[known.severity ?? 'P'] : undefined
  return {
    id: note.nodeId, reference: note.currentState.reference, sentence,
    labels: labelsOf(said, known?.label), kind: known?.kind ?? '', code: known?.code ?? '', severity: known?.severity ?? '',
    due: dueIn(known?.due || (ofSeverity ?? null)), phones: phonesIn(said),
  }
}

/** "4h", "5wd", "30d", "6m" in words. */
function dueIn(delay: string | null): string {
  const [, n, unit] = /^(\d+)(h|d|wd|m)$/.exec(delay ?? '') ?? []
  if (!n || !unit) return ''
  return t(`due.${unit as 'h' | 'd' | 'wd' | 'm'}`, { n })
}

/** The scores and bands of the form, and those of the repeat instance on screen. */
export function scoresOf(root: RootNode, onScreen: readonly FormNode[]): Score[] {
  const nodes = [...outsideRepeats(childrenOf(root)), ...(onScreen.filter(isLeaf))]
  const isKnown = knower(root)
  const scores = new Map<string, Score>()
  for (const node of nodes) {
    const [, base, part] = /^(.+)_(score|band)$/.exec(nameOf(node)) ?? []
    if (!base || node.nodeType !== 'model-value') continue
    const score = scores.get(base) ?? { name: base, label: scoreLabel(base), value: '', band: null }
    if (part === 'score') score.value = isKnown(node) ? node.currentState.instanceValue : UNKNOWN
    else score.band = isKnown(node) ? node.currentState.instanceValue : ''
    scores.set(base, score)
  }
  for (const score of scores.values()) if (score.value === UNKNOWN && score.band) score.band = ''
  // A score whose band is still open is a sum of too few answers to mean anything.
  return [...scores.values()].filter((score) => (score.band === null || score.value === UNKNOWN ? score.value !== '' : score.band !== ''))
}

function scoreLabel(base: string): string {
  const known = tCode('score.name', base)
  if (known !== base) return known
  const words = base.replace(/_/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function relevantLeaves(nodes: readonly FormNode[]): LeafNode[] {
  return nodes.flatMap((node) => {
    if (!node.currentState.relevant) return []
    return isLeaf(node) ? [node] : relevantLeaves(childrenOf(node))
  })
}

function outsideRepeats(nodes: readonly FormNode[]): LeafNode[] {
  return nodes.flatMap((node) => {
    if (isLeaf(node)) return [node]
    return isRepeat(node) ? [] : outsideRepeats(childrenOf(node))
  })
}
