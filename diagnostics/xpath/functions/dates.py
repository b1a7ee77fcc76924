"""Dates and times, read in the zone of the visit."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ..scope import ExpressionFailed, Scope
from ..values import (
    DAY_SECONDS,
    NAN,
    Moment,
    Value,
    as_moment,
    days_of,
    moment_of,
    read_moment,
    text_of,
)
from .registry import function

_UNPADDED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(T.*)?", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)(?::([0-5]\d))?(\.\d+)?(Z|[-+]\d\d:\d\d)?", re.ASCII)
_MONTHS = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
# The engine on the tablet numbers Sunday 7 and finds no name for it.
_WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", ""]
_FORMATS = re.compile("%[YymnbdeaHhMS3]")


@function("today", 0)
def today(scope: Scope) -> Value:
    """Give the day of the visit."""
    return as_moment(scope.now.replace(hour=0, minute=0, second=0, microsecond=0))


@function("now", 0)
def now(scope: Scope) -> Value:
    """Give the moment of the visit."""
    return as_moment(scope.now)


@function("date", 1)
def date(scope: Scope, value: Value) -> Value:
    """Read a date from ISO text or from days since 1970."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return value if isinstance(value, Moment) else as_moment(moment_of(value, scope.zone))
    text = text_of(value)
    if not text:
        return ""
    match = _UNPADDED.fullmatch(text)
    if match is not None:
        text = f"{match[1]}-{match[2]:>02}-{match[3]:>02}{match[4] or ''}"
    return as_moment(read_moment(text, scope.zone))


function("date-time", 1)(date)


def _moment(scope: Scope, value: Value) -> datetime | None:
    if isinstance(value, bool):
        raise ExpressionFailed("a date cannot be true or false")
    if isinstance(value, float):
        return moment_of(value, scope.zone)
    return read_moment(text_of(value), scope.zone)


@function("decimal-date-time", 1)
def decimal_date_time(scope: Scope, value: Value) -> Value:
    """Count the days since 1970, with their fraction."""
    moment = _moment(scope, value)
    return NAN if moment is None else days_of(moment)


@function("decimal-time", 1)
def decimal_time(scope: Scope, value: Value) -> Value:
    """Give a time of day as a fraction of the day."""
    text = text_of(value)
    if _TIME.fullmatch(text) is None:
        return NAN
    moment = read_moment(f"1970-01-01T{text}", scope.zone)
    if moment is None:
        return NAN
    passed = timedelta(
        hours=moment.hour,
        minutes=moment.minute,
        seconds=moment.second,
        microseconds=moment.microsecond,
    )
    return passed.total_seconds() / DAY_SECONDS


@function("format-date", 2)
def format_date(scope: Scope, value: Value, pattern: Value) -> Value:
    """Write a date: %Y %y %m %n %b %d %e %a; with a time also %H %h %M %S %3."""
    moment = read_moment(text_of(value), scope.zone)
    if moment is None:
        return ""
    written = _written(moment)
    return _FORMATS.sub(lambda match: written[match[0]], text_of(pattern))


function("format-date-time", 2)(format_date)


def _written(moment: datetime) -> dict[str, str]:
    return {
        "%Y": f"{moment.year:04}",
        "%y": f"{moment.year:04}"[2:],
        "%m": f"{moment.month:02}",
        "%n": str(moment.month),
        "%b": _MONTHS[moment.month - 1],
        "%d": f"{moment.day:02}",
        "%e": str(moment.day),
        "%a": _WEEKDAYS[moment.weekday()],
        "%H": f"{moment.hour:02}",
        "%h": str(moment.hour),
        "%M": f"{moment.minute:02}",
        "%S": f"{moment.second:02}",
        "%3": f"{moment.microsecond // 1000:03}",
    }
