"""What visitors have planned, when they are away and when free: by day, and as a list."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, load_only

from visits.agenda.visitors import visitors_seen
from visits.agenda.working_time import WorkingTime, joined, working_time
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import AT_HOME, Visit, VisitState, made_by
from visits.sight import Viewer, visible_cases
from visits.sight.listing import By, Listed, Wanted, page_of_found

SHOWN = (VisitState.PLANNED, VisitState.UNDER_WAY, VisitState.DONE)
SHORTEST_FREE = timedelta(minutes=30)
ORDER = {
    "start": By(Visit.planned_start_at, known=True),
    "visitor": By(User.name, (Visit.visitor,)),
    "state": By(Visit.state),
}


@dataclass(frozen=True)
class Entry:
    """A visit in the agenda; of one the viewer may not see nothing but when, and that it is.

    Where two go, `beside` names the other.
    """

    start_at: datetime
    end_at: datetime
    state: VisitState
    visit_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    name: str = ""
    city: str = ""
    turn: int | None = None
    beside: str = ""

    @property
    def is_planned(self) -> bool:
        """Tell whether it is still to begin."""
        return self.state is VisitState.PLANNED


@dataclass(frozen=True)
class AgendaDay:
    """A visitor's day: what is planned, whether she is absent, and when she is free."""

    entries: Sequence[Entry]
    absent: bool
    free: Sequence[tuple[datetime, datetime]]

    @property
    def in_order(self) -> list[tuple[datetime, datetime, Entry | None]]:
        """Give what is planned and when she is free, as it follows; None stands for free."""
        planned = [(one.start_at, one.end_at, one) for one in self.entries]
        free = [(since, until, None) for since, until in self.free]
        return sorted([*planned, *free], key=lambda one: one[:2])


@dataclass(frozen=True)
class AgendaFilter:
    """Which visits of the list; an empty field does not filter."""

    first: date
    last: date
    visitor_id: uuid.UUID | None = None
    organisation: uuid.UUID | None = None
    state: str = ""


def read_agenda(
    session: Session, visitors: Sequence[User], first: date, last: date, *, viewer: Viewer
) -> Mapping[tuple[uuid.UUID, date], AgendaDay]:
    """Read the days of some visitors from one to another, both included."""
    ids = [one.id for one in visitors]
    entries = _entries(session, ids, first, last, viewer)
    time = working_time(session, ids, first, last)
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    return {
        (one, day): AgendaDay(
            entries.get((one, day), []),
            time.is_away(one, day),
            _free(time, one, day, entries.get((one, day), [])),
        )
        for one in ids
        for day in days
    }


def _entries(
    session: Session, visitors: Sequence[uuid.UUID], first: date, last: date, viewer: Viewer
) -> dict[tuple[uuid.UUID, date], list[Entry]]:
    second = aliased(User)
    statement = (
        select(
            Visit.id,
            User.id,
            User.name,
            second.id,
            second.name,
            Visit.planned_start_at,
            Visit.planned_end_at,
            Visit.state,
            Visit.turn,
            Person,
            Residence.city,
            visible_cases(viewer).label("seen"),
        )
        .join(Visit.case)
        .join(Case.person)
        .join(Visit.visitor)
        .outerjoin(second, Visit.second_visitor)
        .outerjoin(Case.dwelling)
        .outerjoin(Residence, Residence.id == Dwelling.residence_id)
        .where(made_by(visitors), Visit.state.in_(SHOWN), AT_HOME)
        .where(Visit.planned_start_at >= midnight_in_paris(first))
        .where(Visit.planned_start_at < midnight_in_paris(last + timedelta(days=1)))
        .order_by(Visit.planned_start_at, Visit.id)
        .options(load_only(Person.civility, Person.first_name, Person.last_name))
    )
    found: defaultdict[tuple[uuid.UUID, date], list[Entry]] = defaultdict(list)
    for row in session.execute(statement):
        visit_id, *goers, start_at, end_at, state, turn, person, city, seen = row
        first_id, first_name, second_id, second_name = goers
        rows = ((first_id, second_name, turn), (second_id, first_name, None))
        for visitor_id, other, its_turn in rows:
            if visitor_id is None:
                continue
            entry = Entry(start_at, end_at, state, beside=other or "")
            if seen:
                its = {"visit_id": visit_id, "person_id": person.id, "name": person.name}
                entry = replace(entry, **its, city=city or "", turn=its_turn)
            found[visitor_id, today_in_paris(start_at)].append(entry)
    return dict(found)


def _free(
    time: WorkingTime, visitor_id: uuid.UUID, day: date, entries: Sequence[Entry]
) -> list[tuple[datetime, datetime]]:
    """Give when a visitor works and has nothing planned, for half an hour or more."""
    found = []
    for hours in joined(time.hours(visitor_id, day)):
        since = hours.from_at
        for entry in entries:
            if entry.end_at <= since or entry.start_at >= hours.until_at:
                continue
            if entry.start_at - since >= SHORTEST_FREE:
                found.append((since, entry.start_at))
            since = max(since, entry.end_at)
        if hours.until_at - since >= SHORTEST_FREE:
            found.append((since, hours.until_at))
    return found


def list_agenda(
    session: Session, viewer: Viewer, *, only: AgendaFilter, wanted: Wanted
) -> tuple[Listed[Visit], set[uuid.UUID]]:
    """List the visits of the visitors a viewer plans for, and name those she may see whose."""
    rows = (
        select(Visit)
        .join(Visit.case)
        .options(
            contains_eager(Visit.case).joinedload(Case.person),
            contains_eager(Visit.case).joinedload(Case.dwelling).joinedload(Dwelling.residence),
            joinedload(Visit.visitor),
            joinedload(Visit.second_visitor),
        )
    )
    tie = (Visit.planned_start_at, Visit.id)
    listed = page_of_found(session, _found(viewer, only), rows, wanted=wanted, order=ORDER, tie=tie)
    shown = select(Visit.id).join(Visit.case).join(Case.person).where(visible_cases(viewer))
    seen = session.scalars(shown.where(Visit.id.in_([one.id for one in listed.rows])))
    return listed, set(seen)


def _found(viewer: Viewer, only: AgendaFilter) -> Select[uuid.UUID]:
    theirs = select(User.id).where(visitors_seen(viewer))
    if only.visitor_id is not None:
        theirs = theirs.where(User.id == only.visitor_id)
    if only.organisation is not None:
        theirs = theirs.where(User.organisation_id == only.organisation)
    found = select(Visit.id).where(
        made_by(theirs),
        AT_HOME,
        Visit.planned_start_at >= midnight_in_paris(only.first),
        Visit.planned_start_at < midnight_in_paris(only.last + timedelta(days=1)),
    )
    if only.state in tuple(VisitState):
        return found.where(Visit.state == VisitState(only.state))
    return found.where(Visit.state.in_(SHOWN))
