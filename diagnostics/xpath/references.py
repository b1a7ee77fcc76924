"""Which answers an expression looks at, found on the model without running it."""

from __future__ import annotations

from collections.abc import Iterator

from .grammar import ExpressionError, parse
from .nodes import Node
from .paths import reach
from .syntax import Call, Expr, Filter, Literal, Negation, Operation, Path, Union


def references(expression: str, model: Node, node: Node) -> frozenset[str]:
    """List the model paths an expression on `node` may read; `model` is the document."""
    reader = _Reader(model, node)
    reader.read(parse(expression), [node])
    return frozenset(found.path for found in reader.found.values())


def functions_called(expression: str) -> frozenset[str]:
    """List the functions an expression calls."""
    return frozenset(part.name for part in _parts(parse(expression)) if isinstance(part, Call))


def beyond_tablet(expression: str) -> str:
    """Name what the engine on the tablet cannot do in an expression; empty when it can do all."""
    for part in _parts(parse(expression)):
        if isinstance(part, Union):
            return "|"
        for step in part.steps if isinstance(part, Path) else ():
            if step.axis in ("preceding", "preceding-sibling"):
                return step.axis
    return ""


def _parts(expr: Expr) -> Iterator[Expr]:
    yield expr
    inner: tuple[Expr, ...] = ()
    if isinstance(expr, Call):
        inner = expr.arguments
    elif isinstance(expr, Operation):
        inner = (expr.left, expr.right)
    elif isinstance(expr, Negation):
        inner = (expr.operand,)
    elif isinstance(expr, Union):
        inner = expr.parts
    elif isinstance(expr, Filter):
        inner = (expr.subject, expr.predicate)
    elif isinstance(expr, Path):
        head = (expr.head,) if expr.head is not None else ()
        inner = head + tuple(one for step in expr.steps for one in step.predicates)
    for part in inner:
        yield from _parts(part)


class _Reader:
    """Walks an expression over the model and notes where it arrives."""

    def __init__(self, model: Node, node: Node) -> None:
        self.model = model
        self.current = node
        self.found: dict[int, Node] = {}

    def read(self, expr: Expr, context: list[Node]) -> list[Node]:
        """Note what the expression reads; returns the nodes it may give."""
        if isinstance(expr, Path):
            return self._path(expr, context)
        if isinstance(expr, Call):
            return self._call(expr, context)
        if isinstance(expr, Filter):
            found = self.read(expr.subject, context)
            self.read(expr.predicate, found)
            return found
        if isinstance(expr, Union):
            return [node for part in expr.parts for node in self.read(part, context)]
        if isinstance(expr, Operation):
            self.read(expr.left, context)
            self.read(expr.right, context)
        elif isinstance(expr, Negation):
            self.read(expr.operand, context)
        return []

    def _path(self, path: Path, context: list[Node]) -> list[Node]:
        if path.absolute:
            nodes = [self.model]
        else:
            nodes = context if path.head is None else self.read(path.head, context)
        for step in path.steps:
            reached = {id(found): found for node in nodes for found in reach(step, node)}
            nodes = list(reached.values())
            for predicate in step.predicates:
                self.read(predicate, nodes)
        self.found.update((id(node), node) for node in nodes)
        return nodes

    def _call(self, call: Call, context: list[Node]) -> list[Node]:
        given = [self.read(argument, context) for argument in call.arguments]
        if call.name == "current":
            return [self.current]
        if call.name == "jr-choice-name":
            self._quoted(call.arguments[1], context)
        return given[0] if call.name in ("indexed-repeat", "randomize", "if") and given else []

    def _quoted(self, argument: Expr, context: list[Node]) -> None:
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            try:
                self.read(parse(argument.value), context)
            except ExpressionError:
                return
