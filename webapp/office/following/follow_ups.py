"""Follow-ups: the promises to ask again, and what came of each."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.agenda.by_phone import may_be_asked
from visits.cases.task_list import (
    DUE,
    LATE,
    NOBODY,
    OPEN_ALL,
    SOON,
    TaskFilter,
    list_tasks,
    loads,
)
from visits.cases.tasks import CLOSED_AS, WHAT_LENGTH, close_task, reopen_task
from visits.following.follow_ups import find_promise
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.intake.visit_file import visit_of_consequence
from visits.models.accounts import User
from visits.models.cases import Task, TaskState
from visits.models.visits import Visit
from visits.programmes.published import load_programmes, programme_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.calls.closed import reaches
from webapp.office.frame.access import showing
from webapp.office.frame.deaths import deaths_of
from webapp.office.frame.listing import wanted
from webapp.office.intake.answers import told_causes

follow_ups = Blueprint("follow_ups", __name__, url_prefix="/follow-ups")


# What of them there is to choose; a promise that nobody planned a visit for is to call.
WHICH = (OPEN_ALL, DUE, LATE, SOON)
STATES = (TaskState.DONE, TaskState.IMPOSSIBLE, TaskState.WITHDRAWN)


@follow_ups.get("/")
@requires(Action.FOLLOW_UP)
def index() -> ResponseReturnValue:
    """List what visits promised, what is due first at the top."""
    only = TaskFilter(
        state=request.args.get("state", OPEN_ALL),
        programme=request.args.get("programme", ""),
        text=request.args.get("q", ""),
        promised=True,
        referent=request.args.get("referent", ""),
    )
    today = today_in_paris(now())
    with showing("follow_ups") as (session, shown):
        listed = list_tasks(session, viewer(), only=only, wanted=wanted(), today=today)
        shown.update(task.case.person_id for task in listed.rows)
        return render_template(
            "follow_ups/index.html",
            listed=listed,
            loads=loads(session, viewer(), only=only, today=today),
            nobody=NOBODY,
            only=only,
            which=WHICH,
            states=STATES,
            programmes=load_programmes(session).values(),
            day_now=today,
        )


@follow_ups.get("/<uuid:task_id>")
@requires(Action.FOLLOW_UP)
def show(task_id: uuid.UUID) -> ResponseReturnValue:
    """Show a follow-up: whom to ask what, since when, and why."""
    with showing("follow_up") as (session, shown):
        task = find_promise(session, viewer(), task_id)
        shown.add(task.case.person_id)
        return _page(session, task)


@follow_ups.post("/<uuid:task_id>")
@requires(Action.FOLLOW_UP)
def close(task_id: uuid.UUID) -> ResponseReturnValue:
    """Note what came of a follow-up and close it."""
    try:
        with transaction() as session:
            task = find_promise(session, viewer(), task_id, to_change=True)
            why = request.form.get("why", "").replace("\r\n", "\n")
            close_task(session, task, _typed_state(), why=why, viewer=viewer(), now=now())
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        with showing("follow_up") as (session, shown):
            task = find_promise(session, viewer(), task_id)
            shown.add(task.case.person_id)
            return _page(session, task, errors), 422
    flash(_("The follow-up is closed. It can be opened again on its page."), "success")
    return redirect(url_for(".index"))


@follow_ups.post("/<uuid:task_id>/reopen")
@requires(Action.FOLLOW_UP)
def reopen(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that a follow-up was closed."""
    with transaction() as session:
        task = find_promise(session, viewer(), task_id, to_change=True)
        reopen_task(session, task, viewer=viewer(), now=now())
    flash(_("It is to do again."), "success")
    return redirect(url_for(".show", task_id=task_id))


def _typed_state() -> TaskState:
    typed = request.form.get("state", TaskState.DONE)
    if typed not in CLOSED_AS:
        raise Invalid({"state": "bad_choice"})
    return TaskState(typed)


def _may_ask(session: Session, task: Task) -> bool:
    """Tell whether the viewer may fill in the form that answers it during a call."""
    return reaches(session, Action.CALL, task.case_id) and may_be_asked(session, task, now=now())


def _page(session: Session, task: Task, errors: dict[str, str] | None = None) -> str:
    assert task.consequence is not None
    closer = session.get(User, task.closed_by_id) if task.closed_by_id else None
    return render_template(
        "follow_ups/show.html",
        task=task,
        person=task.case.person,
        deaths=deaths_of(session, [task.case.person]),
        dwelling=task.case.dwelling,
        programme=programme_of(session, task.case),
        visit_id=visit_of_consequence(session, task.consequence.id),
        answering=session.get(Visit, task.visit_id) if task.visit_id else None,
        closer=closer,
        asks=_may_ask(session, task),
        causes=told_causes(session, task.consequence),
        closed_as=CLOSED_AS,
        why_length=WHAT_LENGTH,
        errors=errors or {},
        typed=request.form,
        day_now=today_in_paris(now()),
    )
