"""When visitors work: their hours of a day, exceptions and absences taken into account.

Of whom no hours are noted, it is not known when she works: by hand she may be planned at any usual
hour, and is offered from Monday to Friday.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.ground.deadlines import is_public_holiday, midnight_in_paris
from visits.ground.unusual_hours import EARLIEST, LATEST, SUNDAY
from visits.models.agenda import Absence, Availability, AvailabilityDay, DayKind, VisitorTerms
from visits.models.visits import AT_HOME, LIVE, Visit, made_by

Position = tuple[float, float]
# What holds for whom nothing is noted.
BUFFER_MINUTES = 10
USUAL, USUAL_DAYS = (time(9), time(17)), 5


@dataclass(frozen=True)
class Hours:
    """Hours on one day on which a visitor works, and where she sets out from, if it is known."""

    from_at: datetime
    until_at: datetime
    start: Position | None = None


@dataclass(frozen=True)
class Terms:
    """How a visitor works."""

    buffer: timedelta = timedelta(minutes=BUFFER_MINUTES)
    most_a_day: int | None = None
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class WorkingTime:
    """What is noted of when some visitors work in a span of days, read at once."""

    noted: dict[uuid.UUID, list[Availability]]
    exceptions: dict[tuple[uuid.UUID, date], AvailabilityDay]
    away: dict[uuid.UUID, list[tuple[date, date]]]

    def is_away(self, visitor_id: uuid.UUID, day: date) -> bool:
        """Tell whether she is absent on a day."""
        return any(first <= day <= last for first, last in self.away.get(visitor_id, ()))

    def is_known(self, visitor_id: uuid.UUID) -> bool:
        """Tell whether anybody said when she works."""
        return visitor_id in self.noted

    def hours(self, visitor_id: uuid.UUID, day: date) -> list[Hours]:
        """Give her hours of a day in order: none on a Sunday, a holiday, a day of absence."""
        if day.weekday() == SUNDAY or is_public_holiday(day) or self.is_away(visitor_id, day):
            return []
        usual = [*self._weekly(visitor_id, day)]
        exception = self.exceptions.get((visitor_id, day))
        if exception is None:
            return usual
        span = hours_of(day, exception.from_time, exception.until_time)
        if exception.kind is DayKind.LESS:
            return [left for one in usual for left in _without(one, span)]
        return sorted([*usual, span], key=lambda one: one.from_at)

    def _weekly(self, visitor_id: uuid.UUID, day: date) -> Iterator[Hours]:
        if not self.is_known(visitor_id):
            if day.weekday() < USUAL_DAYS:
                yield hours_of(day, *USUAL)
            return
        for one in self.noted[visitor_id]:
            counts = one.first_on <= day and (one.last_on is None or day <= one.last_on)
            if counts and one.weekday == day.weekday():
                start = (one.start["lat"], one.start["lon"]) if one.start else None
                yield hours_of(day, one.from_time, one.until_time, start)


def hours_of(day: date, first: time, last: time, start: Position | None = None) -> Hours:
    """Give the hours of a Paris day, no earlier and no later than anybody is visited."""
    ends = (max(first, EARLIEST), max(min(last, LATEST), EARLIEST))
    from_at, until_at = (datetime.combine(day, at, tzinfo=PARIS).astimezone(UTC) for at in ends)
    return Hours(from_at, until_at, start)


def working_time(
    session: Session, visitors: Collection[uuid.UUID], first: date, last: date
) -> WorkingTime:
    """Read when some visitors work from one day to another, both included."""
    whose = list(visitors)
    noted: defaultdict[uuid.UUID, list[Availability]] = defaultdict(list)
    stands = select(Availability).where(
        Availability.visitor_id.in_(whose), Availability.withdrawn_at.is_(None)
    )
    for hours in session.scalars(stands.order_by(Availability.from_time, Availability.id)):
        noted[hours.visitor_id].append(hours)
    days = select(AvailabilityDay).where(
        AvailabilityDay.visitor_id.in_(whose),
        AvailabilityDay.withdrawn_at.is_(None),
        AvailabilityDay.on_day.between(first, last),
    )
    away: defaultdict[uuid.UUID, list[tuple[date, date]]] = defaultdict(list)
    absences = select(Absence.visitor_id, Absence.first_on, Absence.last_on).where(
        Absence.visitor_id.in_(whose),
        Absence.withdrawn_at.is_(None),
        Absence.first_on <= last,
        Absence.last_on >= first,
    )
    for visitor_id, since, until in session.execute(absences):
        away[visitor_id].append((since, until))
    return WorkingTime(
        dict(noted),
        {(one.visitor_id, one.on_day): one for one in session.scalars(days)},
        dict(away),
    )


def terms_of(session: Session, visitors: Collection[uuid.UUID]) -> dict[uuid.UUID, Terms]:
    """Read how some visitors work; what nobody said is as usual."""
    said = select(VisitorTerms).where(VisitorTerms.visitor_id.in_(list(visitors)))
    known = {
        one.visitor_id: Terms(
            timedelta(minutes=one.buffer_minutes),
            one.most_a_day,
            frozenset(one.languages),
            frozenset(one.skills),
        )
        for one in session.scalars(said)
    }
    return {visitor_id: known.get(visitor_id, Terms()) for visitor_id in visitors}


def away_then(
    session: Session,
    visitor_id: uuid.UUID,
    start_at: datetime,
    end_at: datetime,
    *,
    but: Collection[uuid.UUID] = (),
) -> str | None:
    """Give the code of why a visitor makes no visit at a time, or None; `but` are not counted."""
    day = start_at.astimezone(PARIS).date()
    known = working_time(session, [visitor_id], day, day)
    if known.is_away(visitor_id, day):
        return "visitor_absent_then"
    within = any(
        one.from_at <= start_at and end_at <= one.until_at
        for one in joined(known.hours(visitor_id, day))
    )
    noted = known.is_known(visitor_id) or (visitor_id, day) in known.exceptions
    if noted and not within and not is_public_holiday(day) and day.weekday() != SUNDAY:
        return "visitor_not_available_then"
    most = terms_of(session, [visitor_id])[visitor_id].most_a_day
    if most is not None and _planned_on(session, visitor_id, day, but) >= most:
        return "visitor_full_then"
    return None


def joined(hours: list[Hours]) -> list[Hours]:
    """Make one span of hours that touch: who works on is not away in between."""
    found: list[Hours] = []
    for one in sorted(hours, key=lambda each: each.from_at):
        if found and one.from_at <= found[-1].until_at:
            until_at = max(found[-1].until_at, one.until_at)
            found[-1] = replace(found[-1], until_at=until_at)
        else:
            found.append(one)
    return found


def _planned_on(
    session: Session, visitor_id: uuid.UUID, day: date, but: Collection[uuid.UUID]
) -> int:
    counted = select(func.count(func.distinct(Visit.planned_start_at))).where(
        made_by([visitor_id]),
        Visit.state.in_(LIVE),
        AT_HOME,
        Visit.planned_start_at >= midnight_in_paris(day),
        Visit.planned_start_at < midnight_in_paris(day + timedelta(days=1)),
        Visit.id.not_in(list(but)),
    )
    return session.scalar(counted) or 0


def _without(one: Hours, taken: Hours) -> Iterator[Hours]:
    """Give what is left of some hours when others are taken away."""
    before = replace(one, until_at=min(one.until_at, taken.from_at))
    after = replace(one, from_at=max(one.from_at, taken.until_at))
    yield from (left for left in (before, after) if left.from_at < left.until_at)
