import type { LeafNode } from '../engine/engine'

export type RangeNode = Extract<LeafNode, { nodeType: 'range' }>

const MOST_STEPS = 11

/** The values of a range, start to end. */
export function stepsOf(node: RangeNode): number[] {
  const { start, end, step } = node.definition.bounds
  const [from, to, by] = [Number(start), Number(end), Math.abs(Number(step)) || 1]
  const count = Math.floor(Math.abs(to - from) / by + 1e-9) + 1
  const sign = to < from ? -1 : 1
  return Array.from({ length: count }, (_, index) => Number((from + sign * index * by).toFixed(6)))
}

/** Few values are easier to tap one by one than to slide to. */
export function isStepped(node: RangeNode): boolean {
  return stepsOf(node).length <= MOST_STEPS
}
