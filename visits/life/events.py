"""What happened in a life: kept with who told it and when, found, listed."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.life.endings import Before, Told
from visits.models.calls import ContactAttempt
from visits.models.life import EventKind, LifeEvent
from visits.models.people import AccessKind
from visits.sight.access_log import log_access

WHY_LENGTH = 500


def keep_event(
    session: Session,
    kind: EventKind,
    person_id: uuid.UUID,
    *,
    home: uuid.UUID | None,
    on: date,
    told: Told,
    undo: Before | None,
    said: dict[str, Any] | None = None,
) -> LifeEvent:
    """Keep what happened, with how things stood before, and who told it."""
    event = LifeEvent(
        kind=kind,
        person_id=person_id,
        dwelling_id=home,
        happened_on=on,
        how=told.how,
        attempt_id=told.attempt_id,
        told=said,
        undo=undo,
        noted_at=told.now,
        noted_by_id=told.by,
    )
    session.add(event)
    return event


def check_day(on: date, *, now: datetime, field: str = "on") -> None:
    """Refuse a day that has not come: what is noted has happened."""
    if on > today_in_paris(now):
        raise Invalid({field: "must_not_be_future"})


def events_of(session: Session, person_id: uuid.UUID) -> Sequence[LifeEvent]:
    """List what happened in a person's life as it was told, the latest noted first."""
    statement = (
        select(LifeEvent)
        .where(LifeEvent.person_id == person_id)
        .options(joinedload(LifeEvent.noted_by), joinedload(LifeEvent.taken_back_by))
        .order_by(LifeEvent.noted_at.desc(), LifeEvent.id.desc())
    )
    return session.scalars(statement).all()


def may_take_back(events: Sequence[LifeEvent]) -> LifeEvent | None:
    """Give the event that may be taken back: the latest that stands, if how things stood is known.

    One that something else followed would give back what no longer is.
    """
    latest = next((one for one in events if one.stands), None)
    return latest if latest is not None and latest.undo is not None else None


def event_of(session: Session, attempt: ContactAttempt) -> LifeEvent | None:
    """Find the event that a call or a knock told."""
    statement = select(LifeEvent).where(LifeEvent.attempt_id == attempt.id)
    return session.scalars(statement).one_or_none()


def checked_reason(reason: str) -> str:
    """Give the reason for taking something back. Raises Invalid without one."""
    if not reason.strip():
        raise Invalid({"reason": "required"})
    if len(reason.strip()) > WHY_LENGTH:
        raise Invalid({"reason": "too_long"})
    return reason.strip()


def log_event(session: Session, event: LifeEvent) -> None:
    """Leave a line in the access log that something was noted; what it was is not its matter."""
    log_access(
        session,
        user_id=event.noted_by_id,
        persons=[event.person_id],
        kind=AccessKind.WRITE,
        what="life_event_noted",
        now=event.noted_at,
    )
