"""What is due in a case: made by a rule, a finding or somebody; done, not possible, withdrawn."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session, joinedload

from visits.cases.owners import owner_said
from visits.cases.paths import STEP_BACK, go_on, steps_after
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.adaptations import AdaptationTask
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.people import AccessKind
from visits.models.support import SupportAct
from visits.models.visits import Consequence, Visit
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access

WHAT_LENGTH = 500
# What somebody may note as to do; a visit is planned, a step comes of a path.
BY_HAND = (TaskKind.CALL, TaskKind.REVIEW, TaskKind.CHECK, TaskKind.ANSWER)
# How somebody may close what is to do, by hand.
CLOSED_AS = (TaskState.DONE, TaskState.IMPOSSIBLE, TaskState.WITHDRAWN)
# Why a task was withdrawn when its case was closed: opening it again brings it back.
CASE_CLOSED = "case_closed"
IN_PAUSE, TOO_LATE, OTHER_VERSION = "in_pause", "too_late", "other_version"
REFUSED = "refused"
# From where a task may come to a state; it is moved by this module's verbs only.
REACHED_FROM = {
    # What nobody did in time may turn out to be done, or gets its reason, afterwards.
    TaskState.DONE: (TaskState.OPEN, TaskState.LAPSED),
    TaskState.IMPOSSIBLE: (TaskState.OPEN, TaskState.LAPSED),
    TaskState.LAPSED: (TaskState.OPEN,),
    TaskState.WITHDRAWN: (TaskState.OPEN,),
    TaskState.OPEN: tuple(state for state in TaskState if state is not TaskState.OPEN),
}


def is_due(today: date) -> ColumnElement[bool]:
    """Give the condition on `Task` for those whose time has come, late ones among them."""
    return and_(Task.state == TaskState.OPEN, Task.not_before <= today)


def is_late(today: date) -> ColumnElement[bool]:
    """Give the condition on `Task` for those that should have been done before today."""
    return and_(Task.state == TaskState.OPEN, Task.due_on < today)


def find_task(
    session: Session, viewer: Viewer, task_id: uuid.UUID, *, to_change: bool = False
) -> Task:
    """Find a task of a case the viewer may see; `to_change` waits. Raises NotFound."""
    statement = (
        select(Task)
        .join(Task.case)
        .join(Case.person)
        .where(Task.id == task_id, visible_cases(viewer))
    )
    if to_change:
        statement = statement.with_for_update(of=Task, key_share=True)
    task = session.scalars(statement).one_or_none()
    if task is None:
        raise NotFound("task_not_found")
    return task


def make_task(
    session: Session,
    case: Case,
    kind: TaskKind,
    *,
    what: str,
    due_on: date,
    not_before: date | None = None,
    visit_kind: str | None = None,
    owner: str | None = None,
    viewer: Viewer,
    now: datetime,
) -> Task:
    """Note what somebody wants done in a case; from today on where no first day is given.

    `owner` is whose it is, as `owner_said` reads it.
    """
    today = today_in_paris(now)
    fields = {}
    if not what.strip():
        fields["what"] = "required"
    elif len(what.strip()) > WHAT_LENGTH:
        fields["what"] = "too_long"
    if due_on < today:
        fields["due_on"] = "must_not_be_past"
    elif not_before is not None and not_before > due_on:
        fields["not_before"] = "after_due"
    try:
        role, user_id, organisation_id = owner_said(session, case, owner, viewer=viewer, now=now)
    except Invalid as wrong:
        raise Invalid(fields | wrong.fields) from None
    if fields:
        raise Invalid(fields)
    if not case.is_open:
        raise Conflict("case_closed")
    task = Task(
        case_id=case.id,
        landlord_id=case.landlord_id,
        kind=kind,
        visit_kind=visit_kind,
        what=what.strip(),
        not_before=not_before or today,
        due_on=due_on,
        owner_role=role,
        owner_id=user_id,
        owner_organisation_id=organisation_id,
        state=TaskState.OPEN,
        made_at=now,
        made_by_id=viewer.user_id,
    )
    session.add(task)
    session.flush()
    _log(session, case, viewer, "task_made", now)
    return task


def promise_task(
    session: Session,
    case: Case,
    consequence: Consequence,
    *,
    kind: TaskKind,
    due_on: date,
    now: datetime,
) -> Task:
    """Make what the answers of a visit promise: due on its day, in a closed case too."""
    task = Task(
        id=new_id(),
        case_id=case.id,
        landlord_id=case.landlord_id,
        consequence_id=consequence.id,
        kind=kind,
        not_before=due_on,
        due_on=due_on,
        state=TaskState.OPEN,
        made_at=now,
    )
    session.add(task)  # written with the others: a visit may promise several things
    return task


def close_task(
    session: Session, task: Task, to: TaskState, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Note that a task is done, not possible or not wanted any more.

    The latter two say why, and a call and whatever was promised what came of it. A call that a
    rule asks for is not closed as done but noted: `answer` closes it. After a step of a path that
    is done the next one begins.
    """
    _refuse_step_of_file(task)
    a_call = to is TaskState.DONE and task.kind is TaskKind.CALL
    if a_call and task.cadence is not None:
        raise Conflict("note_the_call")
    if not why.strip() and (to is not TaskState.DONE or task.is_promise or a_call):
        raise Invalid({"why": "required"})
    if len(why.strip()) > WHAT_LENGTH:
        raise Invalid({"why": "too_long"})
    if task.visit_id is not None:
        raise Conflict("task_planned")
    _move(task, to)
    task.closed_at, task.closed_by_id, task.why = now, viewer.user_id, why.strip() or None
    if task.step is not None and to is TaskState.DONE:
        go_on(session, task, now=now)
    _log(session, task.case, viewer, "task_closed", now)


