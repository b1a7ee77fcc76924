"""Whose turn it is to be called: how long each answer lets a person rest, and who comes next.

An answer that was taken back counts for nothing.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session, aliased

from visits.calls.best_hours import RANK, hour_of, hour_rank
from visits.cases.pauses import in_pause
from visits.cases.tasks import is_due
from visits.ground.db import UtcDateTime
from visits.ground.deadlines import today_in_paris
from visits.models.calls import ContactAttempt, Disposition
from visits.models.cases import Case, CaseState, Task, TaskKind
from visits.models.programmes import ProgrammeVersion
from visits.people.call_wishes import not_now
from visits.programmes.published import programme_in
from visits.sight.left_alone import cases_left_alone, left_alone

# How long after an attempt a person is left alone in all her cases, unless a call back was promised
# in one: there its moment counts and nothing else. No law sets these for a landlord's own tenants;
# they are our choice, made so that the tries of a protocol fall on different hours and days, as
# household surveys ask (AAPOR, Standard Definitions: non-contact).
REST = {
    # Another time of the day: the morning's unanswered call is tried again in the evening, and
    # whoever spoke with us of one programme is not rung for the next one as she hangs up.
    **dict.fromkeys(Disposition, timedelta(hours=4)),
    # Time to find an interpreter.
    Disposition.LANGUAGE: timedelta(days=3),
    Disposition.INTERPRETER: timedelta(days=3),
    # Nothing is won by ringing the same wrong number, or door, again the same day.
    Disposition.WRONG_NUMBER: timedelta(days=1),
    Disposition.WRONG_ADDRESS: timedelta(days=1),
    # Calm comes back, and whoever went there has been heard, before anybody rings again.
    Disposition.BROKEN_OFF: timedelta(days=3),
    Disposition.UNSAFE: timedelta(days=7),
    # A stay and the first days at home.
    Disposition.IN_HOSPITAL: timedelta(days=14),
}

WAITING = (CaseState.TO_CALL, CaseState.CALL_BACK)
# Somebody whose visit is planned may have been promised a call all the same.
PROMISED = (*WAITING, CaseState.PLANNED)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_TRY = (
    select(func.max(ContactAttempt.at))
    .where(ContactAttempt.case_id == Case.id, ContactAttempt.taken_back_at.is_(None))
    .correlate(Case)
    .scalar_subquery()
)
TRIED_AT = func.coalesce(_LAST_TRY, literal(NEVER, UtcDateTime()))
# Call backs somebody was promised come before everybody else.
LATER = 1_000_000
URGENCY = sql_case((Case.call_back_at.is_not(None), 0), else_=LATER) - Case.score
# No day of a call is another one in Paris than in UTC.
TRIED_ON = func.date(TRIED_AT, type_=Date())


def order_of_turns(now: datetime) -> tuple[Any, ...]:
    """Give the order of calls: promises and the score, then who was tried the most days ago.

    Where that ties, whose hour this is comes first, then who was tried longest ago; the id makes
    the order total.
    """
    return (URGENCY, TRIED_ON, hour_rank(now), TRIED_AT, Case.id)


def to_contact(session: Session, now: datetime, programme: str = "") -> ColumnElement[bool]:
    """Give the condition on `Case` for those to call now; nobody who rests or pauses is.

    Nor is who asked to be phoned at other hours, later or never; a promised call is made all the
    same.

    Of one `programme` its own rules alone are asked: the cases of most need not be looked at then.

    Where a programme says when its calls are due, they are to be made then; where calls are all
    there is in it, at no other time.
    """
    waiting = and_(
        Case.call_back_at.is_(None),
        Case.person_id.not_in(_resting(now)),
        Case.person_id.not_in(not_now(now)),
    )
    asked = and_(waiting, Case.state.in_(WAITING))
    timed, only = _versions_with_calls(session, programme)
    if only:
        version = Case.programme_version_id
        asked = and_(asked, or_(version.is_(None), version.not_in(only)))
    if timed:
        hers = (Case.programme_version_id.in_(timed), Case.state != CaseState.REFUSED)
        asked = or_(asked, and_(waiting, *hers, Case.id.in_(_called_for(today_in_paris(now)))))
    return and_(
        Case.person_id.not_in(left_alone()),
        Case.id.not_in(cases_left_alone()),
        Case.closed_on.is_(None),
        Case.id.not_in(in_pause(today_in_paris(now))),
        or_(
            and_(Case.call_back_at <= now, Case.state.in_(PROMISED)),
            asked,
        ),
    )


def _versions_with_calls(
    session: Session, programme: str
) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """Give the versions of programmes whose rules ask for calls, and those that ask for no more."""
    timed, only = [], []
    versions = select(ProgrammeVersion).order_by(ProgrammeVersion.id)
    if programme:
        versions = versions.where(ProgrammeVersion.code == programme)
    for version in session.scalars(versions):
        asked = {one.task for one in programme_in(version).cadences}
        if TaskKind.CALL in asked:
            timed.append(version.id)
            if TaskKind.VISIT not in asked:
                only.append(version.id)
    return timed, only


def _called_for(today: date) -> Select[uuid.UUID]:
    """Select the cases in which a call that a rule asks for is due."""
    by_rule = (Task.kind == TaskKind.CALL, Task.cadence.is_not(None))
    return select(Task.case_id).where(is_due(today), *by_rule)


def _resting(now: datetime) -> CompoundSelect[uuid.UUID]:
    """Select those who rest, by any of their cases; each answer's last days are found by index."""
    tried = aliased(Case)
    lately = [
        select(tried.person_id)
        .join(ContactAttempt, ContactAttempt.case_id == tried.id)
        .where(
            ContactAttempt.disposition == disposition,
            ContactAttempt.at > now - rest,
            ContactAttempt.taken_back_at.is_(None),
        )
        for disposition, rest in REST.items()
    ]
    return union_all(*lately)


def rests(case: Case, attempts: Sequence[ContactAttempt], now: datetime) -> bool:
    """Tell of one loaded case what `to_contact` asks of the list, by its own attempts."""
    if case.call_back_at is not None:
        return case.call_back_at > now
    return any(
        one.at + REST[one.disposition] > now for one in attempts if one.taken_back_at is None
    )


def place_of(
    session: Session, case: Case, attempts: Sequence[ContactAttempt], now: datetime
) -> tuple[Any, ...]:
    """Give where a person stands in the order of calls, as `order_of_turns` has it.

    Whoever was just tried keeps the place she had before, so that the list goes on from there.
    """
    tried = [one for one in attempts if one.taken_back_at is None]
    promise = case.call_back_at
    waiting = case.state in (WAITING if promise is None else PROMISED)
    if tried and not (waiting and not rests(case, tried, now)):
        tried.pop()
        promise = tried[-1].call_back_at if tried else None
    urgency = (LATER if promise is None else 0) - case.score
    at = tried[-1].at if tried else NEVER
    rank = RANK[hour_of(session, case, tried, now)]
    return urgency, at.astimezone(UTC).date(), rank, at, case.id
