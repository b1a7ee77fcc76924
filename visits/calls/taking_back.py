"""Answers that end the calls, a death, a move, a refusal: what follows, and taking it back."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from visits.cases.appointments import call_off_all
from visits.cases.stages import DIED, MOVED, end, take_up
from visits.cases.tasks import CASE_CLOSED, bring_back, withdraw_all
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.mapping.points import refresh_map_of_person
from visits.models.calls import ContactAttempt, Disposition, Refusal
from visits.models.cases import Case, CaseState
from visits.models.people import AccessKind, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.models.visits import Visit
from visits.sight import Viewer
from visits.sight.access_log import log_access

REFUSALS = (Disposition.REFUSED, Disposition.REFUSED_BY_FAMILY)
# Answers that end the case, and with which outcome.
ENDING = {Disposition.DEAD: DIED, Disposition.MOVED: MOVED}
GRAVE = (*REFUSALS, *ENDING)
WHY_LENGTH = 500


def note_grave(session: Session, case: Case, attempt: ContactAttempt, *, now: datetime) -> None:
    """Keep how things stood, call off what is planned, and let the answer have its consequences.

    Raises Conflict while a visit is under way: whoever stands there tells it.
    """
    person = case.person
    before: dict[str, Any] = {
        "state": case.state.value,
        "call_back_at": _iso(case.call_back_at),
        "died_on": _iso(person.died_on),
        "do_not_contact": person.do_not_contact,
        "visits": [str(one.id) for one in call_off_all(session, case, but=attempt.visit_id)],
        "occupancies": [],
    }
    if attempt.disposition is Disposition.DEAD:
        note_death(person, now)
    elif attempt.disposition is Disposition.MOVED:
        before["occupancies"] = _end_occupancies(session, case, now)
    if (outcome := ENDING.get(attempt.disposition)) is not None:
        withdraw_all(session, case, why=CASE_CLOSED, by=attempt.caller_id, now=now)
        end(case, outcome, on=today_in_paris(now), by=attempt.caller_id)
    attempt.undo = before


def note_death(person: Person, now: datetime) -> None:
    """Note that a person died: nobody calls there any more."""
    person.died_on = person.died_on or today_in_paris(now)
    person.do_not_contact = True


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None


def _end_occupancies(session: Session, case: Case, now: datetime) -> list[str]:
    """End a person's living in the dwelling she is enrolled with."""
    open_ones = session.scalars(
        select(Occupancy)
        .join(Occupancy.tenancy)
        .where(Occupancy.person_id == case.person_id, Occupancy.ended_on.is_(None))
        .where(Tenancy.dwelling_id == case.dwelling_id)
        .order_by(Occupancy.id)
    ).all()
    for occupancy in open_ones:
        occupancy.ended_on = today_in_paris(now)
    refresh_map_of_person(session, case.person_id)
    return [str(occupancy.id) for occupancy in open_ones]


def may_be_taken_back(attempts: Sequence[ContactAttempt]) -> ContactAttempt | None:
    """Give the last answer, if it is one that may be taken back."""
    standing = [one for one in attempts if one.taken_back_at is None]
    return standing[-1] if standing and standing[-1].disposition in GRAVE else None


def take_back(
    session: Session,
    case: Case,
    attempt_id: uuid.UUID,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> Sequence[Visit]:
    """Undo a death, move or refusal noted by mistake; gives the visits that it had called off.

    Those are not planned again by themselves: their hour may be taken. Raises NotFound for no
    attempt of this case, Conflict for one that cannot be undone, or not any more.
    """
    attempt = session.get(ContactAttempt, attempt_id)
    if attempt is None or attempt.case_id != case.id:
        raise NotFound("not_found")
    if attempt is not may_be_taken_back(case.attempts):
        raise Conflict("not_to_take_back")
    if not reason.strip():
        raise Invalid({"reason": "required"})
    attempt.taken_back_at, attempt.taken_back_by_id = now, viewer.user_id
    attempt.taken_back_why = reason.strip()[:WHY_LENGTH]
    before = attempt.undo or {}
    _restore(session, case, attempt, before)
    refresh_map_of_person(session, case.person_id)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what="call_taken_back",
        now=now,
    )
    called_off = [uuid.UUID(one) for one in before.get("visits", ())]
    return session.scalars(
        select(Visit).where(Visit.id.in_(called_off)).order_by(Visit.planned_start_at, Visit.id)
    ).all()


def _restore(session: Session, case: Case, attempt: ContactAttempt, before: dict[str, Any]) -> None:
    if case.state is CaseState.REFUSED or not case.is_open:
        state = CaseState(before.get("state", CaseState.TO_CALL))
        take_up(session, case, CaseState.AGREED if state is CaseState.PLANNED else state)
        bring_back(session, case, why=CASE_CLOSED)
        back = before.get("call_back_at")
        case.call_back_at = datetime.fromisoformat(back) if back else None
    if attempt.disposition is Disposition.DEAD:
        died = before.get("died_on")
        case.person.died_on = date.fromisoformat(died) if died else None
        case.person.do_not_contact = before.get("do_not_contact", False)
    ended = [uuid.UUID(one) for one in before.get("occupancies", ())]
    for occupancy in session.scalars(
        select(Occupancy)
        .join(Occupancy.tenancy)
        .where(Occupancy.id.in_(ended), Tenancy.ended_on.is_(None))
        .order_by(Occupancy.id)
    ):
        occupancy.ended_on = None
    if attempt.disposition in REFUSALS:
        # A refusal told at a door was kept when the tablet's report came.
        moments = or_(Refusal.at == attempt.at, Refusal.at == attempt.received_at)
        session.execute(delete(Refusal).where(Refusal.case_id == case.id, moments))
