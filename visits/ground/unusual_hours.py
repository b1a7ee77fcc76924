"""Hours at which nothing is planned in silence: on a Sunday, on a holiday, at night."""

from datetime import date, datetime, time

from diagnostics.delays import PARIS
from visits.ground.deadlines import is_public_holiday

# A choice of ours: nobody rings before eight in the morning or stays after eight in the evening.
EARLIEST, LATEST = time(8), time(20)
SUNDAY = 6


def unusual_day(day: date) -> str | None:
    """Give what is unusual about a day: its code, or None."""
    if day.weekday() == SUNDAY:
        return "on_sunday"
    return "on_holiday" if is_public_holiday(day) else None


def unusual_hour(start_at: datetime, end_at: datetime) -> str | None:
    """Give what is unusual about a time on a Paris clock: its code, or None."""
    start, end = start_at.astimezone(PARIS), end_at.astimezone(PARIS)
    if on := unusual_day(start.date()):
        return on
    if start.time() < EARLIEST or end.time() > LATEST or end.date() > start.date():
        return "at_night"
    return None
