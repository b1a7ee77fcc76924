"""The pace of an accompaniment: which visits it promises, those that were missed, whom to tell."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from visits.cases.tasks import close_task, reopen_task
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.models.cases import Case, Task, TaskState
from visits.programmes import Programme
from visits.programmes.published import all_versions, programme_in, programme_of
from visits.sight import Viewer

# A turn that passed without a visit: late and still to do, too late, or said why not.
MISSED = (TaskState.OPEN, TaskState.LAPSED, TaskState.IMPOSSIBLE)
# Nobody said why; said in the statement itself, as the index of those says it.
UNEXPLAINED = (TaskState.OPEN, TaskState.LAPSED)
_UNEXPLAINED: BindParameter[TaskState] = bindparam(
    "unexplained", UNEXPLAINED, expanding=True, literal_execute=True
)


@dataclass(frozen=True)
class Accompanied:
    """A version of a programme whose cases are accompaniments, and its pace, if it has one."""

    version_id: uuid.UUID
    pace: str | None
    raise_after: int


class Run(NamedTuple):
    """How many turns were missed one after the other, without a reason, and since which day."""

    in_a_row: int
    since: date


def accompanied(session: Session) -> list[Accompanied]:
    """List the versions whose cases are accompaniments, open or closed."""
    return [
        Accompanied(version.id, support.pace, support.raise_after)
        for version in all_versions(session)
        if (support := programme_in(version).support) is not None
    ]


def is_accompaniment(session: Session) -> ColumnElement[bool]:
    """Give the condition on `Case` for accompaniments."""
    return Case.programme_version_id.in_([one.version_id for one in accompanied(session)])


def is_turn(session: Session) -> ColumnElement[bool]:
    """Give the condition on `Task`, joined with its case, for the visits that a pace promises."""
    paced: dict[str, list[uuid.UUID]] = {}
    for one in accompanied(session):
        if one.pace is not None:
            paced.setdefault(one.pace, []).append(one.version_id)
    version = Case.programme_version_id
    turns = [and_(version.in_(those), Task.cadence == pace) for pace, those in paced.items()]
    # Said of all together too: what is one thing or another is not found by one index.
    every = version.in_(chain(*paced.values())), Task.cadence.in_(paced)
    return and_(*every, or_(false(), *turns))


def is_missed(today: date) -> ColumnElement[bool]:
    """Give the condition on `Task` for a turn that passed without a visit."""
    return and_(Task.state.in_(MISSED), Task.due_on < today)


def runs(session: Session, today: date, *which: ColumnElement[bool]) -> Subquery:
    """Select the open cases whose last turns were missed: `case_id`, `in_a_row`, `since`.

    A turn that was kept, or missed for a reason that somebody said, ends a row. `which` are
    conditions on `Case` that leave out whom nobody asks about.
    """
    # First the few that are late, then what ended a row: not the turns of everybody.
    late = (
        select(Task.case_id, Task.cadence, Task.due_on)
        .join(Task.case)
        .where(is_turn(session), Case.closed_on.is_(None), *which)
        .where(Task.state.in_(_UNEXPLAINED), Task.due_on < today)
        .cte("late")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    ended = select(func.max(Task.due_on)).where(
        Task.case_id == late.c.case_id,
        Task.cadence == late.c.cadence,
        Task.state.in_((TaskState.DONE, TaskState.IMPOSSIBLE)),
    )
    last = func.coalesce(ended.scalar_subquery(), date.min)
    return (
        select(
            late.c.case_id,
            func.count().label("in_a_row"),
            func.min(late.c.due_on).label("since"),
        )
        .where(late.c.due_on > last)
        .group_by(late.c.case_id)
        .subquery()
    )


def runs_of(session: Session, cases: Collection[uuid.UUID], today: date) -> dict[uuid.UUID, Run]:
    """Tell of each of some cases whose last turns were missed how many, and since when."""
    found = session.execute(select(runs(session, today, Case.id.in_(cases))))
    return {row.case_id: Run(row.in_a_row, row.since) for row in found}


def is_raised(session: Session, missed: Subquery) -> ColumnElement[bool]:
    """Give the condition on `Case`, joined with `runs`, for what the coordinator is told of.

    So many were missed in a row as its programme says, or nobody follows the case.
    """
    many = [
        and_(Case.programme_version_id == one.version_id, missed.c.in_a_row >= one.raise_after)
        for one in accompanied(session)
    ]
    return or_(Case.referent_id.is_(None), false(), *many)


def visit_due(session: Session, case: Case, on: date) -> Task | None:
    """Find the visit of the pace that one on a day is: of its own turn, else the oldest late one.

    What is planned is answered by the visit that was planned; None where nothing is due.
    """
    due = session.scalars(_turns_to_answer(session, case, on)).all()
    of_its_turn = [one for one in due if on <= one.due_on]
    return next(iter([*of_its_turn, *(one for one in due if one.is_open)]), None)


def _turns_to_answer(session: Session, case: Case, on: date) -> Select[Task]:
    statement = select(Task).where(
        Task.case_id == case.id,
        _is_turn_of(session, case),
        Task.state.in_(UNEXPLAINED),
        Task.visit_id.is_(None),
        Task.not_before <= on,
    )
    return statement.order_by(Task.due_on, Task.id)


def explain(session: Session, task: Task, *, why: str, viewer: Viewer, now: datetime) -> None:
    """Say why a turn was missed: it stays missed, and nobody is told of it any more.

    Raises Invalid without a reason, Conflict where it is none, or its visit is planned.
    """
    late = task.state in UNEXPLAINED and task.due_on < today_in_paris(now)
    pace = pace_of(programme_of(session, task.case))
    if not late or pace is None or task.cadence != pace:
        raise Conflict("turn_not_missed")
    close_task(session, task, TaskState.IMPOSSIBLE, why=why, viewer=viewer, now=now)


def explain_back(session: Session, task: Task, *, viewer: Viewer, now: datetime) -> None:
    """Take back why a turn was missed: it is due again. Raises Conflict where nobody said why."""
    if task.state is not TaskState.IMPOSSIBLE:
        raise Conflict("turn_not_explained")
    reopen_task(session, task, viewer=viewer, now=now)


def turns_of(session: Session, case: Case) -> Sequence[Task]:
    """List the visits that the pace of a case promises, the latest first."""
    of_pace = select(Task).where(Task.case_id == case.id, _is_turn_of(session, case))
    return session.scalars(of_pace.order_by(Task.due_on.desc(), Task.id)).all()


def pace_of(programme: Programme | None) -> str | None:
    """Name the cadence of the visits that a programme promises; None where nobody waits for any."""
    return programme.support.pace if programme and programme.support else None


def _is_turn_of(session: Session, case: Case) -> ColumnElement[bool]:
    pace = pace_of(programme_of(session, case))
    return false() if pace is None else Task.cadence == pace
