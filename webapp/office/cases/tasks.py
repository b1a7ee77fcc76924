"""What is to do, in every case one may see: a list, and the same list as a file."""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.cases.coming import make_for
from visits.cases.holding import held_among, note_done, take_back_done
from visits.cases.owners import left_among
from visits.cases.task_list import DUE, LEFT, TaskFilter, count_each, list_tasks
from visits.cases.tasks import WHAT_LENGTH
from visits.following.promises import worded
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.cases import Task, TaskKind, TaskState
from visits.programmes import Programme
from visits.programmes.published import load_programmes, programme_of
from visits.programmes.schema import OWNERS
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day, pick
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import asked, stands_at, wanted
from webapp.words import word

tasks = Blueprint("tasks", __name__, url_prefix="/tasks")


@tasks.get("/")
@requires(Action.DO_TASKS)
def index() -> ResponseReturnValue:
    """List what is to do, what is due first at the top."""
    return _page()


def _page(refused: Refused | None = None, *, of: uuid.UUID | None = None) -> str:
    stands_at("tasks.index")
    only, today, fields = _only(), today_in_paris(now()), getattr(refused, "fields", {})
    with showing("tasks") as (session, shown):
        counts = count_each(session, viewer(), only=only, today=today)
        listed = list_tasks(
            session,
            viewer(),
            only=only,
            wanted=wanted(),
            today=today,
            total=counts.get(only.state),
        )
        shown.update(task.case.person_id for task in listed.rows)
        return render_template(
            "tasks/index.html",
            listed=listed,
            only=only,
            counts=counts,
            programme_of=_programmes(session, listed.rows),
            programmes=load_programmes(session).values(),
            kinds=list(TaskKind),
            owners=OWNERS,
            whose=_whose(),
            left=left_among(session, listed.rows, now=now()),
            held_tasks=held_among(session, viewer(), listed.rows),
            states=[one for one in TaskState if one is not TaskState.OPEN],
            day_now=today,
            what_length=WHAT_LENGTH,
            kept=asked(),
            form=f"held-{of}",
            typed=request.form,
            errors={f"held-{of}-{name}": sentence(code) for name, code in fields.items()},
            said=sentence(refused.code, refused.details) if refused and not fields else "",
        )


@tasks.post("/<uuid:task_id>/done")
@requires(Action.DO_TASKS)
def done(task_id: uuid.UUID) -> ResponseReturnValue:
    """Note that something is done, by whoever holds it."""

    def do(session: Session) -> Task:
        return note_done(session, viewer(), task_id, why=request.form.get("why", ""), now=now())

    return _change(task_id, do, _("Noted."))


@tasks.post("/<uuid:task_id>/back")
@requires(Action.DO_TASKS)
def back(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that something is done, by whoever holds it."""

    def do(session: Session) -> Task:
        return take_back_done(session, viewer(), task_id, now=now())

    return _change(task_id, do, _("It is to do again."))


def _change(task_id: uuid.UUID, do: Callable[[Session], Task], said: str) -> ResponseReturnValue:
    """Change what somebody holds; back to the page of its case where it was asked from there."""
    try:
        with transaction() as session:
            task = do(session)
            make_for(session, [task.case], now=now())
            case_id = task.case_id
    except (Invalid, Conflict) as refused:
        return _page(refused, of=task_id), 422 if isinstance(refused, Invalid) else 409
    flash(said, "success")
    if request.form.get("from") == "case" and may(Action.SEE_CASES):
        return redirect(url_for("cases.show", case_id=case_id))
    return redirect(url_for(".index", **asked()))


@tasks.get("/tasks.csv")
@requires(Action.DO_TASKS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with showing("tasks") as (session, shown):
        listed = list_tasks(
            session,
            viewer(),
            only=_only(),
            wanted=whole(wanted()),
            today=today_in_paris(now()),
        )
        shown.update(task.case.person_id for task in listed.rows)
        left = left_among(session, listed.rows, now=now())
        lines = _lines(listed.rows, _programmes(session, listed.rows), left)
        return list_file("a-faire.csv", lines, of=listed)


def task_name(task: Task, programme: Programme | None) -> str:
    """Say what a task is: as somebody typed it, as its programme names it, or its kind.

    What the answers of a visit promised is told to those who follow it up.
    """
    if task.what:
        return task.what
    if task.adaptation is not None:
        named = word("adaptation_step", task.adaptation.step)
        return f"{named} · {task.adaptation.file.reference}"
    if task.is_promise and may(Action.FOLLOW_UP):
        return promise(task)
    for cadence in programme.cadences if programme else ():
        if cadence.code == task.cadence:
            return pick(dict(cadence.name))
    for path in programme.paths if programme else ():
        for step in path.steps if path.code == task.path else ():
            if step.code == task.step:
                return pick(dict(step.name))
    return word("task_kind", task.kind)


def task_owner(task: Task, left: Collection[uuid.UUID] = ()) -> str:
    """Say whose a task is: somebody's or an organisation's by name, or a role's; else nothing.

    Of those in `left` it is said that whoever had it works there no more.
    """
    named = task.owner or task.owner_organisation
    if named is not None:
        return _("%(name)s, no longer here", name=named.name) if task.id in left else named.name
    return word("task_owner", task.owner_role) if task.owner_role else ""


def promise(task: Task) -> str:
    """Say what to ask and when, in the reader's language; an open one as of today."""
    assert task.consequence is not None
    today = today_in_paris(now()) if task.is_open else None
    said = worded(task.consequence.label, due_on=task.due_on, today=today)
    return pick(said).replace("**", "")


def _only() -> TaskFilter:
    return TaskFilter(
        state=request.args.get("state", DUE),
        kind=request.args.get("kind", ""),
        owner=request.args.get("owner", ""),
        programme=request.args.get("programme", ""),
        text=request.args.get("q", ""),
        # Whoever sees no cases is told of them what is hers to do.
        holder=None if may(Action.SEE_CASES) else viewer(Action.DO_TASKS),
    )


def _whose() -> list[tuple[str, str]]:
    """Name whose tasks may be asked for beside a role's."""
    eyes = viewer()
    return [
        ("", _("Everybody")),
        (str(eyes.user_id), pgettext("whose task", "Me")),
        (str(eyes.organisation_id), pgettext("whose task", "My organisation")),
        (LEFT, pgettext("whose task", "Nobody who still works here")),
    ]


def _programmes(session: Session, found: Sequence[Task]) -> dict[object, Programme | None]:
    return {task.id: programme_of(session, task.case) for task in found}


def _lines(
    found: Sequence[Task],
    programmes: Mapping[object, Programme | None],
    left: Collection[uuid.UUID],
) -> Iterator[Sequence[str]]:
    heads = (_("From"), _("Due"), _("What"), _("Person"), _("City"), _("Programme"), _("Who"))
    yield *heads, *landlord_heads(), _("State")
    for task in found:
        programme = programmes[task.id]
        yield (
            day(task.not_before),
            day(task.due_on),
            task_name(task, programme),
            task.case.person.name,
            task.case.residence.city if task.case.residence else "",
            pick(dict(programme.name)) if programme else task.case.programme,
            task_owner(task, left),
            *landlord_cells(task.case.person.landlord_id),
            word("task_state", task.state),
        )
