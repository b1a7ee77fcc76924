"""Read XForms expressions with elementpath's XPath 1.0 parser, and keep only their shape."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from typing import Any, cast

from elementpath import ElementPathError, XPath1Parser
from elementpath.tdop import Parser

from .functions import FUNCTIONS
from .syntax import Call, Expr, Filter, Literal, Negation, Operation, Path, Step, Union

LONGEST_EXPRESSION = 20_000
AXES = frozenset(
    [
        "child",
        "descendant",
        "descendant-or-self",
        "self",
        "parent",
        "ancestor",
        "ancestor-or-self",
        "following",
        "following-sibling",
        "preceding",
        "preceding-sibling",
        "attribute",
    ]
)
_SIGNS = frozenset(["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or"])
_PREFIXED = re.compile(r"""("[^"]*"|'[^']*')|\b(?:jr|orx):(?=[a-z-]+\s*\()""")
_ANY_DESCENDANT = Step("descendant-or-self", None)
# What elementpath raises of an expression; of `{0` it asserts that it is another.
_UNREADABLE = (
    ElementPathError, SyntaxError, ValueError, TypeError, LookupError, AssertionError,
)  # fmt: skip


class ExpressionError(ValueError):
    """The expression cannot be read, or calls a function we do not know."""


class XFormsParser(XPath1Parser):
    """elementpath's parser with the XForms functions in place of its own."""

    PATH_STEP_LABELS = ("axis", "kind test", "function")
    RESERVED_FUNCTION_NAMES: Any = frozenset()

    def parse(self, source: str) -> Any:
        """Parse without the trial evaluation that elementpath adds: its functions are not ours."""
        if self.tokenizer is None:
            self.tokenizer = self.create_tokenizer(self.symbol_table)
        return Parser.parse(self, source)


def _register() -> XFormsParser:
    for name in FUNCTIONS:
        XFormsParser.symbol_table.pop(name, None)
        XFormsParser.function(name, nargs=(0, None))
    XFormsParser.tokenizer = None
    return XFormsParser(strict=False)


_parser = _register()
_one_at_a_time = Lock()  # the parser keeps its state in itself


@lru_cache(maxsize=8192)
def parse(expression: str) -> Expr:
    """Read an expression; raises ExpressionError with what is wrong."""
    if len(expression) > LONGEST_EXPRESSION:
        raise ExpressionError("expression too long")
    source = _PREFIXED.sub(lambda match: match[1] or "jr-", expression)
    try:
        with _one_at_a_time:
            token = _parser.parse(source)
        return _expr(token)
    except ExpressionError:
        raise
    except RecursionError:
        raise ExpressionError("expression nested too deeply") from None
    except _UNREADABLE as error:
        raise ExpressionError(str(error)) from error


def _expr(token: Any) -> Expr:
    symbol, label = token.symbol, token.label
    if symbol in ("(string)", "(integer)", "(decimal)", "(float)"):
        value = token.value
        return Literal(value if isinstance(value, str) else float(value))
    if label == "function":
        return _call(token)
    if symbol == "(":
        return _expr(token[0])
    if symbol == "|":
        return Union((_expr(token[0]), _expr(token[1])))
    if symbol in ("+", "-") and len(token) == 1:
        operand = _expr(token[0])
        return Negation(operand) if symbol == "-" else Negation(Negation(operand))
    if symbol in _SIGNS and len(token) == 2:
        return Operation(symbol, _expr(token[0]), _expr(token[1]))
    if symbol == "[":
        return _filtered(token)
    return _path(token)


def _call(token: Any) -> Call:
    name = cast(str, token.symbol)
    function = FUNCTIONS[name]
    given = len(token)
    if given < function.least or (function.most is not None and given > function.most):
        raise ExpressionError(f"{name}() does not take {given} argument(s)")
    return Call(name, tuple(_expr(argument) for argument in token))


def _filtered(token: Any) -> Expr:
    if _is_step(token[0]):
        return Path(None, absolute=False, steps=_steps(token))
    return Filter(_expr(token[0]), _expr(token[1]))


def _is_step(token: Any) -> bool:
    if token.symbol == "[":
        return _is_step(token[0])
    return token.label in ("axis", "kind test") or token.symbol in ("(name)", "*", ".", "..", "@")


def _path(token: Any) -> Path:
    if token.symbol not in ("/", "//"):
        return Path(None, absolute=False, steps=_steps(token))
    through = (_ANY_DESCENDANT,) if token.symbol == "//" else ()
    if len(token) < 2:
        last = _steps(token[0]) if len(token) else ()
        return Path(None, absolute=True, steps=through + last)
    left = _expr(token[0])
    steps = through + _steps(token[1])
    if isinstance(left, Path):
        return Path(left.head, absolute=left.absolute, steps=left.steps + steps)
    return Path(left, absolute=False, steps=steps)


def _steps(token: Any) -> tuple[Step, ...]:
    symbol, label = token.symbol, token.label
    if symbol == "[":
        *before, last = _steps(token[0])
        return (*before, Step(last.axis, last.name, (*last.predicates, _expr(token[1]))))
    if symbol == "(name)":
        return (Step("child", token.value),)
    if symbol == "*":
        return (Step("child", None),)
    if symbol in (".", ".."):
        return (Step("self" if symbol == "." else "parent", None),)
    if symbol == "@":
        return (Step("attribute", None),)
    if label == "kind test":
        return (Step("self" if symbol == "text" else "child", None),)
    if label == "axis" and symbol in AXES:
        (inner,) = _steps(token[0])
        return (Step(symbol, inner.name, inner.predicates),)
    raise ExpressionError(f"{symbol!r} is not a step of a path")
