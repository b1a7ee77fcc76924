"""What became of what visits found: works and follow-ups of a programme, counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case, Task, TaskState
from visits.models.people import Person
from visits.models.visits import Consequence, Submission, SubmissionState, Visit
from visits.models.works import (
    DONE_STATES,
    OPEN_STATES,
    Severity,
    WorkOrder,
    WorkOrderState,
)
from visits.sight.orders import visible_work_orders
from visits.sight.reach import Viewer, visible_cases
from visits.steering.rates import Rate


@dataclass(frozen=True)
class WorksResult:
    """Work orders of one severity. `delay` is the median from opening to done, if any is."""

    severity: Severity
    opened: int
    still_open: int
    late: int
    in_time: Rate
    delay: timedelta | None


@dataclass(frozen=True)
class FollowUpResult:
    """Follow-ups: those whose day has come, of these how many are done, and those to come."""

    done: Rate
    to_come: int


def works_results(
    session: Session, programme: str, *, viewer: Viewer, now: datetime
) -> list[WorksResult]:
    """Count a programme's work orders by severity, the most urgent first.

    What was cancelled with the answers that called for it is none.
    """
    counts = Submission.state != SubmissionState.SET_ASIDE
    statement = (
        select(WorkOrder.severity, WorkOrder.state)
        .add_columns(WorkOrder.opened_at, WorkOrder.due_at, WorkOrder.closed_at)
        .join(Person, Person.id == WorkOrder.person_id)
        .join(Consequence, Consequence.id == WorkOrder.consequence_id)
        .join(Submission, Submission.id == Consequence.submission_id)
        .join(Visit, Visit.id == Submission.visit_id)
        .join(Case, Case.id == Visit.case_id)
        .where(Case.programme == programme, visible_work_orders(viewer), visible_cases(viewer))
        .where(or_(WorkOrder.state != WorkOrderState.CANCELLED, counts))
        .where(WorkOrder.same_as_id.is_(None))
    )
    return _results(session, statement, now)


def works_by_hand(session: Session, *, viewer: Viewer, now: datetime) -> list[WorksResult]:
    """Count the work orders that no visit called for, by severity: they are of no programme."""
    statement = (
        select(WorkOrder.severity, WorkOrder.state)
        .add_columns(WorkOrder.opened_at, WorkOrder.due_at, WorkOrder.closed_at)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.opened_by_id.is_not(None), WorkOrder.same_as_id.is_(None))
        .where(visible_work_orders(viewer))
    )
    return _results(session, statement, now)


def _results(session: Session, statement: Select[Any], now: datetime) -> list[WorksResult]:
    by_severity: dict[Severity, list[_Work]] = {severity: [] for severity in Severity}
    for row in session.execute(statement):
        by_severity[row.severity].append(_Work(*row[1:]))
    return [_result(severity, works, now) for severity, works in by_severity.items() if works]


@dataclass(frozen=True)
class _Work:
    state: WorkOrderState
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None


def _result(severity: Severity, works: list[_Work], now: datetime) -> WorksResult:
    still_open = [work for work in works if work.state in OPEN_STATES]
    done = [work for work in works if work.state in DONE_STATES and work.closed_at]
    delays = [(work.closed_at - work.opened_at).total_seconds() for work in done if work.closed_at]
    in_time = sum(_in_time(work) for work in done)
    return WorksResult(
        severity=severity,
        opened=len(works),
        still_open=len(still_open),
        late=sum(work.due_at is not None and work.due_at < now for work in still_open),
        in_time=Rate("IN_TIME", in_time, len(done)),
        delay=timedelta(seconds=median(delays)) if delays else None,
    )


def _in_time(work: _Work) -> bool:
    if work.due_at is None or work.closed_at is None:
        return True
    return work.closed_at <= work.due_at


def follow_up_results(
    session: Session, programme: str, *, viewer: Viewer, now: datetime
) -> FollowUpResult:
    """Count a programme's follow-ups that are done, of those whose day has come."""
    done = Task.state == TaskState.DONE
    come = (Task.not_before <= today_in_paris(now)) | done
    statement = (
        select(
            func.count(sql_case((done, 1))),
            func.count(sql_case((come, 1))),
            func.count(sql_case((~come, 1))),
        )
        .select_from(Task)
        .join(Task.case)
        .join(Case.person)
        .where(Case.programme == programme, Task.consequence_id.is_not(None))
        .where(Task.state != TaskState.WITHDRAWN)
        .where(visible_cases(viewer))
    )
    done_count, come_count, to_come = session.execute(statement).one()
    return FollowUpResult(Rate("FOLLOWED", done_count, come_count), to_come)
