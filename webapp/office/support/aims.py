"""What somebody wants to come to: agreed, seen how far it is, withdrawn."""

import uuid

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.models.cases import Case
from visits.support.aims import agree_aim, say_how_far, withdraw_aim, withdraw_step
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.frame.moments import optional_day
from webapp.office.support.page import change

aims = Blueprint("support_aims", __name__, url_prefix="/support")


@aims.post("/<uuid:case_id>/aims")
@requires(Action.SUPPORT)
def add(case_id: uuid.UUID) -> ResponseReturnValue:
    """Note what somebody wants to come to."""

    def do(session: Session, case: Case) -> str:
        words = request.form.get("words", "")
        on = optional_day(request.form.get("agreed_on", ""), field="agreed_on")
        agree_aim(session, case, words=words, agreed_on=on, viewer=viewer(), now=now())
        return str(_("Noted: it stands among what she wants to come to."))

    return change(case_id, "aim", do)


@aims.post("/<uuid:case_id>/aims/<uuid:aim_id>/steps")
@requires(Action.SUPPORT)
def step(case_id: uuid.UUID, aim_id: uuid.UUID) -> ResponseReturnValue:
    """Note how far an aim is."""

    def do(session: Session, case: Case) -> str:
        say_how_far(
            session,
            case,
            aim_id,
            how_far=request.form.get("how_far", ""),
            seen_on=optional_day(request.form.get("seen_on", ""), field="seen_on"),
            note=request.form.get("note", "").replace("\r\n", "\n"),
            viewer=viewer(),
            now=now(),
        )
        return str(_("Noted how far it is."))

    return change(case_id, f"aim-{aim_id}", do)


@aims.post("/<uuid:case_id>/aims/<uuid:aim_id>/withdraw")
@requires(Action.SUPPORT)
def withdraw(case_id: uuid.UUID, aim_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an aim that was noted by mistake."""

    def do(session: Session, case: Case) -> str:
        why = request.form.get("why", "")
        withdraw_aim(session, case, aim_id, why=why, viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays, with why."))

    return change(case_id, f"aim-back-{aim_id}", do)


@aims.post("/<uuid:case_id>/aims/steps/<uuid:step_id>/withdraw")
@requires(Action.SUPPORT)
def withdraw_seen(case_id: uuid.UUID, step_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what was said of how far an aim is."""

    def do(session: Session, case: Case) -> str:
        why = request.form.get("why", "")
        withdraw_step(session, case, step_id, why=why, viewer=viewer(), now=now())
        return str(_("Withdrawn: what was said before it stands again."))

    return change(case_id, f"aim-step-{step_id}", do)
