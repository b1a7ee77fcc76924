"""The types of answers: what fits, how it is recorded, what it is worth in Python."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[-+]\d\d(?::?\d\d)?)?"
_DAY = r"\d{4}-\d\d-\d\d"
_POINT = r"-?\d{1,3}(?:\.\d+)? -?\d{1,3}(?:\.\d+)?(?: -?\d+(?:\.\d+)?){0,2}"
SHAPES = {
    "int": re.compile(r"[-+]?\d{1,10}", re.ASCII),
    "decimal": re.compile(_NUMBER, re.ASCII),
    "date": re.compile(_DAY, re.ASCII),
    "time": re.compile(_CLOCK, re.ASCII),
    "dateTime": re.compile(f"{_DAY}T{_CLOCK}", re.ASCII),
    "boolean": re.compile("true|false|0|1"),
    "geopoint": re.compile(_POINT, re.ASCII),
    "geotrace": re.compile(rf"{_POINT}(?:\s*;\s*{_POINT})*\s*;?", re.ASCII),
    "geoshape": re.compile(rf"{_POINT}(?:\s*;\s*{_POINT})*\s*;?", re.ASCII),
    "binary": re.compile(r"[^/\\\x00]{1,255}"),
}
_PARTS = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?(?:Z|[-+](\d\d):?(\d\d)?)?", re.ASCII)
LARGEST_INTEGER = 2**31
INFINITIES = ("Infinity", "-Infinity")


def fits(answer: str, kind: str) -> bool:
    """Tell whether an answer can be read as its type."""
    shape = SHAPES.get(kind)
    if shape is None:
        return True
    if shape.fullmatch(answer) is None:
        return False
    if kind == "int":
        return -LARGEST_INTEGER <= int(answer) < LARGEST_INTEGER
    if kind in ("date", "dateTime") and not _is_day(answer[:10]):
        return False
    if kind in ("time", "dateTime"):
        return _is_clock(answer.rpartition("T")[2])
    if kind in ("geopoint", "geotrace", "geoshape"):
        return all(_is_place(point) for point in answer.split(";") if point.strip())
    return not (kind == "binary" and answer in (".", ".."))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_clock(text: str) -> bool:
    """Tell whether a time of day and its offset, which is 14 hours at most, can be."""
    hour, minute, second, offset_hour, offset_minute = (
        int(part or 0)
        for part in _PARTS.match(text).groups()  # type: ignore[union-attr]
    )
    east = offset_hour * 60 + offset_minute
    return hour < 24 and minute < 60 and second < 60 and offset_minute < 60 and east <= 14 * 60


def _is_place(point: str) -> bool:
    latitude, longitude = (abs(float(part)) for part in point.split()[:2])
    return latitude <= 90 and longitude <= 180


def recorded(text: str, kind: str) -> str:
    """Write a calculated value as its type: integers are cut, dates lose their time."""
    if kind == "int":
        amount = _float(text)
        cut = math.trunc(amount) if math.isfinite(amount) else LARGEST_INTEGER
        return str(cut) if -LARGEST_INTEGER <= cut < LARGEST_INTEGER else ""
    if kind == "decimal":
        amount = _float(text)
        if not math.isfinite(amount):
            return ""
        return f"{text}.0" if re.fullmatch(r"-?\d+", text, re.ASCII) else text
    if kind == "date":
        return text[:10] if _is_day(text[:10]) else ""
    return "" if text in INFINITIES else text


def _float(text: str) -> float:
    return float(text) if SHAPES["decimal"].fullmatch(text.strip()) else math.nan


def same_answer(first: str, second: str) -> bool:
    """Tell whether two answers say the same, numbers however they are written."""
    if first == second or (first in INFINITIES and second == ""):
        return True  # what divides by zero is kept by nobody, whatever an engine writes
    one, other = _float(first), _float(second)
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def in_range(answer: str, start: str, end: str) -> bool:
    """Tell whether a number lies between the ends of a scale."""
    bounds = sorted((_float(start), _float(end)))
    return any(map(math.isnan, bounds)) or bounds[0] <= _float(answer) <= bounds[1]


def typed(answer: str, kind: str, *, several: bool) -> Any:
    """Give an answer as a Python value that JSON can hold; None when there is none."""
    if several:
        return answer.split()
    if answer == "":
        return None
    if kind == "int" and SHAPES["int"].fullmatch(answer):
        return int(answer)
    if kind == "decimal" and SHAPES["decimal"].fullmatch(answer):
        return float(answer)
    return answer
