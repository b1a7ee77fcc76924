"""What may become of visits whose visitor is away: who takes each, when else, at what cost."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.agenda.diary import Diary, Stop, read_diary
from visits.agenda.fitting import FreeSlot, Roads, Travel, Wish, added_at, best_of_day, places_of
from visits.agenda.slot_check import may_go
from visits.agenda.slots import best_first, days_of, home_taken, place_of
from visits.agenda.working_time import Position
from visits.models.accounts import User
from visits.models.visits import Visit
from visits.sight import Viewer

# So many days after an absence another day is looked for; somebody else's, within fewer.
AHEAD, ANYBODY = timedelta(days=28), timedelta(days=14)


@dataclass(frozen=True)
class Taking:
    """A visitor who is free at the hour of a visit, and the minutes it adds to her drive."""

    visitor: User
    added: int


@dataclass(frozen=True)
class Later:
    """The next day on which a visit's own visitor is free at its hour, and what that adds."""

    start_at: datetime
    end_at: datetime
    added: int


@dataclass(frozen=True)
class Proposal:
    """What may become of a visit: `best` is what costs least, whoever comes and when."""

    best: FreeSlot | None
    later: Later | None
    takes: Sequence[Taking]

    @property
    def added(self) -> int:
        """The minutes of driving that the first of them adds."""
        every = (self.best, self.later, *self.takes)
        return next((one.added for one in every if one is not None), 0)


def propose(
    session: Session,
    visits: Sequence[Visit],
    *,
    visitor_id: uuid.UUID,
    first: date,
    last: date,
    travel: Travel,
    viewer: Viewer,
    now: datetime,
) -> Mapping[uuid.UUID, Proposal]:
    """Propose for each visit of an absence who takes it and when else; no time is told twice."""
    if not visits:
        return {}
    going = {visit.id: may_go(session, visit.case, viewer, on=first) for visit in visits}
    every = {one.id: one for each in going.values() for one in each}
    but = [visit.id for visit in visits]
    asked = {one for visit in visits for one in visit.goers} | {visitor_id}
    until = last + AHEAD
    diary = read_diary(session, every.keys() | asked, first, until, viewer=viewer, but=but)
    roads = Roads(travel)
    places = places_of(diary, list(every.values()), first, until)
    found = {}
    for visit in visits:
        home = place_of(visit.case)
        if home is not None:
            roads.ask(home, places)
        others = [one for one in going[visit.id] if one.id != visitor_id]
        hers = [one for one in going[visit.id] if one.id == visitor_id]
        takes = _takes(diary, roads, visit, others, home)
        ends = last + ANYBODY
        days = days_of(session, visit.case, first, ends)
        taken = home_taken(session, visit.case, first, ends, viewer, but=but)
        slots = (
            best_of_day(diary, roads, one, day, home, Wish(_minutes(visit)), taken, visitor_id, now)
            for day in days
            for one in (others if day <= last else others + hers)
        )
        best = next(iter(best_first((one for one in slots if one), first)), None)
        later = _later(diary, roads, visit, home, last) if hers else None
        if best and later and (best.visitor.id, best.start_at) == (visitor_id, later.start_at):
            later = None
        if best is not None:
            diary.take(best.visitor.id, Stop(best.start_at, best.end_at, visit.id, home))
        if later is not None:
            diary.take(visitor_id, Stop(later.start_at, later.end_at, visit.id, home))
        found[visit.id] = Proposal(best, later, takes)
    return found


def _takes(
    diary: Diary, roads: Roads, visit: Visit, others: Sequence[User], home: Position | None
) -> list[Taking]:
    """List who is free at the hour of a visit, who drives least for it first."""
    start_at, end_at = visit.planned_start_at, visit.planned_end_at
    takes = [
        Taking(one, added_at(diary, roads, one.id, start_at, home))
        for one in others
        if diary.is_free(one.id, start_at, end_at)
    ]
    return sorted(takes, key=lambda one: one.added)


def _minutes(visit: Visit) -> int:
    return int((visit.planned_end_at - visit.planned_start_at).total_seconds() // 60)


def _later(
    diary: Diary, roads: Roads, visit: Visit, home: Position | None, last: date
) -> Later | None:
    lasts = visit.planned_end_at - visit.planned_start_at
    for start_at in _same_hour(visit.planned_start_at, last):
        if all(diary.is_free(one, start_at, start_at + lasts) for one in visit.goers):
            added = added_at(diary, roads, visit.visitor_id, start_at, home)
            return Later(start_at, start_at + lasts, added)
    return None


def _same_hour(at: datetime, after: date) -> Iterable[datetime]:
    """Give the moments of the days after one at which a Paris clock shows the same hour."""
    clock = at.astimezone(PARIS).time()
    for days in range(1, AHEAD.days + 1):
        day = after + timedelta(days=days)
        yield datetime.combine(day, clock, tzinfo=PARIS).astimezone(UTC)
