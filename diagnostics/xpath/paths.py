"""Walk the answers: axes, names and conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .nodes import Node
from .scope import Evaluate, ExpressionFailed, Scope
from .syntax import Expr, Path, Step
from .values import Value, truth_of

Walk = Callable[[Node], Iterable[Node]]


def _siblings(node: Node, *, before: bool) -> Iterator[Node]:
    if node.parent is None:
        return iter(())
    family = node.parent.children
    at = family.index(node)
    return iter(family[:at][::-1] if before else family[at + 1 :])


def _following(node: Node) -> Iterator[Node]:
    for start in (node, *node.ancestors()):
        for sibling in _siblings(start, before=False):
            yield from sibling.walk()


def _preceding(node: Node) -> Iterator[Node]:
    for start in (node, *node.ancestors()):
        for sibling in _siblings(start, before=True):
            yield from reversed(list(sibling.walk()))


def _below(node: Node) -> Iterator[Node]:
    walk = node.walk()
    next(walk)
    return walk


AXES: dict[str, Walk] = {
    "child": lambda node: node.children,
    "self": lambda node: (node,),
    "parent": lambda node: () if node.parent is None else (node.parent,),
    "descendant": _below,
    "descendant-or-self": Node.walk,
    "ancestor": Node.ancestors,
    "ancestor-or-self": lambda node: (node, *node.ancestors()),
    "following-sibling": lambda node: _siblings(node, before=False),
    "preceding-sibling": lambda node: _siblings(node, before=True),
    "following": _following,
    "preceding": _preceding,
    "attribute": lambda node: (),
}


def reach(step: Step, node: Node) -> Iterable[Node]:
    """Give the nodes one step away, before any condition."""
    if step.axis == "child" and step.name is not None:
        return node.named.get(step.name, ())
    found = AXES[step.axis](node)
    return found if step.name is None else [one for one in found if one.name == step.name]


def compile_path(path: Path, build: Callable[[Expr], Evaluate]) -> Evaluate:
    """Compile a path; one of plain names from the root is a look-up."""
    plain = all(step.axis == "child" and step.name and not step.predicates for step in path.steps)
    if path.absolute and path.steps and plain:
        return _look_up("/" + "/".join(str(step.name) for step in path.steps))
    start = _start(path, build)
    walks = [_compile_step(step, build) for step in path.steps]

    def evaluate(scope: Scope, node: Node) -> Value:
        found = start(scope, node)
        for walk in walks:
            found = walk(scope, found)
            scope.spend(len(found) + 1)
        return found

    return evaluate


def _look_up(place: str) -> Evaluate:
    def evaluate(scope: Scope, node: Node) -> Value:
        found = scope.index.get(place, [])
        scope.spend(len(found) + 1)
        return found

    return evaluate


def _start(path: Path, build: Callable[[Expr], Evaluate]) -> Callable[[Scope, Node], list[Node]]:
    if path.absolute:
        return lambda scope, node: [scope.root]
    if path.head is None:
        return lambda scope, node: [node]
    head = build(path.head)

    def evaluate(scope: Scope, node: Node) -> list[Node]:
        return node_set(head(scope, node))

    return evaluate


def node_set(value: Value) -> list[Node]:
    """Insist on nodes; raises ExpressionFailed for any other value."""
    if isinstance(value, list):
        return value
    raise ExpressionFailed("nodes expected")


def _compile_step(
    step: Step, build: Callable[[Expr], Evaluate]
) -> Callable[[Scope, list[Node]], list[Node]]:
    conditions = [build(predicate) for predicate in step.predicates]
    several = step.axis not in ("child", "self", "attribute")

    def walk(scope: Scope, nodes: list[Node]) -> list[Node]:
        found = [one for node in nodes for one in reach(step, node)]
        if several and len(nodes) > 1:
            found = list({id(node): node for node in found}.values())
        # The engine on the tablet counts positions over all that a step found, not by parent.
        for condition in conditions:
            found = keep(condition, scope, found)
        return found

    return walk


def keep(condition: Evaluate, scope: Scope, nodes: list[Node]) -> list[Node]:
    """Keep the nodes for which a condition holds; a number asks for that position."""
    before = scope.position, scope.size
    scope.size = len(nodes)
    scope.spend(len(nodes))
    kept = []
    for at, node in enumerate(nodes, start=1):
        scope.position = at
        answer = condition(scope, node)
        numeric = isinstance(answer, float) and not isinstance(answer, bool)
        if (answer == at) if numeric else truth_of(answer):
            kept.append(node)
    scope.position, scope.size = before
    return kept


def compile_filter(subject: Evaluate, condition: Evaluate) -> Evaluate:
    """Compile a condition on a whole node-set."""
    return lambda scope, node: keep(condition, scope, node_set(subject(scope, node)))
