"""A visit's form filled in during a call: begun for what is due, put down, or not possible."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.agenda.planning import changed
from visits.agenda.visit_forms import forms_of_visits
from visits.calls.contacts import refuse_if_not_to_call
from visits.calls.desk import take
from visits.cases.appointments import put_down
from visits.cases.tasks import close_task, is_due, plan_for
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, NotFound
from visits.models.adaptations import Step
from visits.models.cases import Case, Task, TaskKind, TaskState
from visits.models.visits import LIVE, Visit, VisitChannel, VisitState
from visits.programmes import Programme
from visits.programmes.published import programme_of
from visits.programmes.shape import VisitKind
from visits.sight import Viewer, visible_cases

# What the answers of a visit promised and that is asked without coming again.
ASKED = (TaskKind.CALL, TaskKind.CHECK, TaskKind.REVIEW)


def kind_by_phone(programme: Programme | None, task: Task) -> VisitKind | None:
    """Give the kind of visit whose forms answer a task on the phone; None where none may.

    A visit that a rule asks for is of its own kind; what was promised is asked with the programme's
    follow-up form. What was promised as a visit is one: somebody comes, as before an adaptation.
    """
    on_site = task.adaptation is not None and task.adaptation.step is Step.VISIT
    if programme is None or on_site:
        return None
    if task.kind is TaskKind.VISIT and not task.is_promise:
        kind = programme.visit_kind(task.visit_kind)
        return kind if kind.by_phone else None
    if not task.is_promise or task.kind not in ASKED:
        return None
    form = programme.follow_up.form
    return next((one for one in programme.visit_kinds if one.by_phone and form in one.forms), None)


def may_be_asked(session: Session, task: Task, *, now: datetime) -> bool:
    """Tell whether a task is due and its form may be filled in on the phone, now or going on."""
    due = task.is_open and task.not_before <= today_in_paris(now) and task.case.is_open
    if not due or task.case.person.died_on is not None:
        return False
    if task.visit_id is not None:
        visit = session.get_one(Visit, task.visit_id)
        return visit.is_by_phone and visit.is_live
    return kind_by_phone(programme_of(session, task.case), task) is not None


def asked_now(session: Session, tasks: Sequence[Task], *, now: datetime) -> list[Task]:
    """List those of some tasks whose form may be filled in on the phone now."""
    return [one for one in tasks if may_be_asked(session, one, now=now)]


def open_by_phone(session: Session, task: Task, *, viewer: Viewer, now: datetime) -> Visit:
    """Begin the form of a task during a call, once: while it is open, it is the same again.

    What else was promised in the case, is due and is asked with the same form is answered with it.
    The person is the caller's for as long as at the call desk. Raises Conflict when it is not due,
    answered otherwise, begun by another caller or no form of it is for the phone, DoNotContact for
    whom nobody may call.
    """
    case = task.case
    if task.state is not TaskState.OPEN:
        raise Conflict("task_closed")
    refuse_if_not_to_call(session, case, now=now)
    if task.visit_id is not None:
        known = session.get_one(Visit, task.visit_id)
        if not known.is_by_phone or not known.is_live:
            raise Conflict("task_planned")
        if known.visitor_id != viewer.user_id:
            raise Conflict("asked_by_another", who=known.visitor.name)
        take(session, viewer, case, now=now)
        return known
    kind = kind_by_phone(programme_of(session, case), task)
    if kind is None:
        raise Conflict("not_by_phone_here")
    if task.not_before > today_in_paris(now):
        raise Conflict("not_due_yet", on=task.not_before)
    take(session, viewer, case, now=now)
    visit = Visit(
        case=case,
        kind=kind.code,
        channel=VisitChannel.PHONE,
        visitor_id=viewer.user_id,
        planned_start_at=now,
        planned_end_at=now + timedelta(minutes=kind.minutes),
        state=VisitState.UNDER_WAY,
        planned_by_id=viewer.user_id,
        planned_at=now,
    )
    session.add(visit)
    session.flush()
    forms_of_visits(session, [visit], until=now)  # a form that is not published is told here
    plan_for(session, visit, [task])
    plan_for(session, visit, may_answer_too(session, visit, now=now))
    changed(session, case, viewer, "form_begun_by_phone", now)
    return visit


def find_by_phone(
    session: Session, viewer: Viewer, visit_id: uuid.UUID, *, to_change: bool = False
) -> Visit:
    """Find a form begun on the phone, of a case the viewer may call in. Raises NotFound."""
    statement = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(Visit.id == visit_id, Visit.channel == VisitChannel.PHONE, visible_cases(viewer))
        .options(contains_eager(Visit.case).contains_eager(Case.person), joinedload(Visit.visitor))
    )
    if to_change:
        statement = statement.with_for_update(of=(Visit, Case), key_share=True)
    visit = session.scalars(statement).one_or_none()
    if visit is None:
        raise NotFound("visit_not_found")
    return visit


def begun_by_phone(session: Session, viewer: Viewer) -> Sequence[Visit]:
    """List the forms that this caller began on the phone and did not send, the oldest first."""
    statement = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(Visit.visitor_id == viewer.user_id, Visit.channel == VisitChannel.PHONE)
        .where(Visit.state.in_(LIVE), visible_cases(viewer))
        .options(contains_eager(Visit.case).contains_eager(Case.person))
        .order_by(Visit.planned_start_at, Visit.id)
    )
    return session.scalars(statement).all()


def filled_by_phone(session: Session, case: Case) -> Sequence[Visit]:
    """List the forms of a case that were filled in, or are, on the phone, the latest first."""
    statement = (
        select(Visit)
        .where(Visit.case_id == case.id, Visit.channel == VisitChannel.PHONE)
        .where(Visit.state != VisitState.CANCELLED)
        .options(joinedload(Visit.visitor))
        .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
    )
    return session.scalars(statement).all()


def answered_by_phone(session: Session, visit: Visit) -> Sequence[Task]:
    """List what a form that was begun on the phone answers."""
    of_visit = select(Task).where(Task.visit_id == visit.id).order_by(Task.due_on, Task.id)
    return session.scalars(of_visit.options(joinedload(Task.consequence))).all()


def may_answer_too(session: Session, visit: Visit, *, now: datetime) -> list[Task]:
    """List what else was promised in a form's case, is due and is asked with the same form."""
    programme = programme_of(session, visit.case)
    promised = select(Task).where(
        Task.case_id == visit.case_id,
        Task.consequence_id.is_not(None),
        Task.visit_id.is_(None),
        is_due(today_in_paris(now)),
    )
    found = session.scalars(promised.order_by(Task.due_on, Task.id))
    kinds = [(one, kind_by_phone(programme, one)) for one in found]
    return [one for one, kind in kinds if kind is not None and kind.code == visit.kind]


