"""A death, wherever it was told: whatever was due, planned or promised ends with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.adaptations.moving import PERSON_DIED, end_files
from visits.admissions.moving import end_admissions
from visits.cases.stages import DIED
from visits.ground.errors import Conflict, Invalid
from visits.life.endings import (
    Before,
    Told,
    end_cases,
    leave_homes,
    open_cases,
    open_promises,
    withdraw_promises,
)
from visits.life.events import check_day, keep_event, log_event
from visits.mapping.points import refresh_map_of_person
from visits.models.cases import Case, Task
from visits.models.life import EventKind, LifeEvent
from visits.models.people import Person
from visits.models.visits import Consequence, Submission, Visit
from visits.referrals.moving import end_referrals
from visits.sight import Viewer, visible_cases
from visits.stays.leaving import end_stays
from visits.transfers.wishes import end_wishes


def record_death(session: Session, person: Person, *, on: date, told: Told) -> LifeEvent:
    """Note that a person died on a day. Raises Invalid, Conflict when it is noted already."""
    if person.died_on is not None:
        raise Conflict("already_died")
    check_day(on, now=told.now)
    if person.born_on is not None and on < person.born_on:
        raise Invalid({"on": "before_birth"})
    return note_death(session, person, on=on, told=told)


def note_death(session: Session, person: Person, *, on: date, told: Told) -> LifeEvent:
    """Let a death have its consequences: nobody calls, writes or goes there any more.

    Works on the home go on.
    """
    before: Before = {
        "died_on": person.died_on.isoformat() if person.died_on else None,
        "do_not_contact": person.do_not_contact,
    }
    person.died_on = person.died_on or on
    person.do_not_contact = True
    before |= leave_homes(session, person.id, on=person.died_on)
    cases = open_cases(session, person.id)
    event = _end(session, person.id, cases, person.died_on, before, told)
    session.flush()
    refresh_map_of_person(session, person.id)
    log_event(session, event)
    return event


def deaths_in_file(
    session: Session, died: Mapping[uuid.UUID, tuple[date, Before]], told: Told
) -> set[uuid.UUID | None]:
    """Let deaths that a file told have their consequences; gives the homes of closed cases.

    Each comes with the day and what the file changed. The map and the log are the import's.
    """
    concerned: set[uuid.UUID | None] = set()
    for person_id, (on, before) in died.items():
        cases = open_cases(session, person_id)
        _end(session, person_id, cases, on, before, told)
        concerned |= {case.dwelling_id for case in cases}
    session.flush()
    return concerned


def _end(
    session: Session,
    person_id: uuid.UUID,
    cases: Sequence[Case],
    on: date,
    before: Before,
    told: Told,
) -> LifeEvent:
    promises = open_promises(session, person_id)
    before["follow_ups"] = [[str(one.id), one.state.value] for one in promises]
    before |= end_cases(session, cases, DIED, told, on=on)
    before["adaptations"] = end_files(session, person_id, PERSON_DIED, now=told.now)
    before["referrals"] = end_referrals(session, person_id, now=told.now)
    before["transfers"] = end_wishes(session, person_id, now=told.now)
    before["admissions"] = end_admissions(session, person_id, now=told.now)
    before["stays"] = end_stays(session, person_id, on=on, now=told.now)
    withdraw_promises(promises, told)
    return keep_event(session, EventKind.DEATH, person_id, home=None, on=on, told=told, undo=before)


@dataclass(frozen=True)
class Promised:
    """The visits that were to come and the promises to ask again, with who is to be told."""

    visits: Sequence[Visit]
    follow_ups: Sequence[Task]


def what_was_promised(session: Session, viewer: Viewer, event: LifeEvent) -> Promised:
    """Tell what an event called off, of what the viewer may see."""
    before = event.undo or {}
    visits = [uuid.UUID(one) for one in before.get("visits", ())]
    promises = [uuid.UUID(one) for one, _ in before.get("follow_ups", ())]
    by = joinedload(Task.consequence).joinedload(Consequence.submission)
    return Promised(
        visits=session.scalars(
            select(Visit)
            .join(Visit.case)
            .join(Case.person)
            .where(Visit.id.in_(visits), visible_cases(viewer))
            .options(joinedload(Visit.visitor))
            .order_by(Visit.planned_start_at, Visit.id)
        ).all(),
        follow_ups=session.scalars(
            select(Task)
            .join(Task.case)
            .join(Case.person)
            .where(Task.id.in_(promises), visible_cases(viewer))
            .options(by.joinedload(Submission.sent_by))
            .order_by(Task.due_on, Task.id)
        ).all(),
    )
