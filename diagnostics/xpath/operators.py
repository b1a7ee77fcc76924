"""What the signs between two values mean in XForms."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import tzinfo

from .nodes import Node
from .values import NAN, Item, Value, items_of, number_of, text_of, truth_of

ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def add(left: float, right: float) -> float:
    """Add two numbers."""
    return left + right


def subtract(left: float, right: float) -> float:
    """Subtract the second number from the first."""
    return left - right


def multiply(left: float, right: float) -> float:
    """Multiply two numbers."""
    return left * right


def divide(left: float, right: float) -> float:
    """Divide as JavaScript does: by zero gives an infinity, zero by zero is not a number."""
    if right != 0:
        return left / right
    return NAN if left == 0 or math.isnan(left) else math.copysign(math.inf, left)


def remainder(left: float, right: float) -> float:
    """Give the remainder with the sign of the dividend; NaN where there is none."""
    return NAN if right == 0 or math.isinf(left) else math.fmod(left, right)


SUMS: dict[str, Callable[[float, float], float]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "div": divide,
    "mod": remainder,
}


def equal(left: Value, right: Value, zone: tzinfo) -> bool:
    """Tell whether any item of one side equals any of the other."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) == truth_of(right)
    return any(_same(a, b, zone) for a in items_of(left) for b in items_of(right))


def unequal(left: Value, right: Value, zone: tzinfo) -> bool:
    """Tell whether any item of one side differs from any of the other."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) != truth_of(right)
    return any(not _same(a, b, zone) for a in items_of(left) for b in items_of(right))


def _same(left: Item, right: Item, zone: tzinfo) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        return number_of(left, zone) == number_of(right, zone)
    return text_of(left) == text_of(right)


def ordered(sign: str, left: Value, right: Value, *, zone: tzinfo) -> bool:
    """Tell whether any item of one side stands in that order to any of the other."""
    order = ORDERS[sign]
    if not isinstance(left, list) and not isinstance(right, list):
        return order(number_of(left, zone), number_of(right, zone))
    rights = [number_of(item, zone) for item in items_of(right)]
    return any(order(number_of(item, zone), other) for item in items_of(left) for other in rights)


def united(parts: list[list[Node]]) -> list[Node]:
    """Put node-sets together, each node once, in document order."""
    seen = {id(node): node for part in parts for node in part}
    return sorted(seen.values(), key=_order)


def _order(node: Node) -> list[int]:
    trail = []
    while node.parent is not None:
        trail.append(node.parent.children.index(node))
        node = node.parent
    return trail[::-1]
