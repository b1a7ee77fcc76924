"""The days on which a landlord is closed: no working days for what it has to do."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.closing_days import ClosingDay
from visits.sight import Viewer
from visits.sight.homes import landlords_run

WHY_LENGTH = 100
FURTHEST = timedelta(days=2 * 366)


def closed_days(session: Session, landlord_id: uuid.UUID | None) -> frozenset[date]:
    """Give the days on which a landlord is closed; none without one."""
    statement = select(ClosingDay.day).where(
        ClosingDay.landlord_id == landlord_id, ClosingDay.withdrawn_at.is_(None)
    )
    return frozenset(session.scalars(statement)) if landlord_id is not None else frozenset()


def list_closing_days(
    session: Session, viewer: Viewer, *, since: date, withdrawn: bool = False
) -> Sequence[ClosingDay]:
    """List the closing days that stand, or were withdrawn, from a day on, of those in reach."""
    gone = ClosingDay.withdrawn_at.is_not(None)
    landlords = [one.id for one in landlords_run(session, viewer)]
    statement = (
        select(ClosingDay)
        .where(ClosingDay.landlord_id.in_(landlords), gone if withdrawn else ~gone)
        .where(ClosingDay.day >= since)
        .options(joinedload(ClosingDay.landlord), joinedload(ClosingDay.noted_by))
        .order_by(ClosingDay.day, ClosingDay.id)
    )
    return session.scalars(statement).all()


def note_closing_day(
    session: Session,
    landlord_id: uuid.UUID | None,
    day: date | None,
    why: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> ClosingDay:
    """Note a day on which a landlord is closed; deadlines that were given already stay.

    Raises Invalid, field by field, Conflict for one that is noted already.
    """
    why, fields = why.strip(), {}
    if landlord_id not in {one.id for one in landlords_run(session, viewer)}:
        fields["landlord"] = "bad_choice"
    if day is None:
        fields["day"] = "required"
    elif day < today_in_paris(now):
        fields["day"] = "must_not_be_past"
    elif day > today_in_paris(now) + FURTHEST:
        fields["day"] = "closed_too_far_ahead"
    if not why:
        fields["why"] = "required"
    elif len(why) > WHY_LENGTH:
        fields["why"] = "closed_why_too_long"
    if fields or landlord_id is None or day is None:
        raise Invalid(fields)
    take_turn(session, f"closing day {landlord_id} {day}")
    if day in closed_days(session, landlord_id):
        raise Conflict("day_closed_already")
    closing = ClosingDay(
        landlord_id=landlord_id, day=day, why=why, noted_at=now, noted_by_id=viewer.user_id
    )
    session.add(closing)
    session.flush()
    return closing


def withdraw_closing_day(
    session: Session, closing_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a day be worked again. Raises NotFound for one of a landlord out of reach."""
    closing = session.get(ClosingDay, closing_id, with_for_update={"key_share": True})
    reached = {one.id for one in landlords_run(session, viewer)}
    if closing is None or closing.landlord_id not in reached or closing.withdrawn_at is not None:
        raise NotFound("closing_day_not_found")
    closing.withdrawn_at, closing.withdrawn_by_id = now, viewer.user_id


def close_after_all(
    session: Session, closing_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a day that was withdrawn be no working day again.

    Raises NotFound for one that is past or of a landlord out of reach, Conflict for one that is
    noted anew.
    """
    gone = list_closing_days(session, viewer, since=today_in_paris(now), withdrawn=True)
    closing = next((one for one in gone if one.id == closing_id), None)
    if closing is None:
        raise NotFound("closing_day_not_found")
    take_turn(session, f"closing day {closing.landlord_id} {closing.day}")
    if closing.day in closed_days(session, closing.landlord_id):
        raise Conflict("day_closed_already")
    closing.withdrawn_at = closing.withdrawn_by_id = None