def reopen_task(session: Session, task: Task, *, viewer: Viewer, now: datetime) -> None:
    """Take back that a task was closed. Raises Conflict when a visit did it, or none may.

    What a visit noted afterwards did is due again when that is withdrawn. The steps that followed
    one of a path are taken back with it, those done since as well.
    """
    if task.visit_id is not None:
        raise Conflict("task_done_by_visit")
    _refuse_step_of_file(task)
    noted = select(SupportAct.id).where(
        SupportAct.task_id == task.id, SupportAct.withdrawn_at.is_(None)
    )
    if session.scalars(noted.limit(1)).first() is not None:
        raise Conflict("task_done_by_act")
    if not task.case.is_open:
        raise Conflict("case_closed")
    if _is_ruled(task) and task.case.state is CaseState.REFUSED:
        raise Conflict("refusal_stops_it")
    followed = steps_after(session, task) if task.step is not None else ()
    _move(task, TaskState.OPEN)
    for one in followed:
        if not one.is_open:
            _move(one, TaskState.OPEN)
        withdraw(one, why=STEP_BACK, by=viewer.user_id, now=now)
    task.closed_at = task.closed_by_id = task.why = None
    _log(session, task.case, viewer, "task_reopened", now)


def _refuse_step_of_file(task: Task) -> None:
    """Leave what an adaptation has to do to its file, which says what came of it."""
    if task.adaptation is not None:
        raise Conflict("note_in_adaptation")


def _is_ruled(task: Task) -> bool:
    return task.cadence is not None or task.step is not None


def withdraw(task: Task, *, why: str, by: uuid.UUID | None, now: datetime) -> None:
    """Withdraw an open task that nobody needs any more; a visit planned for it goes on."""
    _move(task, TaskState.WITHDRAWN)
    task.closed_at, task.closed_by_id, task.why, task.visit_id = now, by, why, None


def take_up(task: Task) -> None:
    """Open a withdrawn task again; what was closed otherwise stays."""
    if task.state is TaskState.WITHDRAWN:
        _move(task, TaskState.OPEN)
        task.closed_at = task.closed_by_id = task.why = None


def tasks_of(session: Session, case_id: uuid.UUID) -> Sequence[Task]:
    """List the tasks of a case: those to do by their day, then the others, the latest first."""
    of_case = select(Task).where(Task.case_id == case_id)
    of_case = of_case.options(
        joinedload(Task.visit),
        joinedload(Task.owner),
        joinedload(Task.owner_organisation),
        joinedload(Task.adaptation).joinedload(AdaptationTask.file),
    )
    statement = of_case.order_by(Task.due_on, Task.id)
    found = session.scalars(statement).all()
    to_do = [task for task in found if task.state is TaskState.OPEN]
    return [*to_do, *(task for task in reversed(found) if task.state is not TaskState.OPEN)]


def visits_due(session: Session, case: Case) -> Sequence[Task]:
    """List the tasks of a case that a visit answers and that have none planned, by their day."""
    statement = select(Task).where(
        Task.case_id == case.id,
        Task.state == TaskState.OPEN,
        Task.visit_id.is_(None),
        Task.kind.in_((TaskKind.VISIT, TaskKind.CHECK)),
    )
    return session.scalars(statement.order_by(Task.due_on, Task.id)).all()


def promises_open(session: Session, case: Case) -> Sequence[Task]:
    """List what was promised in a case beside visits, that a visit may answer too."""
    statement = select(Task).where(
        Task.case_id == case.id,
        Task.state == TaskState.OPEN,
        Task.visit_id.is_(None),
        Task.consequence_id.is_not(None),
        Task.kind.not_in((TaskKind.VISIT, TaskKind.CHECK)),
    )
    return session.scalars(statement.order_by(Task.due_on, Task.id)).all()


def plan_for(session: Session, visit: Visit, tasks: Collection[Task]) -> None:
    """Let a visit answer tasks of its case. Raises Conflict for one that is planned already."""
    for task in tasks:
        if task.case_id != visit.case_id or task.state is not TaskState.OPEN or task.visit_id:
            raise Conflict("task_planned")
        task.visit_id = visit.id
    session.flush()


