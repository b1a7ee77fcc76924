"""Acts of an accompaniment: noted, withdrawn."""

import uuid

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Invalid
from visits.models.cases import Case
from visits.support.acts import ActSaid, note_act, withdraw_act
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.frame.moments import optional_day
from webapp.office.support.page import change

acts = Blueprint("support_acts", __name__, url_prefix="/support")


@acts.post("/<uuid:case_id>/acts")
@requires(Action.SUPPORT)
def add(case_id: uuid.UUID) -> ResponseReturnValue:
    """Note what was done."""

    def do(session: Session, case: Case) -> str:
        act = note_act(session, case, _typed_act(), viewer=viewer(), now=now())
        if act.task_id is not None:
            return str(_("Noted: it is the visit that was due."))
        return str(_("Noted: it stands among what was done."))

    return change(case_id, "act", do)


@acts.post("/<uuid:case_id>/acts/<uuid:case_act_id>/withdraw")
@requires(Action.SUPPORT)
def withdraw(case_id: uuid.UUID, case_act_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an act that was noted by mistake."""

    def do(session: Session, case: Case) -> str:
        why = request.form.get("why", "")
        withdraw_act(session, case, case_act_id, why=why, viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays, with why, and counts no more."))

    return change(case_id, f"act-{case_act_id}", do)


def _typed_act() -> ActSaid:
    return ActSaid(
        kind=request.form.get("kind", ""),
        happened_on=optional_day(request.form.get("happened_on", ""), field="happened_on"),
        minutes=_typed_minutes(),
        present=request.form.get("present", ""),
        note=request.form.get("note", "").replace("\r\n", "\n"),
        confidential=request.form.get("confidential") == "yes",
    )


def _typed_minutes() -> int | None:
    """Read a few digits; any other number is one that no day has."""
    typed = request.form.get("minutes", "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        raise Invalid({"minutes": "act_too_long"})
    return int(typed)
