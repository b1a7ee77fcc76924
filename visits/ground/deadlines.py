"""By when something must be done: hours, days, working days and months, on French time."""

import calendar
from collections.abc import Container
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import holidays

from diagnostics.delays import PARIS, Delay, parse_delay


def today_in_paris(now: datetime) -> date:
    """Give the day that a moment (aware) lies on in Paris: the only "today" of the product."""
    return now.astimezone(PARIS).date()


def midnight_in_paris(day: date) -> datetime:
    """Give the first moment of a day in Paris, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def due_at(start: datetime, delay: str | Delay, *, closed: Container[date] = ()) -> datetime:
    """Give the moment `delay` after `start` (aware), in UTC.

    Hours run day and night. Days, working days and months end at 18:00 in Paris; working days
    leave out Saturdays, Sundays, the public holidays of mainland France, and `closed` days.
    """
    wanted = parse_delay(delay) if isinstance(delay, str) else delay
    if wanted.unit == "h":
        return (start + timedelta(hours=wanted.amount)).astimezone(UTC)
    local = start.astimezone(PARIS)
    if wanted.unit == "wd":
        return _working_days_later(local, wanted.amount, closed)
    if wanted.unit == "m":
        local = _months_later(local, wanted.amount)
    else:
        local += timedelta(days=wanted.amount)
    return _end_of_day(local)


def due_when_open(start: datetime, delay: str | Delay, *, closed: Container[date] = ()) -> datetime:
    """Give the moment `delay` after `start`, put off to 18:00 of the next day somebody works on.

    Saturdays, Sundays, public holidays and `closed` days are none.
    """
    local = due_at(start, delay, closed=closed).astimezone(PARIS)
    if not _is_off(local.date(), closed):
        return local.astimezone(UTC)
    while _is_off(local.date(), closed):
        local += timedelta(days=1)
    return _end_of_day(local)


def months_after(day: date, months: int) -> date:
    """Give the same day some months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def day_after(day: date, delay: str | Delay, *, times: int = 1) -> date:
    """Give the day some delays (days, working days or months) later; earlier if `times` < 0."""
    wanted = parse_delay(delay) if isinstance(delay, str) else delay
    amount = wanted.amount * times
    if wanted.unit == "m":
        return months_after(day, amount)
    if wanted.unit == "wd":
        step = timedelta(days=1 if amount > 0 else -1)
        for _ in range(abs(amount)):
            day += step
            while day.weekday() > 4 or is_public_holiday(day):
                day += step
        return day
    if wanted.unit == "d":
        return day + timedelta(days=amount)
    raise ValueError(f"not a delay of days: {wanted}")


def is_public_holiday(day: date) -> bool:
    """Tell whether a day is a public holiday of mainland France."""
    return day in _public_holidays()


def _working_days_later(local: datetime, days: int, closed: Container[date]) -> datetime:
    while days > 0:
        local += timedelta(days=1)
        if not _is_off(local.date(), closed):
            days -= 1
    return _end_of_day(local)


def _is_off(day: date, closed: Container[date]) -> bool:
    return day.weekday() > 4 or is_public_holiday(day) or day in closed


def _end_of_day(local: datetime) -> datetime:
    return local.replace(hour=18, minute=0, second=0, microsecond=0).astimezone(UTC)


def _months_later(local: datetime, months: int) -> datetime:
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return local.replace(year=year, month=month + 1, day=min(local.day, last))


@lru_cache
def _public_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("FR")


def age_on(today: date, *, born: date) -> int:
    """Count the full years since a birth date."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
