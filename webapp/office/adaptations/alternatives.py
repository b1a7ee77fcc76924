"""What a refused adaptation offers instead: opened as an order or a task, or declined."""

import uuid
from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.codes import TRADES
from visits.adaptations.alternatives import (
    WHY_LENGTH,
    Alternative,
    alternatives_of,
    decline,
    find_alternative,
    take_declined_back,
)
from visits.adaptations.deciding import standing_decision
from visits.adaptations.files import find_file
from visits.cases.tasks import WHAT_LENGTH
from visits.following.alternatives import case_of, order_instead, plan_instead, proposed_day
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.models.adaptations import AdaptationFile
from visits.models.works import CameFrom, Severity
from visits.works.by_hand import DESCRIPTION_LENGTH, IN_A_HOME, OrderSaid
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.moments import typed_day

adaptation_alternatives = Blueprint("adaptation_alternatives", __name__, url_prefix="/adaptations")
PAGE = "/<uuid:adaptation_id>/alternatives/<uuid:alternative_id>"


@adaptation_alternatives.get(PAGE)
@requires(Action.FOLLOW_ADAPTATIONS)
def show(adaptation_id: uuid.UUID, alternative_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what is opened for an alternative, with what is known of it filled in."""
    return _page(adaptation_id, alternative_id)


@adaptation_alternatives.post(f"{PAGE}/order")
@requires(Action.FOLLOW_ADAPTATIONS)
def order(adaptation_id: uuid.UUID, alternative_id: uuid.UUID) -> ResponseReturnValue:
    """Open a work order for an alternative."""

    def opened(session: Session, file: AdaptationFile, one: Alternative) -> str:
        typed = request.form
        said = OrderSaid(
            trade=typed.get("trade", ""),
            severity=Severity.P,
            place=typed.get("place", ""),
            description=typed.get("description", "").replace("\r\n", "\n"),
            came_from=CameFrom.STAFF,
            due_on=_typed_due(),
        )
        acting = viewer(Action.OPEN_WORKS)
        order = order_instead(session, file, one, said, viewer=acting, now=now())
        return str(_("Work order %(reference)s is open.", reference=order.reference))

    return _answer(adaptation_id, alternative_id, opened)


@adaptation_alternatives.post(f"{PAGE}/task")
@requires(Action.FOLLOW_ADAPTATIONS)
def task(adaptation_id: uuid.UUID, alternative_id: uuid.UUID) -> ResponseReturnValue:
    """Note an alternative as something to do in her case."""

    def noted(session: Session, file: AdaptationFile, one: Alternative) -> str:
        what = request.form.get("what", "").replace("\r\n", "\n")
        plan_instead(session, file, one, what, _typed_due(), viewer=viewer(), now=now())
        return str(_("It is noted as to do in her case."))

    return _answer(adaptation_id, alternative_id, noted)


@adaptation_alternatives.post(f"{PAGE}/declined")
@requires(Action.FOLLOW_ADAPTATIONS)
def declined(adaptation_id: uuid.UUID, alternative_id: uuid.UUID) -> ResponseReturnValue:
    """Note that the tenant does not want an alternative."""

    def noted(session: Session, file: AdaptationFile, one: Alternative) -> str:
        decline(session, file, one, request.form.get("why", ""), viewer=viewer(), now=now())
        return str(_("It is noted that she does not want it."))

    return _answer(adaptation_id, alternative_id, noted)


@adaptation_alternatives.post(f"{PAGE}/back")
@requires(Action.FOLLOW_ADAPTATIONS)
def back(adaptation_id: uuid.UUID, alternative_id: uuid.UUID) -> ResponseReturnValue:
    """Let an alternative that was declined wait again."""

    def undone(session: Session, file: AdaptationFile, one: Alternative) -> str:
        take_declined_back(session, file, one, viewer=viewer(), now=now())
        return str(_("This alternative waits again."))

    return _answer(adaptation_id, alternative_id, undone, to_answer=False)


def _answer(
    adaptation_id: uuid.UUID,
    alternative_id: uuid.UUID,
    verb: Callable[[Session, AdaptationFile, Alternative], str],
    *,
    to_answer: bool = True,
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            one = _of(session, file, alternative_id, to_answer=to_answer)
            done = verb(session, file, one)
    except Invalid as refused:
        return _page(adaptation_id, alternative_id, refused), 422
    flash(done, "success")
    return redirect(url_for("adaptations.show", adaptation_id=adaptation_id, _anchor="offered"))


def _of(
    session: Session, file: AdaptationFile, alternative_id: uuid.UUID, *, to_answer: bool
) -> Alternative:
    found = alternatives_of(session, file, standing_decision(session, file))
    return find_alternative(found, alternative_id, to_answer=to_answer)


def _typed_due() -> date | None:
    try:
        return typed_day(request.form["due_on"]) if request.form.get("due_on") else None
    except ValueError:
        raise Invalid({"due_on": "bad_date"}) from None


def _page(
    adaptation_id: uuid.UUID, alternative_id: uuid.UUID, refused: Invalid | None = None
) -> str:
    with showing("adaptation") as (session, shown):
        file = find_file(session, viewer(Action.FOLLOW_ADAPTATIONS), adaptation_id)
        shown.add(file.person_id)
        fields = refused.fields if refused else {}
        one = _of(session, file, alternative_id, to_answer=False)
        return render_template(
            "adaptations/alternative.html",
            file=file,
            one=one,
            case=case_of(file),
            due_on=proposed_day(one, now=now()),
            trades=list(TRADES),
            places=IN_A_HOME,
            what_length=WHAT_LENGTH,
            description_length=DESCRIPTION_LENGTH,
            why_length=WHY_LENGTH,
            day_now=today_in_paris(now()),
            typed=request.form,
            errors={name: sentence(code) for name, code in fields.items()},
        )
