"""Cases: found, opened by hand, closed, opened again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.cases import stages
from visits.cases.appointments import call_off_all
from visits.cases.coming import lapse_at_end, make_for
from visits.cases.tasks import CASE_CLOSED, bring_back, withdraw_all
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.mapping.points import refresh_map
from visits.models.cases import Case, CaseState, WayIn
from visits.models.people import AccessKind, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.models.visits import Visit
from visits.programmes.published import (
    find_programme,
    programme_of,
    refuse_new_case,
    version_of,
)
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access

NOTE_LENGTH = 500
# What a case comes to where its programme does not say: those published before could not.
ANY_PROGRAMMES = {
    "completed": {"fr": "Visitée, suites données", "en": "Visited, and what followed is done"},
    "declined": {"fr": "Ne souhaite plus de visites", "en": "Wants no more visits"},
    "moved": {"fr": "A déménagé", "en": "Moved away"},
    "dead": {"fr": "Décès", "en": "Died"},
    "lost": {"fr": "Perdue de vue", "en": "Lost sight of"},
}


@dataclass(frozen=True)
class Points:
    """What a case keeps of the points it was opened with: their reasons, and the tier they give."""

    score: int
    reasons: list[dict[str, Any]]
    sealed_reasons: list[dict[str, Any]] | None
    tier: str | None


def find_case(
    session: Session, viewer: Viewer, case_id: uuid.UUID, *, to_change: bool = False
) -> Case:
    """Find a case whose person the viewer may see, else raise NotFound.

    `to_change` waits until nobody else is changing it.
    """
    statement = select(Case).join(Case.person).where(Case.id == case_id, visible_cases(viewer))
    if to_change:
        statement = statement.with_for_update(of=Case, key_share=True)
    case = session.scalars(statement).one_or_none()
    if case is None:
        raise NotFound("case_not_found")
    return case


def open_case(
    session: Session,
    person: Person,
    programme: str,
    *,
    home: uuid.UUID | None,
    points: Points,
    way_in: WayIn = WayIn.REQUEST,
    motive: str = "",
    viewer: Viewer,
    now: datetime,
) -> Case:
    """Open a case of somebody in her home, or without one, with the points she has.

    Raises NotFound for a programme that is not there, Invalid, Conflict when it takes nobody this
    way, she died or has an open case in it.
    """
    version = version_of(session, programme)
    refuse_new_case(session, find_programme(session, programme), way_in)
    if len(motive.strip()) > NOTE_LENGTH:
        raise Invalid({"motive": "too_long"})
    if person.died_on is not None:
        raise Conflict("person_died")
    if _open_case_of(session, person, programme) is not None:
        raise Conflict("case_open_already")
    case = Case(
        tier=points.tier,
        programme=programme,
        programme_version_id=version.id,
        person_id=person.id,
        landlord_id=person.landlord_id,
        dwelling_id=home,
        state=CaseState.TO_CALL,
        score=points.score,
        reasons=points.reasons,
        sealed_reasons=points.sealed_reasons,
        scored_at=now,
        opened_at=now,
        opened_by_id=viewer.user_id,
        way_in=way_in,
        motive=motive.strip() or None,
    )
    session.add(case)
    session.flush()
    make_for(session, [case], now=now)
    _changed(session, case, viewer, "case_opened", now)
    return case


def _open_case_of(session: Session, person: Person, programme: str) -> Case | None:
    of_her = (Case.person_id == person.id, Case.programme == programme)
    return session.scalars(select(Case).where(*of_her, Case.closed_on.is_(None))).one_or_none()


def home_of(session: Session, person: Person) -> uuid.UUID | None:
    """Find where a person lives today, the latest lease first."""
    return next(iter(_homes_of(session, person)), None)


def _homes_of(session: Session, person: Person) -> Sequence[uuid.UUID]:
    homes = (
        select(Tenancy.dwelling_id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person.id, Occupancy.ended_on.is_(None))
        .where(Tenancy.ended_on.is_(None))
        .order_by(Tenancy.started_on.desc(), Tenancy.id)
    )
    return session.scalars(homes).all()


def close_case(
    session: Session,
    case: Case,
    *,
    outcome: str,
    note: str = "",
    on: date | None = None,
    viewer: Viewer,
    now: datetime,
) -> list[Visit]:
    """Close a case with an outcome of its programme; gives the planned visits it called off.

    What was still to do is withdrawn, and comes back when the case is opened again. Raises
    Invalid, Conflict when it is closed already or a visit is under way.
    """
    today = today_in_paris(now)
    on = on or today
    fields = {}
    if outcome not in outcomes_of(session, case):
        fields["ending"] = "required" if not outcome else "bad_choice"
    elif outcome not in endings_of(session, case):
        fields["ending"] = f"{outcome}_not_noted"
    if on > today:
        fields["on"] = "must_not_be_future"
    elif on < today_in_paris(case.opened_at):
        fields["on"] = "before_opening"
    if len(note.strip()) > NOTE_LENGTH:
        fields["note"] = "too_long"
    if fields:
        raise Invalid(fields)
    if not case.is_open:
        raise Conflict("case_closed")
    called_off = call_off_all(session, case, now=now, reason=CASE_CLOSED)
    if called_off:
        stages.after_cancelling(session, case)
    lapse_at_end(session, case, on=on, now=now)
    withdraw_all(session, case, why=CASE_CLOSED, by=viewer.user_id, now=now)
    case.closed_on, case.closed_by_id = on, viewer.user_id
    case.outcome, case.closing_note = outcome, note.strip() or None
    case.call_back_at = None
    _changed(session, case, viewer, "case_closed", now)
    return called_off


def reopen_case(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> None:
    """Open a closed case again where she lives today; visits are planned anew.

    What was still to do is there again. Raises Conflict when it is open, or the person has another
    one in the programme meanwhile.
    """
    if case.is_open:
        raise Conflict("case_open")
    if case.person.died_on is not None:
        raise Conflict("person_died")
    gone, left = case.state is CaseState.NOT_ELIGIBLE, case.dwelling_id
    stages.take_up(session, case, CaseState.TO_CALL if gone else case.state)
    bring_back(session, case, why=CASE_CLOSED)
    homes = _homes_of(session, case.person)
    if left not in homes:
        case.dwelling_id = homes[0] if homes else None
        session.flush()
        refresh_map(session, [left])
    _changed(session, case, viewer, "case_reopened", now)


def outcomes_of(session: Session, case: Case) -> dict[str, dict[str, str]]:
    """Give the outcomes that close cases of a programme, by code, with their names."""
    programme = programme_of(session, case)
    stated = programme.outcomes if programme else ()
    return {one.code: dict(one.name) for one in stated} or ANY_PROGRAMMES


def endings_of(session: Session, case: Case) -> dict[str, dict[str, str]]:
    """Give the outcomes somebody may close a case with.

    That she died or moved is a fact of her life, with its day and for all her cases: it is noted of
    her, and closes them.
    """
    untrue = set()
    if case.person.died_on is None:
        untrue.add(stages.DIED)
    if _homes_of(session, case.person):
        untrue.add(stages.MOVED)
    stated = outcomes_of(session, case)
    return {code: name for code, name in stated.items() if code not in untrue}


def _changed(session: Session, case: Case, viewer: Viewer, what: str, now: datetime) -> None:
    session.flush()
    refresh_map(session, [case.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
