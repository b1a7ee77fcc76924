"""A case as a circle knows it: points, tasks, her way back home, the end of her agreement."""

import uuid
from collections.abc import Callable
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.circles.points import (
    do_task,
    points_of,
    take_task_back,
    tasks_of,
    withdraw_task,
)
from visits.circles.putting import (
    SHARED_LENGTH,
    end_agreement,
    find_circle_case,
    note_step,
    say_what_is_shared,
    steps_of,
    withdraw_case,
    withdraw_step,
)
from visits.ground.errors import Invalid, Refused
from visits.models.circles import CircleCase, CircleStepKind
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.circles.typed import changed, refusal, text
from webapp.office.frame.access import showing
from webapp.office.frame.listing import stands_at
from webapp.office.frame.moments import day_of, optional_day

circle_cases = Blueprint("circle_cases", __name__, url_prefix="/circles/cases")
Do = Callable[[Session, CircleCase], str]


@circle_cases.get("/<uuid:circle_case_id>")
@requires(Action.SEE_CIRCLES)
def show(circle_case_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a circle knows of a case."""
    return _page(circle_case_id)


@circle_cases.post("/<uuid:circle_case_id>/shared")
@requires(Action.KEEP_CIRCLES)
def share(circle_case_id: uuid.UUID) -> ResponseReturnValue:
    """Change what the circle is told."""

    def do(session: Session, one: CircleCase) -> str:
        say_what_is_shared(session, one, text("shared"), viewer=viewer(), now=now())
        return str(_("The circle is told this from now on."))

    return _change(circle_case_id, "shared", do)


@circle_cases.post("/<uuid:circle_case_id>/end")
@requires(Action.SEE_CIRCLES)
def end(circle_case_id: uuid.UUID) -> ResponseReturnValue:
    """Note that she no longer agrees to be discussed."""

    def do(session: Session, one: CircleCase) -> str:
        on = optional_day(text("ended_on"), field="ended_on")
        end_agreement(session, one, on, viewer=viewer(), now=now())
        return str(_("Noted: she stands on no agenda any more, and the circle reads nothing."))

    return _change(circle_case_id, "end", do, leaves=True)


@circle_cases.post("/<uuid:circle_case_id>/withdraw")
@requires(Action.KEEP_CIRCLES)
def withdraw(circle_case_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a case that was put to the circle by mistake."""

    def do(session: Session, one: CircleCase) -> str:
        withdraw_case(session, one, why=text("why"), viewer=viewer(), now=now())
        return str(_("Withdrawn: the circle reads nothing of it any more."))

    return _change(circle_case_id, "withdraw", do, leaves=True)


@circle_cases.post("/<uuid:circle_case_id>/steps")
@requires(Action.SEE_CIRCLES)
def step(circle_case_id: uuid.UUID) -> ResponseReturnValue:
    """Note a step of her way back home."""
    kind = request.form.get("kind", "")
    known = kind in tuple(CircleStepKind)

    def do(session: Session, one: CircleCase) -> str:
        if not known:
            raise Invalid({"kind": "bad_choice"})
        on = optional_day(text("of_day"), field="of_day")
        note_step(session, one, CircleStepKind(kind), on, viewer=viewer(), now=now())
        return str(_("Noted, with its day."))

    return _change(circle_case_id, f"step-{kind}" if known else "step", do)


@circle_cases.post("/<uuid:circle_case_id>/steps/<uuid:circle_step_id>/withdraw")
@requires(Action.SEE_CIRCLES)
def step_back(circle_case_id: uuid.UUID, circle_step_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a step that was noted by mistake."""

    def do(session: Session, one: CircleCase) -> str:
        withdraw_step(session, one, circle_step_id, why=text("why"), viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays, with why."))

    return _change(circle_case_id, f"step-back-{circle_step_id}", do)


@circle_cases.post("/<uuid:circle_case_id>/tasks/<uuid:circle_task_id>/done")
@requires(Action.SEE_CIRCLES)
def done(circle_case_id: uuid.UUID, circle_task_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a task is done."""

    def do(session: Session, one: CircleCase) -> str:
        on = optional_day(text("done_on"), field="done_on")
        do_task(session, one, circle_task_id, on, viewer=viewer(), now=now())
        return str(_("Done: the next agenda says so."))

    return _change(circle_case_id, f"task-{circle_task_id}", do)


@circle_cases.post("/<uuid:circle_case_id>/tasks/<uuid:circle_task_id>/back")
@requires(Action.SEE_CIRCLES)
def undone(circle_case_id: uuid.UUID, circle_task_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a task is not done after all."""

    def do(session: Session, one: CircleCase) -> str:
        take_task_back(session, one, circle_task_id, viewer=viewer(), now=now())
        return str(_("It is to do again."))

    return _change(circle_case_id, f"task-{circle_task_id}", do)


@circle_cases.post("/<uuid:circle_case_id>/tasks/<uuid:circle_task_id>/withdraw")
@requires(Action.SEE_CIRCLES)
def drop(circle_case_id: uuid.UUID, circle_task_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a task that nobody is to do any more."""

    def do(session: Session, one: CircleCase) -> str:
        withdraw_task(session, one, circle_task_id, why=text("why"), viewer=viewer(), now=now())
        return str(_("Withdrawn: nobody is to do it any more."))

    return _change(circle_case_id, f"task-back-{circle_task_id}", do)


def _change(
    circle_case_id: uuid.UUID, form: str, do: Do, *, leaves: bool = False
) -> ResponseReturnValue:
    def change(session: Session) -> str:
        member = viewer(Action.SEE_CIRCLES)
        return do(session, find_circle_case(session, member, circle_case_id, to_change=True))

    to = url_for("circles.index") if leaves else url_for(".show", circle_case_id=circle_case_id)
    return changed(change, form, to=to, page=partial(_page, circle_case_id))


def _page(circle_case_id: uuid.UUID, refused: Refused | None = None, form: str = "") -> str:
    stands_at("circle_cases.show", circle_case_id=circle_case_id)
    with showing("circle_case") as (session, shown):
        member = viewer(Action.SEE_CIRCLES)
        one = find_circle_case(session, member, circle_case_id)
        shown.add(one.case.person_id)
        steps = {each.kind: each for each in steps_of(session, one)}
        return render_template(
            "circles/case.html",
            one=one,
            person=one.case.person,
            points=points_of(session, [one.id]),
            tasks=tasks_of(session, [one.id]),
            steps=steps,
            kinds=list(CircleStepKind),
            landlords=member.organisation_id == one.case.landlord_id,
            shared_length=SHARED_LENGTH,
            day_now=day_of(now()),
            **refusal(refused, form),
        )
