"""A case's life, from the page of the case: what is to do, pauses, closing, opening again."""

import uuid
from datetime import date

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.cases.cases import close_case, reopen_case
from visits.cases.coming import make_for
from visits.cases.owners import give_task
from visits.cases.paths import begin_path
from visits.cases.pauses import end_pause, pause
from visits.cases.tasks import BY_HAND, CLOSED_AS, close_task, find_task, make_task, reopen_task
from visits.cases.tiers import change_tier
from visits.choosing.opening import score_case
from visits.choosing.transfer import transfer_case
from visits.ground.errors import Invalid, NotFound
from visits.models.cases import Case, Task, TaskKind, TaskState
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import moment
from webapp.frame.transaction import now
from webapp.office.calls.cases import change_on_page
from webapp.office.calls.given_back import visits_back
from webapp.office.calls.typed_call import typed_visits
from webapp.office.frame.moments import optional_day
from webapp.office.frame.programmes import facts_named

life = Blueprint("life", __name__, url_prefix="/cases")


@life.post("/<uuid:case_id>/close")
@requires(Action.DECIDE)
def close(case_id: uuid.UUID) -> ResponseReturnValue:
    """Close a case with an outcome."""

    def do(session: Session, case: Case) -> str:
        called_off = close_case(
            session,
            case,
            outcome=request.form.get("ending", ""),
            note=_typed("note"),
            on=_day("on"),
            viewer=viewer(),
            now=now(),
        )
        if not called_off:
            return str(_("The case is closed."))
        when = ", ".join(moment(visit.planned_start_at) for visit in called_off)
        said = ngettext(
            "The case is closed. Called off: the visit of %(when)s.",
            "The case is closed. Called off: the visits of %(when)s.",
            len(called_off),
            when=when,
        )
        return str(said)

    return change_on_page(case_id, "end", do)


@life.post("/<uuid:case_id>/reopen")
@requires(Action.DECIDE)
def reopen(case_id: uuid.UUID) -> ResponseReturnValue:
    """Open a closed case again."""

    def do(session: Session, case: Case) -> str:
        reopen_case(session, case, viewer=viewer(), now=now())
        make_for(session, [case], now=now())
        return str(_("The case is open again, with what was still to do."))

    return change_on_page(case_id, "reopen", do)


@life.post("/<uuid:case_id>/tier")
@requires(Action.DECIDE)
def put_in_tier(case_id: uuid.UUID) -> ResponseReturnValue:
    """Put a case in another tier of its programme."""

    def do(session: Session, case: Case) -> str:
        tier = request.form.get("tier", "")
        change_tier(session, case, tier, why=_typed("why"), viewer=viewer(), now=now())
        return str(_("Noted: the tier of this case."))

    return change_on_page(case_id, "tier", do)


@life.post("/<uuid:case_id>/points")
@requires(Action.DECIDE)
def give_points(case_id: uuid.UUID) -> ResponseReturnValue:
    """Give a case that was never scored the points it would be opened with today."""

    def do(session: Session, case: Case) -> str:
        score_case(session, case, viewer=viewer(), now=now())
        return str(_("This case has its points."))

    return change_on_page(case_id, "tier", do)


@life.post("/<uuid:case_id>/transfer")
@requires(Action.ENROL)
def transfer(case_id: uuid.UUID) -> ResponseReturnValue:
    """Close a case and open one of the same person in another programme."""

    def do(session: Session, case: Case) -> str:
        code, ending = request.form.get("programme", ""), request.form.get("ending", "")
        _new, fit = transfer_case(
            session, case, code, outcome=ending, why=_typed("why"), viewer=viewer(), now=now()
        )
        said = str(_("This case is closed, and she has one in the other programme."))
        if fit.unknown:
            said += " " + _("Not known of her: %(facts)s.", facts=facts_named(fit.unknown))
        return said

    return change_on_page(case_id, "transfer", do)


@life.post("/<uuid:case_id>/pauses")
@requires(Action.PLAN)
def begin_pause(case_id: uuid.UUID) -> ResponseReturnValue:
    """Let nothing be due for some days."""

    def do(session: Session, case: Case) -> str:
        from_on, until_on = _day("from_on"), _day("until_on")
        if from_on is None or until_on is None:
            raise Invalid({"from_on" if from_on is None else "until_on": "required"})
        asked = request.form.get("asked") == f"{from_on} {until_on}"
        pause(
            session, case, from_on=from_on, until_on=until_on, why=_typed("why"),
            called_off=typed_visits() if asked else None, viewer=viewer(), now=now(),
        )  # fmt: skip
        return str(_("Noted: nothing is due in those days."))

    return change_on_page(case_id, "pause", do)


