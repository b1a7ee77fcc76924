"""What came of the sessions that were held: counted from their rows, with its basis."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, Subquery, and_, case, cast, func, select
from sqlalchemy.orm import Session

from visits.models.sessions import (
    CollectiveSession,
    Presence,
    SessionCount,
    SessionEnrolment,
    SessionState,
)
from visits.sessions.seats import expected
from visits.sessions.session_list import SessionFilter, sessions_found
from visits.sight import Viewer
from visits.sight.sessions import visible_sessions


@dataclass(frozen=True)
class Results:
    """What came of held sessions.

    `counted` of them have it noted how many came: `came` in all, for so many `person_minutes`.
    `present` of `noted` enrolled persons came, where that is noted one by one. The cost of `costed`
    is known; `basis_cents` is that of those among them that are counted, for `basis_came`.
    """

    held: int = 0
    minutes: int = 0
    counted: int = 0
    came: int = 0
    person_minutes: int = 0
    noted: int = 0
    present: int = 0
    costed: int = 0
    cost_cents: int = 0
    basis_cents: int = 0
    basis_came: int = 0


def results_by_programme(
    session: Session, viewer: Viewer, *, only: SessionFilter, now: datetime
) -> Mapping[str, Results]:
    """Count by programme what came of the held sessions that a filter finds.

    `list_sessions` lists the same ones by the same filter.
    """
    found = sessions_found(session, viewer, replace(only, state=SessionState.HELD.value), now)
    counted = _counts(viewer).where(CollectiveSession.id.in_(found))
    return {code: Results(*counts) for code, *counts in session.execute(counted)}


def results_of(session: Session, viewer: Viewer, programme: str) -> tuple[Results, int]:
    """Count what came of all held sessions of a programme, and how many persons at least came.

    Of a number without names nobody knows whether others came another day.
    """
    held = (CollectiveSession.programme == programme, visible_sessions(viewer))
    row = session.execute(_counts(viewer).where(*held)).one_or_none()
    named = (
        select(func.count(SessionEnrolment.person_id.distinct()))
        .join(SessionEnrolment.person)
        .join(SessionEnrolment.of)
        .where(*held, CollectiveSession.state == SessionState.HELD)
        .where(SessionEnrolment.presence == Presence.CAME, expected(viewer))
    )
    largest = (
        select(func.coalesce(func.max(SessionCount.came), 0))
        .join(CollectiveSession, CollectiveSession.id == SessionCount.session_id)
        .where(*held, CollectiveSession.state == SessionState.HELD)
        .where(SessionCount.withdrawn_at.is_(None))
    )
    persons = max(session.scalar(named) or 0, session.scalar(largest) or 0)
    return Results(*row[1:]) if row else Results(), persons


def _counts(viewer: Viewer) -> Select[Any]:
    one, persons, number = CollectiveSession, _persons(viewer), _numbers()
    present = case((persons.c.noted > 0, persons.c.present))
    came = func.coalesce(number.c.came, present)
    by_name, both = number.c.came.is_(None), and_(came.is_not(None), one.cost_cents.is_not(None))
    return (
        select(
            one.programme,
            func.count(one.id),
            _sum(one.minutes),
            func.count(came),
            _sum(came),
            _sum(one.minutes * came),
            _sum(case((by_name, persons.c.noted))),
            _sum(case((by_name, persons.c.present))),
            func.count(one.cost_cents),
            _sum(one.cost_cents),
            _sum(case((both, one.cost_cents))),
            _sum(case((both, came))),
        )
        .outerjoin(persons, persons.c.session_id == one.id)
        .outerjoin(number, number.c.session_id == one.id)
        .where(one.state == SessionState.HELD)
        .group_by(one.programme)
    )


def _persons(viewer: Viewer) -> Subquery:
    """Count by session of whom it is noted whether she came, and who did."""
    came = case((SessionEnrolment.presence == Presence.CAME, SessionEnrolment.id))
    return (
        select(
            SessionEnrolment.session_id,
            func.count(SessionEnrolment.presence).label("noted"),
            func.count(came).label("present"),
        )
        .join(SessionEnrolment.person)
        .where(expected(viewer))
        .group_by(SessionEnrolment.session_id)
        .subquery()
    )


def _numbers() -> Subquery:
    """Give by session how many came by the number that stands."""
    standing = SessionCount.withdrawn_at.is_(None)
    return select(SessionCount.session_id, SessionCount.came).where(standing).subquery()


def _sum(column: Any) -> Any:
    # PostgreSQL adds counts up to a decimal.
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
