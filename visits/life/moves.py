"""Somebody leaves her home: her cases there end, and go on where a file finds her again."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from visits.adaptations.moving import LEFT, end_files
from visits.cases.stages import MOVED, has_another, take_up
from visits.cases.tasks import CASE_CLOSED, bring_back
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid, NotFound
from visits.life.endings import Before, Told, end_cases, leave_homes, open_cases
from visits.life.events import check_day, keep_event, log_event
from visits.mapping.points import refresh_map_of_person
from visits.models.cases import Case, CaseState
from visits.models.life import EventKind, HowTold, LifeEvent
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.stays.leaving import leave_place
from visits.transfers.wishes import end_by_moves

WHERE_TO_LENGTH = 200
AT_ONCE = 1_000


def record_departure(
    session: Session,
    person: Person,
    home: uuid.UUID,
    *,
    on: date,
    where_to: str = "",
    told: Told,
) -> LifeEvent:
    """Note that a person left a home on a day; whoever lives with her stays.

    Raises NotFound when she does not live there, Invalid, Conflict while a visit is under way.
    """
    check_day(on, now=told.now)
    if len(where_to.strip()) > WHERE_TO_LENGTH:
        raise Invalid({"where_to": "too_long"})
    started = session.execute(
        select(Tenancy.started_on)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person.id, Tenancy.dwelling_id == home)
        .where(Occupancy.ended_on.is_(None))
    ).all()
    if not started:
        raise NotFound("does_not_live_there")
    if any(day is not None and on < day for (day,) in started):
        raise Invalid({"on": "before_lease"})
    said = {"where_to": where_to.strip()} if where_to.strip() else None
    return note_departure(session, person, home, on=on, told=told, said=said)


def note_departure(
    session: Session,
    person: Person,
    home: uuid.UUID | None,
    *,
    on: date,
    told: Told,
    said: dict[str, str] | None = None,
) -> LifeEvent:
    """Let a departure have its consequences: who lives in a second home goes on there."""
    before = leave_homes(session, person.id, on=on, home=home) if home else {}
    left_all = home is not None and not _lives_somewhere(session, person.id)
    cases = [
        case
        for case in open_cases(session, person.id)
        if case.dwelling_id == home or (left_all and case.dwelling_id is not None)
    ]
    event = _end(session, person.id, cases, home, on, before, told, said)
    session.flush()
    refresh_map_of_person(session, person.id)
    log_event(session, event)
    return event


def _lives_somewhere(session: Session, person_id: uuid.UUID) -> bool:
    living = exists().where(Occupancy.person_id == person_id, Occupancy.ended_on.is_(None))
    return bool(session.scalar(select(living)))


def departures_in_file(
    session: Session, gone: Mapping[uuid.UUID, tuple[uuid.UUID, date, Before]], told: Told
) -> set[uuid.UUID | None]:
    """Let departures that a file told have their consequences; gives the homes of closed cases.

    Each comes with the home, the day and what the file changed. The map and the log are the
    import's.
    """
    open_by_person: dict[uuid.UUID, list[Case]] = defaultdict(list)
    for some in _chunks(gone):
        hers = select(Case).where(Case.person_id.in_(some), Case.closed_on.is_(None))
        for case in session.scalars(hers.where(Case.dwelling_id.is_not(None)).order_by(Case.id)):
            open_by_person[case.person_id].append(case)
    for person_id, (home, on, before) in gone.items():
        _end(session, person_id, open_by_person[person_id], home, on, before, told, None)
    session.flush()
    return {case.dwelling_id for cases in open_by_person.values() for case in cases}


def _end(
    session: Session,
    person_id: uuid.UUID,
    cases: Sequence[Case],
    home: uuid.UUID | None,
    on: date,
    before: Before,
    told: Told,
    said: dict[str, str] | None,
) -> LifeEvent:
    before |= end_cases(session, cases, MOVED, told, on=on)
    if home is not None:
        before["adaptations"] = end_files(session, person_id, LEFT, home=home, now=told.now)
    before["stays"] = leave_place(session, person_id, home=home, cases=cases, on=on, now=told.now)
    return keep_event(
        session, EventKind.MOVE_OUT, person_id, home=home, on=on, told=told, undo=before, said=said
    )


def arrivals_in_file(
    session: Session,
    homes: Mapping[uuid.UUID, uuid.UUID],
    told: Told,
    *,
    on: Mapping[uuid.UUID, date],
) -> set[uuid.UUID | None]:
    """Let known persons whom a file finds in a new home go on there; gives the dwellings concerned.

    `on` gives the days that the file tells; who is in none arrived today, as far as anybody knows.
    The map and the log are the import's.
    """
    concerned: set[uuid.UUID | None] = set()
    for person_id, cases in cases_that_follow(session, homes).items():
        concerned |= follow_home(session, cases, homes[person_id])
    today = today_in_paris(told.now)
    for person_id, home in homes.items():
        day = on.get(person_id, today)
        keep_event(session, EventKind.MOVE_IN, person_id, home=home, on=day, told=told, undo=None)
    session.flush()
    if homes:
        end_by_moves(session, now=told.now)
    return concerned


def cases_that_follow(
    session: Session, persons: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Case]]:
    """Give by person the cases that go on where she lives now: open ones, and what a move closed.

    A case that somebody closed for another reason stays closed, and so does one in whose programme
    she has another.
    """
    found: dict[uuid.UUID, list[Case]] = defaultdict(list)
    for some in _chunks(persons):
        hers = select(Case).where(Case.person_id.in_(some), Case.closed_on.is_(None))
        for case in session.scalars(hers.order_by(Case.id)):
            found[case.person_id].append(case)
        for event in _left_last(session, some):
            for number, _, _ in (event.undo or {}).get("cases", ()):
                closed = session.get_one(Case, uuid.UUID(number))
                if closed.outcome == MOVED and not has_another(session, closed):
                    found[event.person_id].append(closed)
    return dict(found)


def _left_last(session: Session, persons: Collection[uuid.UUID]) -> list[LifeEvent]:
    """Give of each person the event that stands last, where it is that she left her home."""
    standing = select(LifeEvent).where(
        LifeEvent.person_id.in_(persons), LifeEvent.taken_back_at.is_(None)
    )
    latest = {
        event.person_id: event
        for event in session.scalars(standing.order_by(LifeEvent.noted_at, LifeEvent.id))
    }
    return [event for event in latest.values() if event.kind is EventKind.MOVE_OUT]


def left_by_word(
    session: Session, persons: Collection[uuid.UUID]
) -> dict[uuid.UUID, tuple[uuid.UUID, date]]:
    """Give by person the home she left last, as somebody said and no file, and when."""
    return {
        event.person_id: (event.dwelling_id, event.happened_on)
        for some in _chunks(persons)
        for event in _left_last(session, some)
        if event.dwelling_id is not None and event.how is not HowTold.IMPORT
    }


def _chunks(persons: Collection[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    ids = sorted(persons)
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def follow_home(session: Session, cases: Sequence[Case], home: uuid.UUID) -> set[uuid.UUID | None]:
    """Let cases go on in a person's new home, opened again where need be; gives both homes."""
    concerned: set[uuid.UUID | None] = {home}
    for case in cases:
        concerned.add(case.dwelling_id)
        if not case.is_open:
            gone = case.state is CaseState.NOT_ELIGIBLE
            take_up(session, case, CaseState.TO_CALL if gone else case.state)
            bring_back(session, case, why=CASE_CLOSED)
        case.dwelling_id = home
    session.flush()
    return concerned
