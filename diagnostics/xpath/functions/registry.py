"""The table of functions an expression may call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ..nodes import Node
from ..scope import Evaluate, ExpressionFailed, Scope
from ..values import Value

Body = TypeVar("Body", bound=Callable[..., Value])
FUNCTIONS: dict[str, Function] = {}


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its name, how many arguments it takes, and how it is bound to them."""

    name: str
    least: int
    most: int | None
    body: Callable[..., Value]
    lazy: bool

    def bind(self, arguments: Sequence[Evaluate]) -> Evaluate:
        """Give a callable of scope and node for these arguments."""
        return _lazily(self.body, arguments) if self.lazy else _eagerly(self.body, arguments)


def _lazily(body: Callable[..., Value], arguments: Sequence[Evaluate]) -> Evaluate:
    return lambda scope, node: body(scope, node, *arguments)


def _eagerly(body: Callable[..., Value], arguments: Sequence[Evaluate]) -> Evaluate:
    if not arguments:
        return lambda scope, node: body(scope)
    if len(arguments) == 1:
        (only,) = arguments
        return lambda scope, node: body(scope, only(scope, node))
    if len(arguments) == 2:
        first, second = arguments
        return lambda scope, node: body(scope, first(scope, node), second(scope, node))
    return lambda scope, node: body(scope, *[one(scope, node) for one in arguments])


def function(name: str, least: int, most: int | None = -1) -> Callable[[Body], Body]:
    """Offer a function of the values of its arguments; `most` None means any number."""
    return _offer(name, least, most, lazy=False)


def lazy(name: str, least: int, most: int | None = -1) -> Callable[[Body], Body]:
    """Offer a function that gets the node and its arguments unevaluated."""
    return _offer(name, least, most, lazy=True)


def _offer(name: str, least: int, most: int | None, *, lazy: bool) -> Callable[[Body], Body]:
    upper = least if most == -1 else most

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(name, least, upper, body, lazy)
        return body

    return register


def own_text(scope: Scope, node: Node, argument: Evaluate | None) -> Any:
    """Give the value of an optional argument, or the node the expression stands on."""
    return [node] if argument is None else argument(scope, node)


def need_nodes(value: Value) -> list[Node]:
    """Insist on nodes; raises ExpressionFailed for any other value."""
    if isinstance(value, list):
        return value
    raise ExpressionFailed("nodes expected")
