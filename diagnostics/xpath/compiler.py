"""Turn an expression's shape into a plain Python callable, once."""

from __future__ import annotations

from functools import lru_cache

from .functions import FUNCTIONS
from .grammar import parse
from .nodes import Node
from .operators import ORDERS, SUMS, equal, ordered, unequal, united
from .paths import compile_filter, compile_path
from .scope import Evaluate, ExpressionFailed, Scope
from .syntax import Call, Expr, Filter, Literal, Negation, Operation, Path, Union
from .values import Value, number_of, text_of, truth_of


@lru_cache(maxsize=8192)
def compile_expression(expression: str) -> Evaluate:
    """Compile an expression; raises ExpressionError when it cannot be read."""
    return build(parse(expression))


def build(expr: Expr) -> Evaluate:
    """Compile one part of an expression."""
    if isinstance(expr, Literal):
        value = expr.value
        return lambda scope, node: value
    if isinstance(expr, Path):
        return compile_path(expr, build)
    if isinstance(expr, Call):
        if expr.name == "jr-choice-name":
            return _choice_name(expr)
        return FUNCTIONS[expr.name].bind(tuple(build(part) for part in expr.arguments))
    if isinstance(expr, Operation):
        return _operation(expr)
    if isinstance(expr, Negation):
        return _negation(build(expr.operand))
    if isinstance(expr, Filter):
        return compile_filter(build(expr.subject), build(expr.predicate))
    return _union(expr)


def _choice_name(call: Call) -> Evaluate:
    answer, question = (build(part) for part in call.arguments)

    def evaluate(scope: Scope, node: Node) -> Value:
        found = compile_expression(text_of(question(scope, node)).strip())(scope, node)
        if not isinstance(found, list) or not found:
            raise ExpressionFailed("jr:choice-name of an unknown question")
        return scope.words.choice_label(text_of(answer(scope, node)), found[0], scope)

    return evaluate


def _negation(operand: Evaluate) -> Evaluate:
    return lambda scope, node: -number_of(operand(scope, node), scope.zone)


def _union(expr: Union) -> Evaluate:
    parts = [build(part) for part in expr.parts]

    def evaluate(scope: Scope, node: Node) -> Value:
        sets = [part(scope, node) for part in parts]
        return united([found for found in sets if isinstance(found, list)])

    return evaluate


def _operation(expr: Operation) -> Evaluate:
    left, right, sign = build(expr.left), build(expr.right), expr.sign
    if sign == "and":
        return lambda scope, node: truth_of(left(scope, node)) and truth_of(right(scope, node))
    if sign == "or":
        return lambda scope, node: truth_of(left(scope, node)) or truth_of(right(scope, node))
    if sign in ("=", "!="):
        compare = equal if sign == "=" else unequal
        return lambda scope, node: compare(left(scope, node), right(scope, node), scope.zone)
    if sign in ORDERS:
        return lambda scope, node: ordered(
            sign, left(scope, node), right(scope, node), zone=scope.zone
        )
    work = SUMS[sign]
    return lambda scope, node: work(
        number_of(left(scope, node), scope.zone), number_of(right(scope, node), scope.zone)
    )
