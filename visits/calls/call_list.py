"""The call list: who is enrolled, who is to be called next, what stands in a visitor's diary."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from visits.calls.turns import TURNS, URGENCY, comes_after, to_contact
from visits.ground.deadlines import today_in_paris
from visits.models.calls import ContactAttempt, Refusal
from visits.models.cases import Case, CaseState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Visit, VisitState
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.reach import Viewer, visible_cases
from visits.sight.wording import mentions

TO_CONTACT, CALL_BACK_DUE = "to_contact", "call_back_due"
ASK_AGAIN, NO_HOME, ALL = "ask_again", "no_home", "all"

ATTEMPTS = (
    select(func.count(ContactAttempt.id))
    .where(ContactAttempt.case_id == Case.id)
    .correlate(Case)
    .scalar_subquery()
)
ORDER: dict[str, Any] = {
    "urgency": URGENCY,
    "name": Person.name_key,
    "born": Person.born_on,
    "city": Residence.city,
    "score": Case.score,
    "attempts": ATTEMPTS,
    "state": Case.state,
    "call_back": Case.call_back_at,
}


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; an empty field does not filter.

    `state` is a state, or `to_contact` (see `visits.calls.turns`), `call_back_due` (those of them
    who were promised a call back by now), `ask_again` (soft
    refusals whose delay is over), `no_home` (open ones without a dwelling), `all`.
    """

    programme: str = ""
    state: str = TO_CONTACT
    city: str = ""
    text: str = ""
    min_score: int = 0
    tier: str = ""


def list_cases(
    session: Session, viewer: Viewer, *, only: CaseFilter, wanted: Wanted, now: datetime
) -> Listed[Case]:
    """List the cases of persons the viewer may see, those to call first at the top."""
    statement = _seen_by(viewer).options(
        contains_eager(Case.person),
        contains_eager(Case.dwelling).contains_eager(Dwelling.residence),
    )
    if only.programme:
        statement = statement.where(Case.programme == only.programme)
    if (state := _state(only.state, now)) is not None:
        statement = statement.where(state)
    if only.tier:
        statement = statement.where(Case.tier == only.tier)
    if only.city:
        statement = statement.where(Residence.city == only.city)
    if only.min_score:
        statement = statement.where(Case.score >= only.min_score)
    if only.text.strip():
        statement = statement.where(mentions(session, only.text))
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=TURNS[1:])


def _seen_by(viewer: Viewer) -> Select[Case]:
    return (
        select(Case)
        .join(Case.person)
        .outerjoin(Case.dwelling)
        .outerjoin(Dwelling.residence)
        .where(visible_cases(viewer))
    )


def _state(name: str, now: datetime) -> ColumnElement[bool] | None:
    if name == TO_CONTACT:
        return to_contact(now)
    if name == CALL_BACK_DUE:
        return and_(to_contact(now), Case.call_back_at.is_not(None))
    if name == NO_HOME:
        return and_(Case.dwelling_id.is_(None), Case.closed_on.is_(None))
    if name == ASK_AGAIN:
        return may_be_asked_again(now)
    known = name in [state.value for state in CaseState]
    return Case.state == CaseState(name) if known else None


def may_be_asked_again(now: datetime) -> ColumnElement[bool]:
    """Give the condition for soft refusals whose delay is over and that were not repeated."""
    of_this = Refusal.case_id == Case.id
    return and_(
        Case.state == CaseState.REFUSED,
        Case.closed_on.is_(None),
        Person.do_not_contact.is_(False),
        exists().where(of_this, Refusal.ask_again_on <= today_in_paris(now)),
        ~exists().where(of_this, Refusal.ask_again_on.is_(None)),
    )


def attempts_of(
    session: Session, cases: Sequence[Case]
) -> dict[uuid.UUID, tuple[int, datetime | None]]:
    """Count the attempts of each case and say when the last one was."""
    statement = (
        select(ContactAttempt.case_id, func.count(), func.max(ContactAttempt.at))
        .where(ContactAttempt.case_id.in_([case.id for case in cases]))
        .group_by(ContactAttempt.case_id)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(statement)}


def cities_of(session: Session, viewer: Viewer, programme: str) -> list[str]:
    """List the cities where somebody of the programme lives."""
    statement = (
        _seen_by(viewer)
        .where(Case.programme == programme)
        .with_only_columns(Residence.city)
        .distinct()
        .order_by(Residence.city)
    )
    return list(session.scalars(statement))


def next_to_call(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> Case | None:
    """Find whose turn comes after this person's; from the end of the list on, the first's."""
    others = (
        _seen_by(viewer)
        .where(Case.programme == case.programme, Case.id != case.id)
        .where(to_contact(now))
        .order_by(*TURNS)
        .limit(1)
    )
    after = comes_after(case, case.attempts, now)
    return (
        session.scalars(others.where(after)).one_or_none() or session.scalars(others).one_or_none()
    )


def case_file(session: Session, case: Case) -> list[Visit]:
    """Load what the page of a case shows; gives its visits, the latest first."""
    session.scalars(
        select(Case)
        .where(Case.id == case.id)
        .options(
            joinedload(Case.person),
            joinedload(Case.dwelling).joinedload(Dwelling.residence),
            selectinload(Case.attempts).joinedload(ContactAttempt.caller),
        )
        .execution_options(populate_existing=True)
    ).one()
    statement = (
        select(Visit)
        .where(Visit.case_id == case.id)
        .options(joinedload(Visit.visitor))
        .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
    )
    return list(session.scalars(statement))


def latest_refusal(session: Session, case: Case) -> Refusal | None:
    """Find the last refusal of a case."""
    statement = select(Refusal).where(Refusal.case_id == case.id)
    return session.scalars(
        statement.order_by(Refusal.at.desc(), Refusal.id.desc()).limit(1)
    ).one_or_none()


@dataclass(frozen=True)
class DiaryLine:
    """A visit in a visitor's day; who and where are empty when the viewer may not see whom."""

    start_at: datetime
    end_at: datetime
    person_id: uuid.UUID | None
    name: str
    city: str


def diary_of(
    session: Session,
    viewer: Viewer,
    *,
    visitor_id: uuid.UUID,
    start_at: datetime,
    end_at: datetime,
) -> list[DiaryLine]:
    """List a visitor's visits that begin in a span of time; hidden persons stay nameless."""
    statement = (
        select(Visit, Person, Residence.city, visible_cases(viewer).label("seen"))
        .join(Visit.case)
        .join(Case.person)
        .outerjoin(Case.dwelling)
        .outerjoin(Dwelling.residence)
        .where(Visit.visitor_id == visitor_id)
        .where(Visit.state.in_((VisitState.PLANNED, VisitState.UNDER_WAY, VisitState.DONE)))
        .where(Visit.planned_start_at >= start_at, Visit.planned_start_at < end_at)
        .order_by(Visit.planned_start_at, Visit.id)
    )
    return [
        DiaryLine(
            start_at=visit.planned_start_at,
            end_at=visit.planned_end_at,
            person_id=person.id if seen else None,
            name=person.name if seen else "",
            city=(city or "") if seen else "",
        )
        for visit, person, city, seen in session.execute(statement)
    ]
