"""A refusal stops what a programme's rules make due in its case; a change of mind brings it back.

What somebody noted to do, and what a visit promised, goes on: it is theirs to withdraw.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from visits.cases.cadences import lapsed
from visits.cases.pauses import pauses_on
from visits.cases.tasks import IN_PAUSE, REFUSED, take_up
from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case, CaseState, Task, TaskState
from visits.programmes import Programme


def stop_refused(
    session: Session, of_cases: Sequence[ColumnElement[bool]], *, now: datetime
) -> int:
    """Withdraw what rules made, and nobody planned, in those of some cases that are refused."""
    refused = select(Case.id).where(*of_cases, Case.state == CaseState.REFUSED)
    ruled = or_(Task.cadence.is_not(None), Task.step.is_not(None))
    made = (Task.state == TaskState.OPEN, ruled, Task.visit_id.is_(None))
    done = session.execute(
        update(Task)
        .where(*made, Task.case_id.in_(refused))
        .values(state=TaskState.WITHDRAWN, why=REFUSED, closed_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def take_up_refused(
    session: Session, programme: Programme, ids: Collection[uuid.UUID], *, now: datetime
) -> None:
    """Open again what a refusal stopped in cases that are refused no more.

    What is too late by now, or whose rule is gone, stays withdrawn; what falls in a pause rests. A
    step of a path is to do again.
    """
    today, rules = today_in_paris(now), {one.code: one for one in programme.cadences}
    withdrawn = (
        select(Task)
        .join(Task.case)
        .where(Task.case_id.in_(ids), Task.state == TaskState.WITHDRAWN)
        .where(or_(Task.cadence.in_(rules), Task.step.is_not(None)))
        .where(Case.state != CaseState.REFUSED, Case.closed_on.is_(None))
    )
    for task in session.scalars(withdrawn.order_by(Task.id)).all():
        cadence = rules.get(str(task.cadence))
        if task.why != REFUSED or (cadence and lapsed(cadence, task.due_on, today)):
            continue
        if cadence and pauses_on(session, [task.case_id], task.due_on):
            task.why = IN_PAUSE
        else:
            take_up(task)
