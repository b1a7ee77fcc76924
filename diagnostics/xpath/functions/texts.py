"""Text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
import uuid as identifiers
from functools import lru_cache

from ..nodes import Node
from ..scope import Evaluate, ExpressionFailed, Scope
from ..values import Value, items_of, number_of, text_of
from .registry import function, lazy, own_text

LONGEST_MATCHED = 20_000
_WHOLE = re.compile(r"\s*([-+]?\d{1,15})", re.ASCII)
_DIGESTS = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}


@lazy("string", 0, 1)
def string(scope: Scope, node: Node, argument: Evaluate | None = None) -> Value:
    """Read a value as text."""
    return text_of(own_text(scope, node, argument))


@function("concat", 0, None)
def concat(scope: Scope, *values: Value) -> Value:
    """Put texts one after the other; of several nodes, each."""
    return "".join(text_of(item) for value in values for item in items_of(value))


@function("join", 1, None)
def join(scope: Scope, glue: Value, *values: Value) -> Value:
    """Put texts one after the other with something between."""
    return text_of(glue).join(text_of(item) for value in values for item in items_of(value))


@function("contains", 2)
def contains(scope: Scope, value: Value, part: Value) -> Value:
    """Tell whether a text holds another."""
    return text_of(part) in text_of(value)


@function("starts-with", 2)
def starts_with(scope: Scope, value: Value, part: Value) -> Value:
    """Tell whether a text begins with another."""
    return text_of(value).startswith(text_of(part))


@function("ends-with", 2)
def ends_with(scope: Scope, value: Value, part: Value) -> Value:
    """Tell whether a text ends with another."""
    return text_of(value).endswith(text_of(part))


@function("substring-before", 2)
def substring_before(scope: Scope, value: Value, part: Value) -> Value:
    """Give what stands before the first occurrence of a text."""
    before, found, _ = text_of(value).partition(text_of(part) or "\0")
    return before if found else ""


@function("substring-after", 2)
def substring_after(scope: Scope, value: Value, part: Value) -> Value:
    """Give what stands after the first occurrence of a text."""
    sought = text_of(part)
    return text_of(value).partition(sought)[2] if sought else text_of(value)


@function("substring", 2, 3)
def substring(scope: Scope, value: Value, start: Value, length: Value | None = None) -> Value:
    """Give the characters from a position counted from 1, as XPath 1.0 does."""
    first = number_of(start, scope.zone)
    span = math.inf if length is None else number_of(length, scope.zone)
    if math.isnan(first) or math.isnan(span):
        return ""
    low = _nearest(first)
    high = low + _nearest(span)
    return "".join(sign for at, sign in enumerate(text_of(value), 1) if low <= at < high)


def _nearest(amount: float) -> float:
    return amount if math.isinf(amount) else math.floor(amount + 0.5)


@function("substr", 2, 3)
def substr(scope: Scope, value: Value, start: Value, end: Value | None = None) -> Value:
    """Give the characters between two positions counted from 0; negative ones from the end."""
    text = text_of(value)
    first, last = _whole(start), len(text) if end is None else _whole(end)
    if first is None or last is None:
        return ""
    return text[_clip(first, len(text)) : _clip(last, len(text))]


def _whole(value: Value) -> int | None:
    """Read the whole number a text begins with, as JavaScript's parseInt does."""
    match = _WHOLE.match(text_of(value))
    return int(match[1]) if match else None


def _clip(at: int, length: int) -> int:
    return min(max(0, at + length if at < 0 else at), length)


@lazy("string-length", 0, 1)
def string_length(scope: Scope, node: Node, argument: Evaluate | None = None) -> Value:
    """Count the characters as JavaScript does: one beyond the first 65,536 counts twice."""
    text = text_of(own_text(scope, node, argument))
    return float(len(text) + sum(sign > "\uffff" for sign in text))


@lazy("normalize-space", 0, 1)
def normalize_space(scope: Scope, node: Node, argument: Evaluate | None = None) -> Value:
    """Drop spaces at both ends and double ones between."""
    return " ".join(text_of(own_text(scope, node, argument)).split())


@function("translate", 3)
def translate(scope: Scope, value: Value, old: Value, new: Value) -> Value:
    """Replace characters one by one, dropping those without a partner."""
    before, after = text_of(old), text_of(new)
    table: dict[int, str | None] = {}
    for at, sign in enumerate(before):
        table.setdefault(ord(sign), after[at] if at < len(after) else None)
    return text_of(value).translate(table)


@function("regex", 2)
def regex(scope: Scope, value: Value, pattern: Value) -> Value:
    """Tell whether a pattern is found in a text."""
    text = text_of(value)
    if len(text) > LONGEST_MATCHED:
        return False
    try:
        return _pattern(text_of(pattern)).search(text) is not None
    except re.error as error:
        raise ExpressionFailed(f"pattern: {error}") from error


@lru_cache(maxsize=512)
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(from_javascript(source), re.ASCII)


def from_javascript(source: str) -> str:
    """Write a JavaScript pattern the Python way: ends, named groups, signs in a class."""
    out: list[str] = []
    inside = False
    at = 0
    while at < len(source):
        sign = source[at]
        if sign == "\\":
            out.append(source[at : at + 2])
            at += 2
            continue
        if inside:
            inside = sign != "]"
            out.append("\\" + sign if sign in "[&|~" else sign)
        elif sign == "(" and source.startswith("(?<", at) and source[at + 3 : at + 4] not in "=!":
            out.append("(?P<")
            at += 2
        else:
            inside = sign == "["
            out.append(r"\Z" if sign == "$" else sign)
        at += 1
    return "".join(out)


@function("uuid", 0, 1)
def uuid(scope: Scope, length: Value | None = None) -> Value:
    """Draw an identifier."""
    drawn = str(identifiers.uuid4())
    return drawn if length is None else drawn[: _whole(length)]


@function("base64-decode", 1)
def base64_decode(scope: Scope, value: Value) -> Value:
    """Read base64; what is none gives an empty text."""
    try:
        raw = base64.b64decode("".join(text_of(value).split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.decode("utf-8", "replace")


@function("digest", 2, 3)
def digest(scope: Scope, value: Value, algorithm: Value, encoding: Value = "base64") -> Value:
    """Give the fingerprint of a text, in base64 or hex."""
    name, form = _DIGESTS.get(text_of(algorithm)), text_of(encoding)
    if name is None or form not in ("base64", "hex"):
        raise ExpressionFailed("unknown digest algorithm or encoding")
    made = hashlib.new(name, text_of(value).encode(), usedforsecurity=False)
    return made.hexdigest() if form == "hex" else base64.b64encode(made.digest()).decode()