def leave_out(
    session: Session, visit: Visit, task_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a form not answer one of several things: that one is due as before.

    Raises NotFound, Conflict for the last one, an ended form or another caller's.
    """
    _refuse_if_not_open(visit, viewer)
    answered = answered_by_phone(session, visit)
    task = _one_of(answered, task_id)
    if len(answered) == 1:
        raise Conflict("form_answers_nothing_else")
    task.visit_id = None
    session.flush()
    changed(session, visit.case, viewer, "form_answers_changed", now)


def take_in(
    session: Session, visit: Visit, task_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a form answer what was left out, or came due meanwhile. Raises as `leave_out` does."""
    _refuse_if_not_open(visit, viewer)
    plan_for(session, visit, [_one_of(may_answer_too(session, visit, now=now), task_id)])
    changed(session, visit.case, viewer, "form_answers_changed", now)


def _one_of(tasks: Sequence[Task], task_id: uuid.UUID) -> Task:
    found = next((one for one in tasks if one.id == task_id), None)
    if found is None:
        raise NotFound("task_not_found")
    return found


def _refuse_if_not_open(visit: Visit, viewer: Viewer) -> None:
    if not visit.is_live:
        raise Conflict("form_not_open")
    if visit.visitor_id != viewer.user_id:
        raise Conflict("asked_by_another", who=visit.visitor.name)


def leave_for_later(session: Session, visit: Visit, *, viewer: Viewer, now: datetime) -> None:
    """Put a form down that was not sent: what it was for is due as before.

    Raises Conflict when it was sent or put down already.
    """
    if not visit.is_live:
        raise Conflict("form_not_open")
    put_down(session, visit)
    changed(session, visit.case, viewer, "form_put_down", now)


def note_not_possible(
    session: Session, visit: Visit, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Put a form down for good: what it was for is not possible, and why.

    It can be opened again as any task. Raises Invalid without a reason, Conflict as above.
    """
    tasks = answered_by_phone(session, visit)
    leave_for_later(session, visit, viewer=viewer, now=now)
    for task in tasks:
        close_task(session, task, TaskState.IMPOSSIBLE, why=why, viewer=viewer, now=now)
