// What a calculation rests on: read from its expression, through other calculations down to the questions.
import { childrenOf, isAnswered, isLeaf, isQuestion, nameOf, type FormNode, type LeafNode, type RootNode } from './engine'
import { namesIn } from './expressions'

type ModelValue = Extract<LeafNode, { nodeType: 'model-value' }>

interface Nodes {
  leaves: Map<string, LeafNode[]>
  /** The leaves below a group or a repeat, by its name: a count rests on what is counted. */
  below: Map<string, LeafNode[]>
}

/** Tell of a calculation whether any question it depends on has an answer; true for one that depends on none. */
export function knower(root: RootNode): (node: LeafNode) => boolean {
  const nodes = nodesOf(childrenOf(root))
  return (node) => {
    const questions = questionsBehind(node, nodes, new Set())
    return !questions.length || questions.some((question) => question.currentState.relevant && isAnswered(question))
  }
}

function questionsBehind(node: LeafNode, nodes: Nodes, seen: Set<LeafNode>): LeafNode[] {
  if (seen.has(node)) return []
  seen.add(node)
  if (isQuestion(node)) return [node]
  const expression = (node as ModelValue).definition.bind.calculate?.expression ?? ''
  return [...namesIn(expression)].flatMap((name) => (
    [...(nodes.leaves.get(name) ?? []), ...(nodes.below.get(name)?.filter(isQuestion) ?? [])]
      .flatMap((other) => questionsBehind(other, nodes, seen))
  ))
}

function nodesOf(nodes: readonly FormNode[], found: Nodes = { leaves: new Map(), below: new Map() }, above: string[] = []): Nodes {
  for (const node of nodes) {
    if (!isLeaf(node)) {
      nodesOf(childrenOf(node), found, [...above, nameOf(node)])
      continue
    }
    add(found.leaves, nameOf(node), node)
    for (const name of new Set(above)) add(found.below, name, node)
  }
  return found
}

function add(to: Map<string, LeafNode[]>, name: string, node: LeafNode): void {
  const there = to.get(name)
  if (there) there.push(node)
  else to.set(name, [node])
}
