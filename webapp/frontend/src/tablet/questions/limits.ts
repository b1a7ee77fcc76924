// The range an answer may be in, read from the form's own rule where the rule says no more than that.
import type { LeafNode } from '../engine/engine'
import { language, t } from '../ground/i18n'
import { dateOf } from '../ground/moments'
import { writeNumber } from '../ground/numbers'
import type { RangeNode } from './range'

interface Limit {
  value: string
  /** Whether the value itself is permitted. */
  included: boolean
}

export interface Limits {
  least?: Limit
  most?: Limit
}

const VALUE = String.raw`(-?\d+(?:\.\d+)?|today\(\)|date\('\d{4}-\d\d-\d\d'\))`
const ANSWER_FIRST = new RegExp(String.raw`^\.\s*(<=|>=|<|>)\s*${VALUE}$`)
const VALUE_FIRST = new RegExp(String.raw`^${VALUE}\s*(<=|>=|<|>)\s*\.$`)
const TURNED: Record<string, string> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

/** The limits that a constraint sets to its own answer; null when it says anything else. */
export function limitsIn(constraint: string): Limits | null {
  const limits: Limits = {}
  for (const part of constraint.split(/\band\b/)) {
    const compared = bare(part)
    const [, operator, value] = ANSWER_FIRST.exec(compared) ?? turned(VALUE_FIRST.exec(compared)) ?? []
    if (!operator || !value) return null
    const side = operator.startsWith('<') ? 'most' : 'least'
    if (limits[side]) return null
    limits[side] = { value, included: operator.endsWith('=') }
  }
  return limits
}

function bare(part: string): string {
  const trimmed = part.trim()
  const inside = /^\(([^()]*(?:\(\)[^()]*)*)\)$/.exec(trimmed)?.[1]
  return (inside ?? trimmed).trim()
}

function turned(found: RegExpExecArray | null): string[] | null {
  return found && ['', TURNED[found[2] as string] as string, found[1] as string]
}

/** What to say under a question of its permitted answers; nothing where the form's hint says it already. */
export function limitsText(node: LeafNode): string {
  const limits = limitsOf(node)
  if (!limits) return ''
  const shown = [limits.least, limits.most].flatMap((limit) => (limit ? [written(limit.value)] : []))
  const hint = node.currentState.hint?.asString ?? ''
  if (shown.every((value) => new RegExp(`(?<!\\d)${value.replace(/\W/g, '\\$&')}(?!\\d)`).test(hint))) return ''
  return said(limits, node.valueType === 'date' || node.valueType === 'dateTime')
}

function limitsOf(node: LeafNode): Limits | null {
  if (node.nodeType === 'range') return ends(node)
  if (!['int', 'decimal', 'date', 'dateTime'].includes(node.valueType)) return null
  return limitsIn(node.definition.bind.constraint.expression ?? '')
}

function ends({ definition }: RangeNode): Limits {
  const [a, b] = [definition.bounds.start, definition.bounds.end].map(Number).sort((x, y) => x - y)
  return { least: { value: `${a}`, included: true }, most: { value: `${b}`, included: true } }
}

function said({ least, most }: Limits, isDay: boolean): string {
  if (least?.included && most?.included && !isDay) return t('limits.between', { least: written(least.value), most: written(most.value) })
  const kind = isDay ? 'day' : 'number'
  return [
    least && t(`limits.${kind}.${least.included ? 'least' : 'above'}`, { value: written(least.value) }),
    most && t(`limits.${kind}.${most.included ? 'most' : 'below'}`, { value: written(most.value) }),
  ].filter(Boolean).join(' ')
}

function written(value: string): string {
  if (value === 'today()') return t('limits.today')
  const [, day] = /^date\('(.*)'\)$/.exec(value) ?? []
  return day ? dateOf(day) : writeNumber(Number(value), language.value)
}
