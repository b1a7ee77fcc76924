"""Working days and hours in Paris, as the demo's people keep them."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random

import holidays

from diagnostics.delays import PARIS

OPENS, CLOSES = time(9), time(18)


def moment(day: date, at: time) -> datetime:
    """Give the UTC moment of an hour in Paris."""
    return datetime.combine(day, at, tzinfo=PARIS).astimezone(UTC)


def day_of(at: datetime) -> date:
    """Give the day it is in Paris."""
    return at.astimezone(PARIS).date()


def is_working_day(day: date) -> bool:
    """Tell whether offices are open: no weekend, no public holiday."""
    return day.weekday() < 5 and day not in _public_holidays()


def working_days_after(day: date, days: int) -> date:
    """Give the working day that comes `days` working days after a day."""
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def working_days(first: date, last: date) -> list[date]:
    """List the working days from one day to another, both included."""
    span = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in span if is_working_day(day)]


def office_moment(rng: Random, day: date) -> datetime:
    """Pick a moment at which one calls: 9 to 12 or 13:30 to 17:45, mornings more often."""
    minutes = rng.randint(540, 718) if rng.random() < 0.58 else rng.randint(810, 1065)
    return moment(day, time(minutes // 60, minutes % 60, rng.randint(0, 59)))


def next_office_moment(at: datetime) -> datetime:
    """Give the moment itself when the office is open, else the next opening."""
    local = at.astimezone(PARIS)
    if is_working_day(local.date()) and local.time() < CLOSES:
        return at if local.time() >= OPENS else moment(local.date(), OPENS)
    return moment(working_days_after(local.date(), 1), time(9, 5))


@lru_cache
def _public_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("FR")
