"""The cases of a circle, as its members list them; a tile and its list are one query."""

import uuid
from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, joinedload

from visits.circles.points import points_of
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.circles import (
    Circle,
    CircleCase,
    CircleMeeting,
    CirclePoint,
    CircleTask,
)
from visits.models.people import Person
from visits.sight import Viewer
from visits.sight.circles import visible_circle_cases
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found

OPEN, SILENT, CLOSED, ALL = "open", "silent", "closed", "all"
WHICH = (OPEN, SILENT, CLOSED, ALL)
ORDER = {
    "name": By(Person.name_key, known=True),
    "put": By(CircleCase.noted_at, known=True),
    "closed": By(Case.closed_on),
}
TASKS_ORDER = {
    "due": By(CircleTask.due_on, known=True),
    "name": By(Person.name_key, known=True),
    "owner": By(User.name, (CircleTask.owner,)),
}


class Said(NamedTuple):
    """How many points stand of a case, and the latest."""

    points: int
    last: CirclePoint | None


def list_cases(
    session: Session,
    viewer: Viewer,
    circle: Circle,
    *,
    which: str,
    wanted: Wanted,
    today: date,
) -> Listed[CircleCase]:
    """List the cases of a circle: open, of them those without a point this month, closed, all."""
    rows = select(CircleCase).options(
        joinedload(CircleCase.case).joinedload(Case.person),
        joinedload(CircleCase.case).joinedload(Case.organisation),
    )
    found = _asked(session, viewer, circle, which, today)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=(CircleCase.id,))


def count_cases(
    session: Session, viewer: Viewer, circle: Circle, *, which: str, today: date
) -> int:
    """Count what `list_cases` lists."""
    return count_found(session, _asked(session, viewer, circle, which, today))


def _asked(
    session: Session, viewer: Viewer, circle: Circle, which: str, today: date
) -> Select[uuid.UUID]:
    found = (
        select(CircleCase.id)
        .join(CircleCase.case)
        .join(Case.person)
        .where(CircleCase.circle_id == circle.id, visible_circle_cases(session, viewer))
    )
    if which == ALL:
        return found
    if which == CLOSED:
        return found.where(Case.closed_on.is_not(None))
    found = found.where(Case.closed_on.is_(None))
    return found.where(~_said_since(today.replace(day=1))) if which == SILENT else found


def _said_since(day: date) -> ColumnElement[bool]:
    return (
        exists()
        .where(CirclePoint.circle_case_id == CircleCase.id, CirclePoint.withdrawn_at.is_(None))
        .where(CircleMeeting.id == CirclePoint.meeting_id, CircleMeeting.held_on >= day)
        .correlate(CircleCase)
    )


def said_of(session: Session, circle_cases: Collection[uuid.UUID]) -> dict[uuid.UUID, Said]:
    """Tell of each of some cases how many points stand, and the latest."""
    points = points_of(session, circle_cases)
    many = Counter(one.circle_case_id for one in points)
    last = {one.circle_case_id: one for one in reversed(points)}
    return {ident: Said(many[ident], last.get(ident)) for ident in circle_cases}


def list_tasks(
    session: Session, viewer: Viewer, *, circle: Circle | None = None, mine: bool, wanted: Wanted
) -> Listed[CircleTask]:
    """List what is still to do in the circles a viewer is in, or in one; `mine` is hers alone."""
    found = (
        select(CircleTask.id)
        .join(CircleTask.circle_case)
        .join(CircleCase.case)
        .join(Case.person)
        .where(visible_circle_cases(session, viewer))
        .where(CircleTask.withdrawn_at.is_(None), CircleTask.done_on.is_(None))
    )
    if circle is not None:
        found = found.where(CircleCase.circle_id == circle.id)
    if mine:
        found = found.where(CircleTask.owner_id == viewer.user_id)
    rows = select(CircleTask).options(
        joinedload(CircleTask.owner),
        joinedload(CircleTask.circle_case).joinedload(CircleCase.circle),
        joinedload(CircleTask.circle_case).joinedload(CircleCase.case).joinedload(Case.person),
    )
    return page_of_found(
        session, found, rows, wanted=wanted, order=TASKS_ORDER, tie=(CircleTask.id,)
    )
