"""Acts of a case, from its page: noted, withdrawn."""

import uuid
from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.cases import find_case
from visits.ground.errors import Conflict, Invalid
from visits.models.cases import Case
from visits.support.acts import ActSaid, note_act, withdraw_act
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.calls.cases import refusal_on_page
from webapp.office.frame.moments import typed_day

support = Blueprint("support", __name__, url_prefix="/cases")


@support.post("/<uuid:case_id>/acts")
@requires(Action.PLAN)
def add(case_id: uuid.UUID) -> ResponseReturnValue:
    """Note what was done in a case."""

    def do(session: Session, case: Case) -> str:
        note_act(session, case, _typed_act(), viewer=viewer(), now=now())
        return str(_("Noted: it stands among what was done."))

    return _change(case_id, "act", do)


@support.post("/<uuid:case_id>/acts/<uuid:case_act_id>/withdraw")
@requires(Action.PLAN)
def withdraw(case_id: uuid.UUID, case_act_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an act that was noted by mistake."""

    def do(session: Session, case: Case) -> str:
        why = request.form.get("why", "")
        withdraw_act(session, case, case_act_id, why=why, viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays, with why, and counts no more."))

    return _change(case_id, f"act-{case_act_id}", do)


def _change(
    case_id: uuid.UUID, form: str, do: Callable[[Session, Case], str]
) -> ResponseReturnValue:
    """Change what was done and say so; what is refused comes back beside what was typed."""
    try:
        with transaction() as session:
            said = do(session, find_case(session, viewer(), case_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form=form)
    flash(said, "success")
    return redirect(url_for("cases.show", case_id=case_id, _anchor="acts"))


def _typed_act() -> ActSaid:
    return ActSaid(
        kind=request.form.get("kind", ""),
        happened_on=_typed_day("happened_on"),
        minutes=_typed_minutes(),
        present=request.form.get("present", ""),
        note=request.form.get("note", "").replace("\r\n", "\n"),
        confidential=request.form.get("confidential") == "yes",
    )


def _typed_day(name: str) -> date | None:
    typed = request.form.get(name, "")
    try:
        return typed_day(typed) if typed else None
    except ValueError:
        raise Invalid({name: "bad_date"}) from None


def _typed_minutes() -> int | None:
    """Read a few digits; any other number is one that no day has."""
    typed = request.form.get("minutes", "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        raise Invalid({"minutes": "act_too_long"})
    return int(typed)
