import { inject, type InjectionKey } from 'vue'
import type { LeafNode, RootNode } from '../engine/engine'
import { typeset, type Key } from '../ground/i18n'
import type { ProposalSources } from '../engine/answers'
import type { Awaits } from '../shapes/records'

/** What the questions of an open visit share. */
interface VisitContext {
  root: RootNode
  /** Questions whose text is not an answer yet (a half-typed number), and what to say about it. */
  unread: Map<string, Key>
  /** What may be offered beside the questions. */
  sources: ProposalSources
  /** A picture, sound or film of the form by its name; null when the tablet does not have it. */
  media(name: string): Promise<File | null>
  /** Keep a picture as it was taken until it is prepared; gives what lets it go. */
  keepTaken(picture: Blob, awaits: Awaits): Promise<() => void>
  /** Whether a question's fault is to be shown now. */
  showsFault(node: LeafNode): boolean
  /** Make a change that may hide other answers: asks first, and undoes it if the user would rather keep them. */
  change(node: LeafNode, apply: () => void, undo: () => void): Promise<void>
}

export const visitContextKey: InjectionKey<VisitContext> = Symbol('visit')

export function useVisit(): VisitContext {
  const context = inject(visitContextKey)
  if (!context) throw new Error('a question outside a visit')
  return context
}

/** What to say about a question's answer, or nothing. */
export function faultText(node: LeafNode, unread: ReadonlyMap<string, Key>, say: (key: Key) => string): string {
  const typed = unread.get(node.nodeId)
  if (typed) return say(typed)
  const { violation } = node.validationState
  if (!violation) return ''
  return typeset(violation.message?.asString ?? '') || say(`question.${violation.condition}`)
}
