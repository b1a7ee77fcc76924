"""The call list: who is enrolled, who is to be called next, what stands in a visitor's diary."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.calls.turns import URGENCY, WAITING, order_of_turns, to_contact
from visits.cases.keeping import past_keeping
from visits.cases.pauses import in_pause
from visits.ground.deadlines import today_in_paris
from visits.models.calls import ContactAttempt, Refusal
from visits.models.cases import ON_THE_WAY, Case, CaseState
from visits.models.messages import Message, MessageKind, MessageState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import AT_HOME, Visit, VisitState, made_by
from visits.people.call_wishes import not_now
from visits.sight.left_alone import cases_left_alone, left_alone
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.lists import cases_seen, reaches_whole_stock
from visits.sight.reach import Viewer, visible_cases
from visits.sight.wording import every_city, mentions

# A programme of so many cases offers every city: whoever lives where is not looked up for a filter.
MANY = 2_000
TO_CONTACT, CALL_BACK_DUE = "to_contact", "call_back_due"
TO_WRITE = "to_write"
ASK_AGAIN, NO_HOME, PAUSED, CLOSED, ALL = "ask_again", "no_home", "paused", "closed", "all"
OTHER_WISH = "other_wish"
PAST_KEEPING = "past_keeping"

ATTEMPTS = (
    select(func.count(ContactAttempt.id))
    .where(ContactAttempt.case_id == Case.id, ContactAttempt.taken_back_at.is_(None))
    .correlate(Case)
    .scalar_subquery()
)
ORDER = {
    "urgency": By(URGENCY, known=True),
    "name": By(Person.name_key, (Case.person,)),
    "born": By(Person.born_on, (Case.person,)),
    "city": By(Residence.city, outer=(Case.dwelling, Dwelling.residence)),
    "score": By(Case.score, known=True),
    "attempts": By(ATTEMPTS),
    "state": By(Case.state, known=True),
    "call_back": By(Case.call_back_at),
}


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; an empty field does not filter.

    `state` is a state, or `to_contact` (see `visits.calls.turns`), `call_back_due` (those of them
    who were promised a call back by now), `to_write` (those whom nobody called or wrote to yet),
    `ask_again` (soft refusals whose delay is over), `no_home` (open ones without a dwelling),
    `paused` (open ones in which nothing is due today), `other_wish` (those waiting for a call who
    asked to be phoned at other hours, later or never, or for no contact in this programme),
    `past_keeping` (closed, kept longer than their programme says), `closed` (those closed on the
    way to a visit, which are in the list of no other state), `all`.
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
    return page_of_found(
        session,
        found_cases(session, viewer, only, now),
        select(Case).options(
            joinedload(Case.person), joinedload(Case.dwelling).joinedload(Dwelling.residence)
        ),
        wanted=wanted,
        order=ORDER,
        tie=order_of_turns(now)[1:],
    )


def count_cases(session: Session, viewer: Viewer, *, only: CaseFilter, now: datetime) -> int:
    """Count what `list_cases` lists."""
    return count_found(session, found_cases(session, viewer, only, now))


def count_by_programme(session: Session, viewer: Viewer) -> dict[str, int]:
    """Count the cases the viewer may see, by the code of their programme."""
    seen = select(Case.programme, func.count()).where(cases_seen(session, viewer))
    found = session.execute(seen.group_by(Case.programme).order_by(Case.programme))
    return {code: count for code, count in found}


@dataclass(frozen=True)
class ToCall:
    """How many are to be called now, and how many of them were promised a call back by now."""

    due: int = 0
    promised: int = 0


def count_to_call(session: Session, viewer: Viewer, *, now: datetime) -> dict[str, ToCall]:
    """Count whom to call now, by the code of the programme; each is what its lists list."""
    promised = func.count().filter(Case.call_back_at.is_not(None))
    due = select(Case.programme, func.count(), promised).where(
        cases_seen(session, viewer), to_contact(session, now)
    )
    found = session.execute(due.group_by(Case.programme).order_by(Case.programme))
    return {code: ToCall(*counts) for code, *counts in found}


def found_cases(
    session: Session, viewer: Viewer, only: CaseFilter, now: datetime
) -> Select[uuid.UUID]:
    """Select the cases of a list, as far as the viewer sees them."""
    found = select(Case.id).where(cases_seen(session, viewer))
    if only.programme:
        found = found.where(Case.programme == only.programme)
    if (state := _state(session, only, now)) is not None:
        found = found.where(state)
    if only.tier:
        found = found.where(Case.tier == only.tier)
    if only.city:
        found = found.where(Case.dwelling_id.in_(_homes_in(only.city)))
    if only.min_score:
        found = found.where(Case.score >= only.min_score)
    if only.text.strip():
        found = found.where(mentions(session, only.text, Case.person_id, Case.dwelling_id))
    return found


def _homes_in(city: str) -> Select[uuid.UUID]:
    return select(Dwelling.id).join(Dwelling.residence).where(Residence.city == city)


def _state(session: Session, only: CaseFilter, now: datetime) -> ColumnElement[bool] | None:
    name = only.state
    if name == TO_CONTACT:
        return to_contact(session, now, only.programme)
    if name == CALL_BACK_DUE:
        return and_(to_contact(session, now, only.programme), Case.call_back_at.is_not(None))
    if name == TO_WRITE:
        return _nothing_tried()
    if name == NO_HOME:
        return and_(Case.dwelling_id.is_(None), Case.closed_on.is_(None))
    if name == PAUSED:
        return and_(Case.closed_on.is_(None), Case.id.in_(in_pause(today_in_paris(now))))
    if name == OTHER_WISH:
        later = and_(Case.call_back_at.is_(None), Case.person_id.in_(not_now(now)))
        wished = or_(later, Case.id.in_(cases_left_alone()))
        waiting = and_(Case.state.in_(WAITING), Case.closed_on.is_(None))
        return and_(waiting, wished, Case.person_id.not_in(left_alone()))
    if name == PAST_KEEPING:
        return past_keeping(session, today_in_paris(now))
    if name == ASK_AGAIN:
        return may_be_asked_again(now)
    if name == CLOSED:
        return and_(Case.state.in_(ON_THE_WAY), Case.closed_on.is_not(None))
    if name not in [state.value for state in CaseState]:
        return None
    state = CaseState(name)
    stands = [Case.closed_on.is_(None)] if state in ON_THE_WAY else []
    return and_(Case.state == state, *stands)


def _nothing_tried() -> ColumnElement[bool]:
    """Give the condition for whom nobody called yet, and to whom no first letter was made."""
    called = exists().where(
        ContactAttempt.case_id == Case.id, ContactAttempt.taken_back_at.is_(None)
    )
    written = exists().where(
        Message.case_id == Case.id,
        Message.kind == MessageKind.FIRST_LETTER,
        Message.state.not_in((MessageState.STOPPED, MessageState.GIVEN_UP)),
    )
    waits = (Case.state == CaseState.TO_CALL, Case.closed_on.is_(None))
    return and_(*waits, Case.person_id.not_in(left_alone()), ~called, ~written)


def may_be_asked_again(now: datetime) -> ColumnElement[bool]:
    """Give the condition for soft refusals whose delay is over and that were not repeated."""
    of_this = Refusal.case_id == Case.id
    return and_(
        Case.state == CaseState.REFUSED,
        Case.closed_on.is_(None),
        Case.person_id.not_in(left_alone()),
        Case.id.not_in(cases_left_alone()),
        exists().where(of_this, Refusal.ask_again_on <= today_in_paris(now)),
        ~exists().where(of_this, Refusal.ask_again_on.is_(None)),
    )


def attempts_of(
    session: Session, cases: Sequence[Case]
) -> dict[uuid.UUID, tuple[int, datetime | None]]:
    """Count the attempts of each case that were not taken back; say when the last one was."""
    statement = (
        select(ContactAttempt.case_id, func.count(), func.max(ContactAttempt.at))
        .where(ContactAttempt.case_id.in_([case.id for case in cases]))
        .where(ContactAttempt.taken_back_at.is_(None))
        .group_by(ContactAttempt.case_id)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(statement)}


def cities_of(session: Session, viewer: Viewer, programme: str) -> list[str]:
    """List the cities where somebody of the programme lives; of one of very many, all there are."""
    of_it = select(Case.id).where(Case.programme == programme)
    if viewer.landlord_id:
        of_it = of_it.where(Case.landlord_id == viewer.landlord_id)
    counted = select(func.count()).select_from(of_it.limit(MANY).subquery())
    if reaches_whole_stock(viewer) and session.scalar(counted) == MANY:
        return every_city(session, viewer.landlord_id)
    statement = (
        select(Residence.city)
        .join(Dwelling, Dwelling.residence_id == Residence.id)
        .join(Case, Case.dwelling_id == Dwelling.id)
        .where(Case.programme == programme, cases_seen(session, viewer))
    )
    return list(session.scalars(statement.distinct().order_by(Residence.city)))


def first_to_call(session: Session, found: Select[uuid.UUID], *, now: datetime) -> Case | None:
    """Give the case of some whose turn it is first: only the most urgent ones are put in order."""
    most = session.scalar(found.with_only_columns(func.min(URGENCY)))
    if most is None:
        return None
    first = found.where(most == URGENCY).order_by(*order_of_turns(now)[1:]).limit(1)
    return session.get(Case, session.scalar(first))


def next_to_call(
    session: Session, found: Select[uuid.UUID], place: Sequence[Any], *, now: datetime
) -> Case | None:
    """Give the case of some whose turn comes after a `place`, None where that is the last one."""
    urgency, *among = place
    urgency_of, *order = order_of_turns(now)
    # Worked out once for each of them, not again wherever they are compared.
    ties = found.with_only_columns(*order).where(urgency_of == urgency).cte("ties")
    ties = ties.prefix_with("MATERIALIZED")
    hers = [literal(one, column.type) for one, column in zip(among, ties.c, strict=True)]
    after = select(ties.c.id).where(tuple_(*ties.c) > tuple_(*hers)).order_by(*ties.c).limit(1)
    first = session.scalar(after)
    if first is not None:
        return session.get(Case, first)
    return first_to_call(session, found.where(urgency_of > urgency), now=now)


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
        .where(Visit.case_id == case.id, AT_HOME)
        .options(joinedload(Visit.visitor), joinedload(Visit.second_visitor))
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
        .where(made_by([visitor_id]), AT_HOME)
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
