"""What some visitors have planned and when they work, read at once, and who is free when."""

import uuid
from bisect import insort
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.agenda.working_time import (
    Hours,
    Position,
    Terms,
    WorkingTime,
    joined,
    terms_of,
    working_time,
)
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.unusual_hours import unusual_hour
from visits.models.cases import Case
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import AT_HOME, LIVE, Visit, made_by
from visits.sight import Viewer, visible_cases


@dataclass(frozen=True, order=True)
class Stop:
    """A visit in somebody's day; `where` is None where it is not known, or not hers to know."""

    from_at: datetime
    until_at: datetime
    visit_id: uuid.UUID
    where: Position | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Diary:
    """The days of some visitors."""

    time: WorkingTime
    terms: dict[uuid.UUID, Terms]
    stops: dict[tuple[uuid.UUID, date], list[Stop]]

    def hours(self, visitor_id: uuid.UUID, day: date) -> list[Hours]:
        """Give when a visitor works on a day, in order."""
        return joined(self.time.hours(visitor_id, day))

    def stops_on(self, visitor_id: uuid.UUID, day: date) -> list[Stop]:
        """Give what a visitor has planned on a day, in order."""
        return self.stops.get((visitor_id, day), [])

    def is_full(self, visitor_id: uuid.UUID, day: date) -> bool:
        """Tell whether a visitor makes no more visits on a day."""
        most = self.terms[visitor_id].most_a_day
        planned = len({one.from_at for one in self.stops_on(visitor_id, day)})
        return most is not None and planned >= most

    def is_free(self, visitor_id: uuid.UUID, start_at: datetime, end_at: datetime) -> bool:
        """Tell whether a visitor could make one more visit at a time, without anybody's insisting.

        How long she drives there is not asked.
        """
        day = today_in_paris(start_at)
        if unusual_hour(start_at, end_at) or self.is_full(visitor_id, day):
            return False
        works = self.hours(visitor_id, day)
        if not any(one.from_at <= start_at and end_at <= one.until_at for one in works):
            return False
        return not any(
            one.from_at < end_at and one.until_at > start_at
            for one in self.stops_on(visitor_id, day)
        )

    def take(self, visitor_id: uuid.UUID, stop: Stop) -> None:
        """Put a visit into a day, as if it were planned."""
        insort(self.stops.setdefault((visitor_id, today_in_paris(stop.from_at)), []), stop)


def read_diary(
    session: Session,
    visitors: Collection[uuid.UUID],
    first: date,
    last: date,
    *,
    viewer: Viewer,
    but: Collection[uuid.UUID] = (),
) -> Diary:
    """Read the days of some visitors from one to another, both included, without visits `but`.

    Where a visit is that the viewer may not see, she is not told.
    """
    taken = (
        select(
            Visit.id,
            Visit.visitor_id,
            Visit.second_visitor_id,
            Visit.planned_start_at,
            Visit.planned_end_at,
            Residence.lat,
            Residence.lon,
            visible_cases(viewer).label("seen"),
        )
        .join(Visit.case)
        .join(Case.person)
        .outerjoin(Case.dwelling)
        .outerjoin(Residence, Residence.id == Dwelling.residence_id)
        .where(made_by(list(visitors)), Visit.state.in_(LIVE), AT_HOME)
        .where(Visit.planned_start_at >= midnight_in_paris(first))
        .where(Visit.planned_start_at < midnight_in_paris(last + timedelta(days=1)))
        .where(Visit.id.not_in(list(but)))
        .order_by(Visit.planned_start_at, Visit.id)
    )
    stops: defaultdict[tuple[uuid.UUID, date], list[Stop]] = defaultdict(list)
    for visit_id, *goers, start_at, end_at, lat, lon, seen in session.execute(taken):
        where = (lat, lon) if seen and lat is not None and lon is not None else None
        stop = Stop(start_at, end_at, visit_id, where)
        for visitor_id in filter(None, goers):
            stops[visitor_id, today_in_paris(start_at)].append(stop)
    return Diary(
        working_time(session, visitors, first, last), terms_of(session, visitors), dict(stops)
    )