def answered_by(session: Session, visit: Visit, *, now: datetime) -> None:
    """Close what a visit that was done was planned for."""
    for task in _planned_for(session, visit, TaskState.OPEN):
        _move(task, TaskState.DONE)
        task.closed_at, task.closed_by_id = now, visit.visitor_id


def calls_due(session: Session, case: Case, today: date) -> Sequence[Task]:
    """List the calls that are due in a case; what a visit promised is followed up elsewhere."""
    statement = select(Task).where(
        Task.case_id == case.id, is_due(today), Task.kind == TaskKind.CALL,
        Task.visit_id.is_(None), Task.consequence_id.is_(None),
    )  # fmt: skip
    return session.scalars(statement.order_by(Task.due_on, Task.id)).all()


def answer(tasks: Collection[Task], *, by: uuid.UUID, now: datetime) -> None:
    """Close what a call that reached her, or a visit noted afterwards, answers."""
    for task in tasks:
        _move(task, TaskState.DONE)
        task.closed_at, task.closed_by_id = now, by


def unanswered(session: Session, ids: Collection[uuid.UUID]) -> None:
    """Open again what was answered by something that turns out not to be so."""
    done = select(Task).where(Task.id.in_(ids), Task.state == TaskState.DONE)
    for task in session.scalars(done.order_by(Task.id)).all():
        _move(task, TaskState.OPEN)
        task.closed_at = task.closed_by_id = None


def reopen_answered(session: Session, visit: Visit) -> None:
    """Open again what a visit closed that turned out not to be done; it stays planned for it."""
    for task in _planned_for(session, visit, TaskState.DONE):
        _move(task, TaskState.OPEN)
        task.closed_at = task.closed_by_id = None


def let_go(session: Session, visit: Visit) -> None:
    """Take from a visit that will not take place what it was planned for: it is to do again."""
    for task in _planned_for(session, visit, TaskState.OPEN):
        task.visit_id = None


def _planned_for(session: Session, visit: Visit, state: TaskState) -> Sequence[Task]:
    of_visit = (Task.visit_id == visit.id, Task.state == state)
    return session.scalars(select(Task).where(*of_visit).order_by(Task.id)).all()


def withdraw_all(
    session: Session, case: Case, *, why: str, by: uuid.UUID | None, now: datetime
) -> int:
    """Withdraw all that is to do in a case; gives how many."""
    done = session.execute(
        update(Task)
        .where(Task.case_id == case.id, Task.state == TaskState.OPEN)
        .values(state=TaskState.WITHDRAWN, why=why, closed_at=now, closed_by_id=by, visit_id=None)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def withdraw_in_pause(
    session: Session, case: Case, first: date, last: date, *, by: uuid.UUID, now: datetime
) -> int:
    """Withdraw what cadences made for days of a pause and nobody planned; gives how many."""
    made = (Task.case_id == case.id, Task.state == TaskState.OPEN, Task.cadence.is_not(None))
    within = (Task.visit_id.is_(None), Task.due_on >= first, Task.due_on <= last)
    done = session.execute(
        update(Task)
        .where(*made, *within)
        .values(state=TaskState.WITHDRAWN, why=IN_PAUSE, closed_at=now, closed_by_id=by)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def let_rules_go(
    session: Session, names: Mapping[uuid.UUID, str], *, by: uuid.UUID, now: datetime
) -> None:
    """Withdraw open tasks whose rule does not hold in their case any more, each with its name.

    They name no rule from then on: it is as if it had made none, and may make them again.
    """
    closed = {"state": TaskState.WITHDRAWN, "why": OTHER_VERSION, "closed_at": now}
    rows = [
        {"id": id, "cadence": None, "what": name, "closed_by_id": by, **closed}
        for id, name in names.items()
    ]
    if rows:
        session.execute(update(Task), rows)


def bring_back(
    session: Session,
    case: Case,
    *,
    why: str,
    since: date = date.min,
    but: Collection[tuple[date, date]] = (),
) -> None:
    """Open again what was withdrawn for one reason and is due on a day or later.

    What is due in some days, `but` from one to another, both included, stays withdrawn.
    """
    withdrawn = (Task.case_id == case.id, Task.state == TaskState.WITHDRAWN, Task.due_on >= since)
    for task in session.scalars(select(Task).where(*withdrawn).order_by(Task.id)):
        if task.why == why and not any(first <= task.due_on <= last for first, last in but):
            take_up(task)


def _move(task: Task, to: TaskState) -> None:
    if task.state not in REACHED_FROM[to]:
        raise Conflict("task_closed" if task.state is not TaskState.OPEN else "task_open")
    task.state = to


def _log(session: Session, case: Case, viewer: Viewer, what: str, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
