"""What a meeting says of a case: a dated point, a decision, tasks given out."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.circles.meetings import held
from visits.circles.noting import log, wrong_day, wrong_text
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.circles import (
    CircleCase,
    CircleItem,
    CircleMeeting,
    CircleMember,
    CirclePoint,
    CircleTask,
)
from visits.sight import Viewer
from visits.sight.withdrawing import withdraw

WORDS_LENGTH, WHAT_LENGTH = 1000, 300


def note_point(
    session: Session,
    meeting: CircleMeeting,
    one: CircleCase,
    *,
    words: str,
    decision: str = "",
    viewer: Viewer,
    now: datetime,
) -> CirclePoint:
    """Note where a case stands at a meeting, and what was decided.

    Raises Invalid by field, NotFound for a case that is not on its agenda, Conflict once something
    was noted of it there, its minutes are closed, or its day has not come.
    """
    _on_agenda(session, meeting, one)
    held(meeting, now)
    fields = {}
    for name, text, needed in (("words", words, True), ("decision", decision, False)):
        if why := wrong_text(text, most=WORDS_LENGTH, needed=needed):
            fields[name] = "circle_text_too_long" if why == "too_long" else why
    if fields:
        raise Invalid(fields)
    if any(each.meeting_id == meeting.id for each in points_of(session, [one.id])):
        raise Conflict("circle_point_already")
    point = CirclePoint(
        meeting_id=meeting.id,
        circle_case_id=one.id,
        words=words.strip(),
        decision=decision.strip() or None,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(point)
    session.flush()
    log(session, one.case, "circle_point_noted", viewer=viewer, now=now)
    return point


def withdraw_point(
    session: Session,
    meeting: CircleMeeting,
    one: CircleCase,
    *,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw what was noted of a case at a meeting: it is noted anew. Raises NotFound, Conflict.

    And Invalid without a reason.
    """
    held(meeting, now)
    here = [each for each in points_of(session, [one.id]) if each.meeting_id == meeting.id]
    if not here:
        raise NotFound("circle_point_not_found")
    withdraw(here[0], why=why, viewer=viewer, now=now)
    session.flush()
    log(session, one.case, "circle_point_withdrawn", viewer=viewer, now=now)


def points_of(session: Session, circle_cases: Collection[uuid.UUID]) -> Sequence[CirclePoint]:
    """List what stands of what was said of some cases, the latest meeting first."""
    statement = (
        select(CirclePoint)
        .join(CirclePoint.meeting)
        .where(CirclePoint.circle_case_id.in_(circle_cases), CirclePoint.withdrawn_at.is_(None))
        .options(contains_eager(CirclePoint.meeting), joinedload(CirclePoint.noted_by))
        .order_by(CircleMeeting.held_on.desc(), CirclePoint.id)
    )
    return session.scalars(statement).all()


def give_task(
    session: Session,
    meeting: CircleMeeting,
    one: CircleCase,
    *,
    what: str,
    owner_id: uuid.UUID | None,
    due_on: date | None,
    viewer: Viewer,
    now: datetime,
) -> CircleTask:
    """Give a member of the circle something to do. Raises Invalid by field, NotFound, Conflict."""
    _on_agenda(session, meeting, one)
    held(meeting, now)
    fields = {}
    if why := wrong_text(what, most=WHAT_LENGTH):
        fields["what"] = "aim_too_long" if why == "too_long" else why
    if owner_id is None or owner_id not in _members(session, meeting.circle_id):
        fields["owner"] = "required" if owner_id is None else "circle_not_a_member"
    if due_on is None or due_on < meeting.held_on:
        fields["due_on"] = "required" if due_on is None else "circle_before_meeting"
    if fields:
        raise Invalid(fields)
    assert owner_id is not None and due_on is not None  # they were not wrong
    mine = [each for each in tasks_of(session, [one.id]) if each.meeting_id == meeting.id]
    if any((each.what, each.owner_id) == (what.strip(), owner_id) for each in mine):
        raise Conflict("circle_task_already")
    task = CircleTask(
        meeting_id=meeting.id,
        circle_case_id=one.id,
        owner_id=owner_id,
        what=what.strip(),
        due_on=due_on,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(task)
    session.flush()
    log(session, one.case, "circle_task_given", viewer=viewer, now=now)
    return task


def do_task(
    session: Session,
    one: CircleCase,
    circle_task_id: uuid.UUID,
    on: date | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note that a task is done. Raises NotFound, Invalid, Conflict when it is already."""
    task = _find_task(session, one, circle_task_id)
    if why := wrong_day(on, since=task.meeting.held_on, now=now):
        raise Invalid({"done_on": why})
    if task.done_on is not None:
        raise Conflict("circle_task_done")
    task.done_on, task.done_by_id = on, viewer.user_id
    session.flush()
    log(session, one.case, "circle_task_done", viewer=viewer, now=now)


def take_task_back(
    session: Session, one: CircleCase, circle_task_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Note that a task is not done after all. Raises NotFound, Conflict when it is still to do."""
    task = _find_task(session, one, circle_task_id)
    if task.done_on is None:
        raise Conflict("circle_task_not_done")
    task.done_on = task.done_by_id = None
    session.flush()
    log(session, one.case, "circle_task_back", viewer=viewer, now=now)


def withdraw_task(
    session: Session,
    one: CircleCase,
    circle_task_id: uuid.UUID,
    *,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw a task that nobody is to do any more. Raises NotFound, Invalid."""
    withdraw(_find_task(session, one, circle_task_id), why=why, viewer=viewer, now=now)
    session.flush()
    log(session, one.case, "circle_task_withdrawn", viewer=viewer, now=now)


def tasks_of(session: Session, circle_cases: Collection[uuid.UUID]) -> Sequence[CircleTask]:
    """List what meetings gave out in some cases and stands, what is due first first."""
    statement = (
        select(CircleTask)
        .where(CircleTask.circle_case_id.in_(circle_cases), CircleTask.withdrawn_at.is_(None))
        .options(joinedload(CircleTask.owner), joinedload(CircleTask.done_by))
        .order_by(CircleTask.due_on, CircleTask.id)
    )
    return session.scalars(statement).all()


def _find_task(session: Session, one: CircleCase, circle_task_id: uuid.UUID) -> CircleTask:
    task = session.get(CircleTask, circle_task_id, with_for_update={"key_share": True})
    if task is None or task.circle_case_id != one.id or task.withdrawn_at is not None:
        raise NotFound("circle_task_not_found")
    return task


def _members(session: Session, circle_id: uuid.UUID) -> set[uuid.UUID]:
    standing = (CircleMember.circle_id == circle_id, CircleMember.withdrawn_at.is_(None))
    return set(session.scalars(select(CircleMember.user_id).where(*standing)))


def _on_agenda(session: Session, meeting: CircleMeeting, one: CircleCase) -> None:
    if session.get(CircleItem, (meeting.id, one.id)) is None:
        raise NotFound("not_on_this_agenda")
