"""Write expressions so that every engine works them out as the ODK specification says.

The tablet's engine finds no sum where there is nothing to add, and no date in a number of days. A
published form holds the expression that every engine reads right, so old versions keep theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

COUNT = "{http://openrosa.org/javarosa}count"
XFORMS = "{http://www.w3.org/2002/xforms}"
# What may be filtered with one more predicate: a path, not a calculation.
_PATH = re.compile(r"[\w./:*@\[\]()'\"=!<>$ -]*[\w\]*.]", re.ASCII)
_ARITHMETIC = re.compile(r"\s[-+*]\s|\s(?:div|mod)\s|\)\s*[-+*]|[-+]\s*\d")
# The attributes of a form that hold an expression.
_WRITTEN_IN = frozenset(
    ["calculate", "relevant", "constraint", "required", "readonly", "nodeset", "value", COUNT]
)
_TIMED = re.compile(r"\bnow\s*\(")


def with_plain_expressions(xform: bytes) -> bytes:
    """Rewrite what engines read differently; a form without it comes back byte for byte."""
    if not re.search(rb"\b(?:sum|format-date)\s*\(", xform):
        return xform
    top = etree.fromstring(xform)
    timed = {
        bind.get("nodeset", "")
        for bind in top.iter(f"{XFORMS}bind")
        if bind.get("type", "").endswith(("dateTime", "time"))
    }
    changed = False
    for element in top.iter(etree.Element):
        for name, value in element.attrib.items():
            plain = _plain(str(value), timed) if name in _WRITTEN_IN else value
            if plain != value:
                element.set(name, plain)
                changed = True
    return etree.tostring(top, encoding="utf-8", xml_declaration=True) if changed else xform


def adds_up(expression: str) -> bool:
    """Tell whether an expression adds up answers, of which there may be none."""
    return _call(expression, "sum") is not None


def _plain(expression: str, timed: set[str]) -> str:
    expression = _each(expression, "sum", _sum)
    return _each(expression, "format-date", lambda inner: _format_date(inner, timed))


def _sum(nodes: str) -> str:
    if not _PATH.fullmatch(nodes.strip()):
        return f"sum({nodes})"
    given = f"{nodes.strip()}[. != '']"
    return f"if(count({given}) = 0, 0, sum({given}))"


def _format_date(inner: str, timed: set[str]) -> str:
    at = _comma(inner)
    day, rest = inner[:at], inner[at:]
    if at < 0 or not _ARITHMETIC.search(day):
        return f"format-date({inner})"
    if _TIMED.search(day) or any(path in day for path in timed):
        return f"format-date(date({day.strip()}){rest})"
    # At noon: a day counted across the change of the clocks stays that day.
    return f"format-date(date(floor({day.strip()} + 0.5) + 0.5){rest})"


def _each(expression: str, name: str, rewrite: Callable[[str], str]) -> str:
    """Rewrite every call of a function, the innermost first, each once."""
    found = _call(expression, name)
    if found is None:
        return expression
    start, opened, end = found
    inner = _each(expression[opened:end], name, rewrite)
    after = _each(expression[end + 1 :], name, rewrite)
    return expression[:start] + rewrite(inner) + after


def _call(expression: str, name: str) -> tuple[int, int, int] | None:
    """Find a function's first call outside texts: where it starts, opens and closes."""
    quote = ""
    called = re.compile(rf"{name}\s*\(")
    for at, char in enumerate(expression):
        if quote or char in "'\"":
            quote = "" if char == quote else quote or char
            continue
        match = called.match(expression, at)
        if match and not re.match(r"[\w.-]", expression[at - 1 : at] or " "):
            return at, match.end(), closing(expression, match.end())
    return None


def closing(expression: str, start: int) -> int:
    """Find the parenthesis that closes the one open before `start`; texts are stepped over."""
    return _reach(expression, start, lambda char, depth: char == ")" and not depth)


def _comma(inner: str) -> int:
    at = _reach(inner, 0, lambda char, depth: char == "," and depth == 0)
    return at if at < len(inner) else -1


def _reach(expression: str, start: int, ends: Callable[[str, int], bool]) -> int:
    depth, quote = 0, ""
    for at, char in enumerate(expression[start:], start):
        if quote or char in "'\"":
            quote = "" if char == quote else quote or char
            continue
        if ends(char, depth):
            return at
        depth += (char in "([") - (char in ")]")
    return len(expression)
