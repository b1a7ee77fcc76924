"""Arithmetic."""

from __future__ import annotations

import math
import random as chance
from collections.abc import Callable

from ..nodes import Node
from ..scope import Evaluate, Scope
from ..values import (
    NAN,
    Moment,
    Value,
    as_moment,
    items_of,
    number_of,
    number_text,
    read_moment,
    text_of,
)
from .registry import function, lazy, own_text


@lazy("number", 0, 1)
def number(scope: Scope, node: Node, argument: Evaluate | None = None) -> Value:
    """Read a value as a number; a date reads as its whole days since 1970."""
    value = own_text(scope, node, argument)
    if isinstance(value, str | list):
        moment = read_moment(text_of(value), scope.zone)
        if moment is not None:
            days = as_moment(moment)
            return Moment(days, number_text(math.floor(days)))
    return float(number_of(value, scope.zone)) if not isinstance(value, Moment) else value


@function("int", 1)
def int_(scope: Scope, value: Value) -> Value:
    """Cut a number at the point."""
    amount = number_of(value, scope.zone)
    return amount if not math.isfinite(amount) else float(math.trunc(amount))


@function("floor", 1)
def floor(scope: Scope, value: Value) -> Value:
    """Round down."""
    amount = number_of(value, scope.zone)
    return amount if not math.isfinite(amount) else float(math.floor(amount))


@function("ceiling", 1)
def ceiling(scope: Scope, value: Value) -> Value:
    """Round up."""
    amount = number_of(value, scope.zone)
    return amount if not math.isfinite(amount) else float(math.ceil(amount))


@function("round", 1, 2)
def round_(scope: Scope, value: Value, places: Value = 0.0) -> Value:
    """Round to so many places, halves away from zero."""
    amount, digits = number_of(value, scope.zone), number_of(places, scope.zone)
    if math.isnan(digits) or not math.isfinite(amount):
        return NAN if math.isnan(digits) else amount
    try:
        scale = 10.0**digits
        return math.copysign(math.floor(abs(amount) * scale + 0.5) / scale, amount)
    except (OverflowError, ZeroDivisionError, ValueError):
        return NAN


@function("sum", 1)
def sum_(scope: Scope, value: Value) -> Value:
    """Add up the nodes; nothing to add, or one that is no number, gives no number."""
    amounts = [number_of(item, scope.zone) for item in items_of(value)]
    return sum(amounts) if amounts else NAN


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., Value]:
    def work(scope: Scope, *values: Value) -> Value:
        amounts = [number_of(item, scope.zone) for value in values for item in items_of(value)]
        return NAN if not amounts or any(map(math.isnan, amounts)) else float(choose(amounts))

    return work


function("min", 0, None)(_extreme(min))
function("max", 0, None)(_extreme(max))


@function("abs", 1)
def abs_(scope: Scope, value: Value) -> Value:
    """Drop the sign."""
    return abs(float(number_of(value, scope.zone)))


@function("random", 0)
def random(scope: Scope) -> Value:
    """Draw a number between 0 and 1."""
    return chance.random()


@function("pi", 0)
def pi(scope: Scope) -> Value:
    """Give the ratio of a circle to its diameter."""
    return math.pi


def _log(amount: float) -> float:
    return -math.inf if amount == 0 else math.log(amount)


def _log10(amount: float) -> float:
    return -math.inf if amount == 0 else math.log10(amount)


def _power(base: float, exponent: float) -> float:
    return math.inf if base == 0 and exponent < 0 else math.pow(base, exponent)


def _exp10(amount: float) -> float:
    return math.pow(10.0, amount)


def _mathematics(name: str, work: Callable[..., float], *, count: int = 1) -> None:
    def body(scope: Scope, *values: Value) -> Value:
        amounts = [number_of(value, scope.zone) for value in values]
        if any(map(math.isnan, amounts)):
            return NAN
        try:
            return float(work(*amounts))
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return NAN

    function(name, count)(body)


for _name, _work in {
    "log": _log,
    "log10": _log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "exp10": _exp10,
}.items():
    _mathematics(_name, _work)
_mathematics("pow", _power, count=2)
_mathematics("atan2", math.atan2, count=2)
