"""Who is in charge of a case, from the page of the case: handed over, taken back."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.cases import find_case
from visits.cases.charge import put_in_charge, take_charge_back
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.calls.cases import refusal_on_page

charge = Blueprint("charge", __name__, url_prefix="/cases")


@charge.post("/<uuid:case_id>/charge")
@requires(Action.DECIDE)
def hand_over(case_id: uuid.UUID) -> ResponseReturnValue:
    """Put an organisation and a referent in charge of a case."""

    def do(session: Session, case: Case) -> str:
        put_in_charge(
            session,
            case,
            organisation_id=_typed_id("organisation_id"),
            referent_id=_typed_id("referent_id"),
            why=request.form.get("why", ""),
            viewer=viewer(),
            now=now(),
        )
        return str(_("Noted: who is in charge of this case."))

    return _change(case_id, do)


@charge.post("/<uuid:case_id>/charges/<uuid:charge_id>/back")
@requires(Action.DECIDE)
def back(case_id: uuid.UUID, charge_id: uuid.UUID) -> ResponseReturnValue:
    """Take the last hand-over back."""

    def do(session: Session, case: Case) -> str:
        take_charge_back(session, case, charge_id, viewer=viewer(), now=now())
        return str(_("Taken back: those before are in charge again."))

    return _change(case_id, do)


def _change(case_id: uuid.UUID, do: Callable[[Session, Case], str]) -> ResponseReturnValue:
    """Change who is in charge; whoever gave the case away goes back to the list."""
    try:
        with transaction() as session:
            said = do(session, find_case(session, viewer(), case_id, to_change=True))
            session.flush()
            kept = _still_seen(session, case_id)
    except (Invalid, Conflict) as refused:
        return refusal_on_page(case_id, refused, form="charge")
    flash(said, "success")
    if not kept:
        flash(_("Your organisation does not see this case any more."), "warning")
        return redirect(url_for("cases.index"))
    return redirect(url_for("cases.show", case_id=case_id))


def _still_seen(session: Session, case_id: uuid.UUID) -> bool:
    try:
        find_case(session, viewer(Action.SEE_CASES), case_id)
    except NotFound:
        return False
    return True


def _typed_id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form[name]) if request.form.get(name) else None
    except ValueError:
        raise Invalid({name: "bad_choice"}) from None