@life.post("/<uuid:case_id>/pauses/<uuid:pause_id>/end")
@requires(Action.PLAN)
def take_pause_back(case_id: uuid.UUID, pause_id: uuid.UUID) -> ResponseReturnValue:
    """Take a pause back."""

    def do(session: Session, case: Case) -> str:
        back = end_pause(session, case, pause_id, viewer=viewer(), now=now())
        make_for(session, [case], now=now())
        for said, tone in visits_back(back.planned, back.lost):
            flash(said, tone)
        return str(_("The pause is over: what it took away is due again."))

    return change_on_page(case_id, "pause", do)


@life.post("/<uuid:case_id>/paths")
@requires(Action.DECIDE)
def go_along(case_id: uuid.UUID) -> ResponseReturnValue:
    """Begin a path of the programme."""

    def do(session: Session, case: Case) -> str:
        begin_path(session, case, request.form.get("path", ""), viewer=viewer(), now=now())
        return str(_("The path is begun: its first step is to do."))

    return change_on_page(case_id, "path", do, back_to="paths")


@life.post("/<uuid:case_id>/tasks")
@requires(Action.PLAN)
def add_task(case_id: uuid.UUID) -> ResponseReturnValue:
    """Note what is to do in a case."""

    def do(session: Session, case: Case) -> str:
        kind, due_on = request.form.get("kind", ""), _day("due_on")
        if kind not in BY_HAND:
            raise Invalid({"kind": "bad_choice"})
        if due_on is None:
            raise Invalid({"due_on": "required"})
        make_task(
            session, case, TaskKind(kind), what=_typed("what"), due_on=due_on,
            owner=_typed("owner") or None, viewer=viewer(), now=now(),
        )  # fmt: skip
        return str(_("Noted: it is in the list of what is to do."))

    return change_on_page(case_id, "task", do)


@life.post("/<uuid:case_id>/tasks/give")
@requires(Action.PLAN)
def give(case_id: uuid.UUID) -> ResponseReturnValue:
    """Say whose something to do is from now on."""

    def do(session: Session, case: Case) -> str:
        task = _task_of(session, case, _typed_task())
        give_task(session, task, _typed("owner"), viewer=viewer(), now=now())
        return str(_("Noted: whose it is to do."))

    return change_on_page(case_id, "give", do)


@life.post("/<uuid:case_id>/tasks/<uuid:task_id>/close")
@requires(Action.PLAN)
def end_task(case_id: uuid.UUID, task_id: uuid.UUID) -> ResponseReturnValue:
    """Note what became of a task."""

    def do(session: Session, case: Case) -> str:
        to = request.form.get("state", "")
        if to not in CLOSED_AS:
            raise Invalid({"state": "bad_choice"})
        task = _task_of(session, case, task_id)
        close_task(session, task, TaskState(to), why=_typed("why"), viewer=viewer(), now=now())
        make_for(session, [case], now=now())
        return str(_("Noted."))

    return change_on_page(case_id, f"task-{task_id}", do)


@life.post("/<uuid:case_id>/tasks/<uuid:task_id>/reopen")
@requires(Action.PLAN)
def take_task_back(case_id: uuid.UUID, task_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that a task was closed."""

    def do(session: Session, case: Case) -> str:
        reopen_task(session, _task_of(session, case, task_id), viewer=viewer(), now=now())
        return str(_("It is to do again."))

    return change_on_page(case_id, f"task-{task_id}", do)


def _task_of(session: Session, case: Case, task_id: uuid.UUID) -> Task:
    task = find_task(session, viewer(), task_id, to_change=True)
    if task.case_id != case.id:
        raise NotFound("task_not_found")
    return task


def _typed_task() -> uuid.UUID:
    try:
        return uuid.UUID(_typed("task"))
    except ValueError:
        raise Invalid({"task": "required" if not _typed("task") else "bad_choice"}) from None


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _day(name: str) -> date | None:
    return optional_day(request.form.get(name, ""), field=name)
