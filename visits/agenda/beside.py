"""What else is due in the home of a visit, and the visit that answers it beside that one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, contains_eager

from visits.agenda.carried import BESIDE, carried
from visits.agenda.planning import MAY_BE_PLANNED
from visits.cases.stages import move
from visits.cases.tasks import is_due, plan_for
from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, NotFound
from visits.mapping.points import refresh_map
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.people import AccessKind
from visits.models.visits import Visit, VisitState
from visits.programmes.published import programme_of
from visits.sight.access_log import log_access
from visits.sight.reach import Viewer, visible_cases

ANSWERED_AT_HOME = (TaskKind.VISIT, TaskKind.CHECK)


@dataclass(frozen=True)
class Beside:
    """A task that is due in the home of a visit; `id` is that of the visit that would answer it."""

    id: uuid.UUID
    task: Task


def due_beside(
    session: Session, visits: Sequence[Visit], viewer: Viewer
) -> dict[uuid.UUID, list[Beside]]:
    """Give for each visit to come what else is due there on its day, across programmes.

    Of her person and of whoever lives with her, as far as the viewer sees their cases; who has not
    agreed to be visited is not there.
    """
    coming = [visit for visit in visits if visit.is_live]
    tasks = _due_in_homes(session, coming, viewer) if coming else []
    return {
        visit.id: [
            Beside(_beside_id(visit, task.id), task)
            for task in tasks
            if _is_due_at(task, visit) and not _is_its_own(session, task, visit)
        ]
        for visit in visits
    }


def _due_in_homes(session: Session, visits: Sequence[Visit], viewer: Viewer) -> Sequence[Task]:
    last = max(today_in_paris(visit.planned_start_at) for visit in visits)
    at_the_doors = or_(*(_at_the_door_of(visit) for visit in visits))
    statement = (
        select(Task)
        .join(Task.case)
        .join(Case.person)
        .where(is_due(last), Task.visit_id.is_(None), Task.kind.in_(ANSWERED_AT_HOME))
        .where(Case.closed_on.is_(None), Case.state.in_(MAY_BE_PLANNED))
        .where(at_the_doors, visible_cases(viewer))
        .options(contains_eager(Task.case).contains_eager(Case.person))
        .order_by(Task.due_on, Task.id)
    )
    return session.scalars(statement).all()


def _is_due_at(task: Task, visit: Visit) -> bool:
    """Tell whether a task is due in the home of a visit to come, on its day."""
    case, home = task.case, visit.home
    here = home is not None and case.dwelling_id == home.id
    at_this_door = here or case.person_id == visit.case.person_id
    due = task.not_before <= today_in_paris(visit.planned_start_at)
    return visit.is_live and at_this_door and due


def _is_its_own(session: Session, task: Task, visit: Visit) -> bool:
    """Tell whether a task is more of what a visit is for: of its case, and the same kind of visit.

    One that names no kind is the programme's first.
    """
    programme = programme_of(session, task.case) if task.case_id == visit.case_id else None
    if programme is None:
        return task.case_id == visit.case_id
    return programme.visit_kind(task.visit_kind) == programme.visit_kind(visit.kind)


def _at_the_door_of(visit: Visit) -> ColumnElement[bool]:
    """Give the condition on `Case` for those of the person, and of whoever shares her home."""
    hers = Case.person_id == visit.case.person_id
    return or_(hers, Case.dwelling_id == visit.home.id) if visit.home is not None else hers


def _beside_id(visit: Visit, task_id: uuid.UUID) -> uuid.UUID:
    """Name the visit that answers a task beside another: the same, however often it is told."""
    return uuid.uuid5(visit.id, str(task_id))


def begin_beside(
    session: Session, visit: Visit, task_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> Visit:
    """Keep, once, that a visitor answers a task beside her visit; gives that visit.

    It takes place whatever became of the task meanwhile: one that is planned otherwise, or closed,
    is left as it is. Raises NotFound for a task of nobody in this home whom the viewer may see, or
    had on her tablet when she set out; Conflict when another visitor answers it.
    """
    beside_id = _beside_id(visit, task_id)
    # A tablet that lost its answer sends again while the first try is still at work.
    take_turn(session, f"beside {beside_id}")
    known = session.get(Visit, beside_id)
    if known is not None:
        if known.visitor_id != viewer.user_id:
            raise Conflict("different_report")
        return known
    task = _find(session, visit, task_id, viewer, now)
    case = task.case
    beside = Visit(
        id=beside_id,
        case_id=case.id,
        kind=task.visit_kind or "",
        visitor_id=viewer.user_id,
        planned_start_at=visit.planned_start_at,
        planned_end_at=visit.planned_end_at,
        state=VisitState.PLANNED,
        planned_by_id=viewer.user_id,
        planned_at=now,
        place=visit.place if case.dwelling_id is None else None,
    )
    session.add(beside)
    session.flush()
    if task.state is TaskState.OPEN and task.visit_id is None:
        plan_for(session, beside, [task])
    if case.is_open and case.state in MAY_BE_PLANNED:
        move(case, CaseState.PLANNED)
    refresh_map(session, [case.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what="visit_begun_beside",
        now=now,
    )
    return beside


def _find(
    session: Session, visit: Visit, task_id: uuid.UUID, viewer: Viewer, now: datetime
) -> Task:
    may_answer = or_(visible_cases(viewer), carried(BESIDE, viewer, now=now))
    statement = (
        select(Task)
        .join(Task.case)
        .join(Case.person)
        .where(Task.id == task_id, Task.kind.in_(ANSWERED_AT_HOME))
        .where(_at_the_door_of(visit), may_answer)
        .with_for_update(of=(Task, Case), key_share=True)
    )
    task = session.scalars(statement).one_or_none()
    if task is None:
        raise NotFound("task_not_found")
    return task
