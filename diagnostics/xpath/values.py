"""What an expression can be worth, and how one kind becomes another.

The rules are those of the engine on the tablet. XForms differs from XPath 1.0: a date counts as
its days since 1970, an empty answer is not a number, and "not a number" reads as the empty string.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import TypeAlias

from .nodes import Node

Value: TypeAlias = "str | float | bool | list[Node]"
Item: TypeAlias = "str | float | bool | Node"

NAN = math.nan
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS = 86400.0
INVALID_DATE = "Invalid Date"  # what the engine shows for a date it cannot read

_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*", re.ASCII)
_INFINITY = re.compile(r"\s*([-+]?)Infinity\s*")
_LONGEST_NUMBER = 400
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[-+]\d\d:\d\d)?)?",
    re.ASCII,
)


class Moment(float):
    """A date or a moment: a number of days since 1970 that remembers how it reads."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, days: float, text: str) -> Moment:
        """Make a moment of `days` since 1970 UTC that reads `text`."""
        made = super().__new__(cls, days)
        made.text = text
        return made


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """Read an ISO date or moment; one without an offset is in `zone`. None when it is not one."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micro = int((match[7] or "0")[:3].ljust(3, "0")) * 1000  # the engine's clocks tick so
    try:
        given = datetime(year, month, day, hour, minute, second, micro, _offset(match[8], zone))
        return given.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _offset(sign: str | None, zone: tzinfo) -> tzinfo:
    if sign is None:
        return zone
    if sign == "Z":
        return UTC
    hours, minutes = int(sign[1:3]), int(sign[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(sign)
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if sign[0] == "-" else span)


def days_of(moment: datetime) -> float:
    """Count the days, with their fraction, from 1970 UTC to a moment."""
    return (moment - EPOCH).total_seconds() / DAY_SECONDS


def moment_of(days: float, zone: tzinfo) -> datetime | None:
    """Give the moment that lies `days` after 1970 UTC; None when no calendar holds it."""
    try:
        milliseconds = round(days * DAY_SECONDS * 1000)
        return (EPOCH + timedelta(milliseconds=milliseconds)).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def as_moment(moment: datetime | None) -> Moment:
    """Turn a moment into a value that reads as ISO text, without the time at midnight."""
    if moment is None:
        return Moment(NAN, INVALID_DATE)
    if moment.timetz().replace(tzinfo=None) == time(0):
        return Moment(days_of(moment), moment.date().isoformat())
    return Moment(days_of(moment), moment.isoformat(timespec="milliseconds"))


def number_text(number: float) -> str:
    """Write a number as JavaScript does; "not a number" is the empty string."""
    if math.isnan(number):
        return ""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == math.trunc(number) and abs(number) < 1e21:
        return str(int(number))
    written = repr(float(number))
    if "e" not in written:
        return written
    mantissa, _, exponent = written.partition("e")
    power = int(exponent)
    if -7 < power < 0:
        return f"{number:.{len(mantissa.replace('-', '').replace('.', '')) - 1 - power}f}"
    return f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"


def text_of(item: Value | Item) -> str:
    """Read any value as text: of several nodes, the first."""
    if isinstance(item, str):
        return item
    if isinstance(item, Node):
        return item.text()
    if isinstance(item, list):
        return item[0].text() if item else ""
    if isinstance(item, bool):
        return "true" if item else "false"
    return item.text if isinstance(item, Moment) else number_text(item)


def number_of(item: Value | Item, zone: tzinfo) -> float:
    """Read any value as a number: a date in days since 1970, what is none as NaN."""
    if isinstance(item, bool):
        return 1.0 if item else 0.0
    if isinstance(item, float):
        return item
    return number_of_text(text_of(item), zone)


def number_of_text(text: str, zone: tzinfo) -> float:
    """Read text as a number, or as a date in days since 1970; NaN when it is neither."""
    if len(text) > _LONGEST_NUMBER:
        return NAN
    if _NUMBER.fullmatch(text):
        return float(text)
    moment = read_moment(text, zone)
    if moment is not None:
        return days_of(moment)
    infinity = _INFINITY.fullmatch(text)
    return NAN if infinity is None else float(f"{infinity[1]}inf")


def truth_of(value: Value) -> bool:
    """Tell whether a value holds: a text that is not empty, a number not zero, any node."""
    if isinstance(value, float):
        return not (math.isnan(value) or value == 0)
    return bool(value)


def item_truth(item: Item) -> bool:
    """Tell whether one item holds; a single node holds when it has an answer."""
    return bool(item.text().strip()) if isinstance(item, Node) else truth_of(item)


def items_of(value: Value) -> Iterator[Item]:
    """Yield the nodes of a node-set, or the one value itself."""
    if isinstance(value, list):
        yield from value
    else:
        yield value
