"""Meetings of a circle: the agenda in one act, the minutes closed, opened again, withdrawn."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload

from visits.circles.noting import wrong_text
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case
from visits.models.circles import (
    Circle,
    CircleCase,
    CircleItem,
    CircleMeeting,
    CirclePoint,
    CircleTask,
)
from visits.sight import Viewer
from visits.sight.circles import circles_of
from visits.sight.withdrawing import withdraw

PRESENT_LENGTH, NOTE_LENGTH = 500, 2000
# One that was held may be written down afterwards, and one is called a year ahead at most.
BEFORE, AHEAD = timedelta(days=60), timedelta(days=366)


def make_agenda(
    session: Session, circle: Circle, held_on: date | None, *, viewer: Viewer, now: datetime
) -> CircleMeeting:
    """Call a meeting with all open cases of a circle on its agenda.

    Raises Invalid for a day that cannot be, Conflict while another meeting's minutes are open.
    """
    today, earlier = today_in_paris(now), meetings_of(session, circle.id)
    if held_on is None:
        raise Invalid({"held_on": "required"})
    if not today - BEFORE <= held_on <= today + AHEAD:
        raise Invalid({"held_on": "not_a_commission_day"})
    if any(one.is_open for one in earlier):
        raise Conflict("circle_meeting_open")
    if earlier and held_on <= earlier[0].held_on:
        raise Invalid({"held_on": "circle_meeting_too_early"})
    meeting = CircleMeeting(
        circle_id=circle.id, held_on=held_on, noted_at=now, noted_by_id=viewer.user_id
    )
    session.add(meeting)
    session.flush()
    for ident in session.scalars(_to_discuss(circle)).all():
        session.add(CircleItem(meeting_id=meeting.id, circle_case_id=ident))
    session.flush()
    return meeting


def _to_discuss(circle: Circle) -> Select[uuid.UUID]:
    """Select what stands on the next agenda, whoever may see it: each reads her own part of it."""
    return (
        select(CircleCase.id)
        .join(CircleCase.case)
        .where(CircleCase.circle_id == circle.id, CircleCase.withdrawn_at.is_(None))
        .where(CircleCase.ended_on.is_(None), Case.closed_on.is_(None))
        .order_by(CircleCase.id)
    )


def meetings_of(session: Session, circle_id: uuid.UUID) -> Sequence[CircleMeeting]:
    """List the meetings of a circle that were not withdrawn, the latest first."""
    statement = (
        select(CircleMeeting)
        .where(CircleMeeting.circle_id == circle_id, CircleMeeting.withdrawn_at.is_(None))
        .order_by(CircleMeeting.held_on.desc(), CircleMeeting.id)
    )
    return session.scalars(statement).all()


def find_meeting(
    session: Session, viewer: Viewer, meeting_id: uuid.UUID, *, to_change: bool = False
) -> CircleMeeting:
    """Find a meeting of a circle the viewer is in; `to_change` waits. Raises NotFound."""
    statement = (
        select(CircleMeeting)
        .where(CircleMeeting.id == meeting_id, CircleMeeting.withdrawn_at.is_(None))
        .where(CircleMeeting.circle_id.in_(circles_of(viewer)))
    )
    if to_change:
        statement = statement.with_for_update(of=CircleMeeting, key_share=True)
    else:
        statement = statement.options(joinedload(CircleMeeting.circle))
    meeting = session.scalars(statement).one_or_none()
    if meeting is None:
        raise NotFound("circle_meeting_not_found")
    return meeting


def close_minutes(
    session: Session,
    meeting: CircleMeeting,
    *,
    present: str,
    note: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Close the minutes, with who was there. Raises Invalid by field, Conflict."""
    held(meeting, now)
    fields = {}
    if why := wrong_text(present, most=PRESENT_LENGTH):
        fields["present"] = why
    if wrong_text(note, most=NOTE_LENGTH, needed=False):
        fields["note"] = "circle_note_too_long"
    if fields:
        raise Invalid(fields)
    meeting.present, meeting.note = present.strip(), note.strip() or None
    meeting.closed_at, meeting.closed_by_id = now, viewer.user_id
    session.flush()


def open_minutes_again(session: Session, meeting: CircleMeeting) -> None:
    """Open minutes again that were closed too soon; raises Conflict once another was called."""
    if meeting.closed_at is None:
        raise Conflict("minutes_are_open")
    if meetings_of(session, meeting.circle_id)[0].id != meeting.id:
        raise Conflict("circle_meeting_followed")
    meeting.closed_at = meeting.closed_by_id = None
    session.flush()


def withdraw_meeting(
    session: Session, meeting: CircleMeeting, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Withdraw a meeting that was called by mistake. Raises Invalid, Conflict once it said much."""
    told = any(
        session.scalar(
            select(exists().where(one.meeting_id == meeting.id, one.withdrawn_at.is_(None)))
        )
        for one in (CirclePoint, CircleTask)
    )
    if meeting.closed_at is not None or told:
        raise Conflict("circle_meeting_has_points")
    withdraw(meeting, why=why, viewer=viewer, now=now)
    session.flush()


def held(meeting: CircleMeeting, now: datetime) -> None:
    """Raise Conflict unless something may be noted of a meeting: it is open, and its day came."""
    if not meeting.is_open:
        raise Conflict("minutes_are_closed")
    if meeting.held_on > today_in_paris(now):
        raise Conflict("circle_meeting_to_come")
