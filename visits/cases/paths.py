"""A case goes along a path of its programme: begun knowingly, each step done begins the next.

A step is a task: due so long after it began, whatever the days of pauses meanwhile. Where a case
stands is read from its steps; a path may be gone along again once it is over.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id
from visits.ground.deadlines import day_after, today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.cases import Case, CasePause, CaseState, Task, TaskKind, TaskState
from visits.models.people import AccessKind
from visits.programmes import Programme
from visits.programmes.published import programme_of
from visits.programmes.shape import RequestPath, Step
from visits.sight import Viewer
from visits.sight.access_log import log_access

# Why a step was withdrawn: one before it turned out not to be done.
STEP_BACK = "step_back"


class Stands(StrEnum):
    """How a step of a path stands; `stopped`: the path ended there, or rests."""

    DONE = "done"
    NOW = "now"
    STOPPED = "stopped"
    TO_COME = "to_come"


@dataclass(frozen=True)
class Stage:
    """A step of a path as a case goes along it, with its task once it began."""

    step: Step
    stands: Stands
    task: Task | None = None

    @property
    def is_now(self) -> bool:
        """Tell whether it is to do."""
        return self.stands is Stands.NOW

    @property
    def is_done(self) -> bool:
        """Tell whether it is done."""
        return self.stands is Stands.DONE


@dataclass(frozen=True)
class Along:
    """A path that a case goes along, or went along last, since the day it was begun.

    `goes_on` tells whether its steps may be noted, and taken back: in a case that is open and not
    refused.
    """

    path: RequestPath
    since: date
    stages: tuple[Stage, ...]
    goes_on: bool

    @property
    def under_way(self) -> bool:
        """Tell whether one of its steps is to do."""
        return any(one.is_now for one in self.stages)

    @property
    def is_over(self) -> bool:
        """Tell whether all its steps are done."""
        return all(one.is_done for one in self.stages)


def begin_path(session: Session, case: Case, code: str, *, viewer: Viewer, now: datetime) -> Task:
    """Begin a path of a case's programme: its first step is to do, counted from today.

    Raises Invalid for none of its paths, Conflict when it is under way, she refused, or the case
    is closed.
    """
    path = _path(programme_of(session, case), code)
    if path is None:
        raise Invalid({"path": "bad_choice" if code else "required"})
    if not case.is_open:
        raise Conflict("case_closed")
    if case.state is CaseState.REFUSED:
        raise Conflict("refusal_stops_it")
    if any(task.is_open for task in _run(session, case.id, code)):
        raise Conflict("path_under_way")
    task = _begin(session, case, path, path.steps[0], by=viewer.user_id, now=now)
    log_access(
        session, user_id=viewer.user_id, persons=[case.person_id], kind=AccessKind.WRITE,
        what="path_begun", now=now,
    )  # fmt: skip
    return task


def go_on(session: Session, done: Task, *, now: datetime) -> Task | None:
    """Begin the step after one that was done; None where it was the last."""
    path = _path(programme_of(session, done.case), done.path)
    codes = [one.code for one in path.steps] if path else []
    if path is None or done.step not in codes[:-1]:
        return None
    return _begin(session, done.case, path, path.steps[codes.index(done.step) + 1], now=now)


def steps_after(session: Session, task: Task) -> Sequence[Task]:
    """List the steps that followed one, the last first.

    Raises Conflict for one that is on no path any more: it was taken back, or the path was begun
    anew since.
    """
    run = _run(session, task.case_id, str(task.path))
    if task not in run:
        raise Conflict("step_left")
    return run[: run.index(task) : -1]


def recount(session: Session, cases: Collection[uuid.UUID]) -> None:
    """Count anew by when the steps of some cases are due: the days of a pause do not count."""
    waiting = (
        select(Task)
        .where(Task.case_id.in_(cases), Task.step.is_not(None))
        .where(Task.state.in_((TaskState.OPEN, TaskState.WITHDRAWN)))
        .options(joinedload(Task.case))
    )
    for task in session.scalars(waiting.order_by(Task.id)).all():
        path = _path(programme_of(session, task.case), task.path)
        for step in path.steps if path else ():
            if step.code == task.step:
                task.due_on = _due_on(session, task.case_id, task.not_before, step)


def paths_along(session: Session, case: Case) -> list[Along]:
    """Tell where a case stands on each path of its programme that was begun."""
    programme, found = programme_of(session, case), []
    for path in programme.paths if programme else ():
        run = _run(session, case.id, path.code)
        if run:
            by_step = {task.step: task for task in run}
            stages = tuple(_stage(step, by_step.get(step.code)) for step in path.steps)
            found.append(Along(path, run[0].not_before, stages, _goes_on(case)))
    return found


def paths_to_begin(session: Session, case: Case, along: Collection[Along]) -> list[RequestPath]:
    """List the paths somebody may begin in a case, by the rules `begin_path` keeps."""
    if not _goes_on(case):
        return []
    programme, on = programme_of(session, case), {one.path.code for one in along if one.under_way}
    return [one for one in programme.paths if one.code not in on] if programme else []


def _goes_on(case: Case) -> bool:
    return case.is_open and case.state is not CaseState.REFUSED


def _stage(step: Step, task: Task | None) -> Stage:
    if task is None:
        return Stage(step, Stands.TO_COME)
    stands = {TaskState.OPEN: Stands.NOW, TaskState.DONE: Stands.DONE}
    return Stage(step, stands.get(task.state, Stands.STOPPED), task)


def _path(programme: Programme | None, code: str | None) -> RequestPath | None:
    paths = programme.paths if programme else ()
    return next((one for one in paths if one.code == code), None)


def _begin(
    session: Session,
    case: Case,
    path: RequestPath,
    step: Step,
    *,
    by: uuid.UUID | None = None,
    now: datetime,
) -> Task:
    today = today_in_paris(now)
    task = Task(
        id=new_id(),
        case_id=case.id,
        landlord_id=case.landlord_id,
        kind=TaskKind.STEP,
        path=path.code,
        step=step.code,
        not_before=today,
        due_on=_due_on(session, case.id, today, step),
        owner_role=step.owner,
        state=TaskState.OPEN,
        made_at=now,
        made_by_id=by,
    )
    session.add(task)
    session.flush()
    return task


def _due_on(session: Session, case_id: uuid.UUID, begun: date, step: Step) -> date:
    """Give the day a step is due that began on a day, each day of a pause put off by one."""
    noted = select(CasePause.from_on, CasePause.until_on).where(
        CasePause.case_id == case_id, CasePause.withdrawn_at.is_(None), CasePause.until_on >= begun
    )
    due, counted = day_after(begun, step.delay), begun
    for first, last in sorted((row.from_on, row.until_on) for row in session.execute(noted)):
        first = max(first, counted)
        if first <= min(due, last):
            due += last - first + timedelta(days=1)
            counted = last + timedelta(days=1)
    return due


def _run(session: Session, case_id: uuid.UUID, code: str) -> list[Task]:
    of_path = select(Task).where(Task.case_id == case_id, Task.path == code)
    return _latest_run(session.scalars(of_path).all())


def _latest_run(tasks: Collection[Task]) -> list[Task]:
    """Give the steps since a path was begun last, the first one first; those taken back left out.

    Somebody makes the first one, the others follow by themselves.
    """
    run: list[Task] = []
    for task in sorted(tasks, key=lambda one: (one.made_at, one.id)):
        if task.made_by_id is not None:
            run = []
        if task.why != STEP_BACK:
            run.append(task)
    return run
