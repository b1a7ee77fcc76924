"""Truth, conditions and checklists."""

from __future__ import annotations

import math

from ..nodes import Node
from ..scope import Evaluate, ExpressionFailed, Scope
from ..values import Value, item_truth, items_of, number_of, text_of, truth_of
from .registry import function, lazy


@lazy("if", 3)
def if_(scope: Scope, node: Node, *parts: Evaluate) -> Value:
    """Give the second value when the first holds, else the third."""
    condition, then, otherwise = parts
    return then(scope, node) if truth_of(condition(scope, node)) else otherwise(scope, node)


@function("true", 0)
def true(scope: Scope) -> Value:
    """Hold always."""
    return True


@function("false", 0)
def false(scope: Scope) -> Value:
    """Hold never."""
    return False


@function("not", 1)
def not_(scope: Scope, value: Value) -> Value:
    """Turn the truth round."""
    return not truth_of(value)


@function("boolean", 1)
def boolean(scope: Scope, value: Value) -> Value:
    """Tell whether a value holds."""
    return truth_of(value)


@function("boolean-from-string", 1)
def boolean_from_string(scope: Scope, value: Value) -> Value:
    """Tell whether a text is `true` or `1`."""
    return text_of(value) in ("true", "1")


@function("coalesce", 2)
def coalesce(scope: Scope, first: Value, second: Value) -> Value:
    """Give the first text that is not empty."""
    return text_of(first) or text_of(second)


def _bounds(scope: Scope, least: Value, most: Value) -> tuple[float, float]:
    low, high = number_of(least, scope.zone), number_of(most, scope.zone)
    return low, math.inf if high == -1 else high


@function("checklist", 2, None)
def checklist(scope: Scope, least: Value, most: Value, *answers: Value) -> Value:
    """Tell whether the number of answers that hold lies between two bounds (-1: no bound)."""
    low, high = _bounds(scope, least, most)
    return low <= sum(item_truth(item) for value in answers for item in items_of(value)) <= high


@function("weighted-checklist", 2, None)
def weighted_checklist(scope: Scope, least: Value, most: Value, *pairs: Value) -> Value:
    """Tell whether the weights of the answers that hold lie between two bounds."""
    if len(pairs) % 2:
        raise ExpressionFailed("answers and weights come in pairs")
    low, high = _bounds(scope, least, most)
    total = 0.0
    for answers, weights in zip(pairs[::2], pairs[1::2], strict=True):
        for item, weight in zip(items_of(answers), items_of(weights), strict=False):
            total += number_of(weight, scope.zone) if item_truth(item) else 0.0
    return low <= total <= high
