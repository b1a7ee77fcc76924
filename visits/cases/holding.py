"""Whoever holds something to do in a case she sees notes that it is done, and takes that back.

By name, by her role, as the referent, or as one of the organisation whose it is; all else that
becomes of it is for whoever plans there. A visit is done by visiting, a promise by following it up.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, union
from sqlalchemy.orm import Session

from visits.cases.cases import find_case
from visits.cases.tasks import BY_HAND, close_task, find_task, reopen_task
from visits.ground.errors import NotFound
from visits.models.accounts import Role, User
from visits.models.cases import Case, Task, TaskKind, TaskState
from visits.sight import Viewer

# Whose a programme's roles are; the referent's is said by each case.
REFERENT = "referent"
HELD_AS = {
    Role.COORDINATOR: "coordinator",
    Role.VISITOR: "visitor",
    Role.SOCIAL_WORKER: "social_worker",
    Role.TECHNICIAN: "technician",
}


def is_held(session: Session, viewer: Viewer, *within: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition on `Task` for those that are the viewer's own to do.

    `within` are other conditions on those asked for, that few are looked at.
    """
    role = HELD_AS.get(session.get_one(User, viewer.user_id).role)
    return one_of(
        Task.owner_organisation_id == viewer.organisation_id,
        *([Task.owner_role == role] if role else []),
        *named_or_followed(viewer.user_id),
        within=within,
    )


def named_or_followed(user_id: uuid.UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Give the conditions on `Task` for what is somebody's by name, and what the referent does."""
    followed = Task.case_id.in_(select(Case.id).where(Case.referent_id == user_id))
    return Task.owner_id == user_id, and_(Task.owner_role == REFERENT, followed)


def one_of(
    *parts: ColumnElement[bool], within: Collection[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Give the condition on `Task` for those of which one of some conditions holds.

    Each is found by an index of its own: asked of every task in turn, they take seconds of a
    country's millions.
    """
    return Task.id.in_(union(*(select(Task.id).where(one, *within) for one in parts)))


def is_held_or_promised(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Task` for what whoever sees no cases is told of one."""
    return or_(Task.consequence_id.is_not(None), is_held(session, viewer))


def held_among(session: Session, viewer: Viewer, tasks: Collection[Task]) -> set[uuid.UUID]:
    """Tell which of some tasks the viewer sees she may note as done, or to do again."""
    ids = [one.id for one in tasks if _by_words(one)]
    if not ids:
        return set()
    return set(session.scalars(select(Task.id).where(Task.id.in_(ids), is_held(session, viewer))))


def _by_words(task: Task) -> bool:
    """Tell whether a word of whoever did it is enough.

    Of a call that a rule asks for it is not, nor of what an adaptation has to do.
    """
    otherwise = task.adaptation is not None
    otherwise |= task.kind is TaskKind.CALL and task.cadence is not None
    by_hand = task.kind is TaskKind.STEP or (task.kind in BY_HAND and not otherwise)
    return by_hand and task.visit_id is None and not task.is_promise


def note_done(
    session: Session, viewer: Viewer, task_id: uuid.UUID, *, why: str, now: datetime
) -> Task:
    """Note that something is done, by whoever holds it; the next step of a path begins.

    Raises NotFound for what is not hers, or in a case that she does not see.
    """
    task = _held(session, viewer, task_id)
    close_task(session, task, TaskState.DONE, why=why, viewer=viewer, now=now)
    return task


def take_back_done(session: Session, viewer: Viewer, task_id: uuid.UUID, *, now: datetime) -> Task:
    """Take back that something is done, by whoever holds it, with what followed on its path."""
    task = _held(session, viewer, task_id)
    reopen_task(session, task, viewer=viewer, now=now)
    return task


def _held(session: Session, viewer: Viewer, task_id: uuid.UUID) -> Task:
    # The case first, as whoever plans in it changes it: neither waits for the other's.
    find_case(session, viewer, find_task(session, viewer, task_id).case_id, to_change=True)
    task = find_task(session, viewer, task_id, to_change=True)
    if task.id not in held_among(session, viewer, [task]):
        raise NotFound("task_not_found")
    return task
