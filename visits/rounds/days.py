"""The days of visitors as they are before anything is proposed: hours, pauses, what is fixed."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from diagnostics.delays import PARIS
from visits.agenda.diary import Diary, Stop
from visits.agenda.working_time import Hours, Position
from visits.rounds.scope import Scope

# A choice of ours: whose hours say no pause and are long takes one about noon.
LUNCH, LUNCH_FIRST, LUNCH_LAST = timedelta(minutes=45), time(11, 45), time(14)
LONG_DAY = timedelta(hours=6)
SOONEST = timedelta(hours=2)


@dataclass(frozen=True)
class Pause:
    """A pause of some length that begins between two moments."""

    first_at: datetime
    last_at: datetime
    lasts: timedelta


@dataclass(frozen=True)
class VisitorDay:
    """A day on which a visitor works: from when until when, from where, with what is fixed."""

    visitor_id: uuid.UUID
    day: date
    from_at: datetime
    until_at: datetime
    start: Position | None
    pauses: Sequence[Pause]
    fixed: Sequence[Stop]
    buffer: timedelta
    most: int | None

    @property
    def visits(self) -> int:
        """How many visits are fixed in it; what is made at once is one."""
        return len({one.from_at for one in self.fixed})


def visitor_days(diary: Diary, scope: Scope, *, now: datetime) -> Iterator[VisitorDay]:
    """Give the days of a scope on which something may still be planned."""
    for day in scope.days():
        for visitor_id in sorted(scope.visitors):
            hours = [one for one in diary.hours(visitor_id, day) if one.until_at > now + SOONEST]
            if not hours or diary.is_full(visitor_id, day):
                continue
            fixed = diary.stops_on(visitor_id, day)
            terms = diary.terms[visitor_id]
            yield VisitorDay(
                visitor_id,
                day,
                max(hours[0].from_at, now + SOONEST),
                hours[-1].until_at,
                next((one.start for one in hours if one.start), None),
                [*_pauses(hours, fixed)],
                fixed,
                terms.buffer,
                terms.most_a_day,
            )


def _pauses(hours: Sequence[Hours], fixed: Sequence[Stop]) -> Iterator[Pause]:
    """Give the gaps between hours, or a pause about noon; none where somebody is visited."""
    for before, after in zip(hours, hours[1:], strict=False):
        if not any(one.from_at < after.from_at and one.until_at > before.until_at for one in fixed):
            yield Pause(before.until_at, before.until_at, after.from_at - before.until_at)
    if len(hours) > 1 or hours[0].until_at - hours[0].from_at < LONG_DAY:
        return
    day = hours[0].from_at.astimezone(PARIS).date()
    first, last = (
        datetime.combine(day, at, tzinfo=PARIS).astimezone(hours[0].from_at.tzinfo)
        for at in (LUNCH_FIRST, LUNCH_LAST)
    )
    if hours[0].from_at <= first and not any(
        one.from_at < last and one.until_at > first for one in fixed
    ):
        yield Pause(first, last - LUNCH, LUNCH)
