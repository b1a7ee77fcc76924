"""What a commission asks for: an adaptation that its page opens, and takes back."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.codes import ADAPTATIONS
from visits.adaptations.asking import ask_for, may_ask, take_request_back
from visits.adaptations.commissions import find_commission, refuse_closed
from visits.adaptations.files import WISH_LENGTH, files_of, home_to_adapt, label_of
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.adaptations import AdaptationFile
from visits.models.commissions import Commission
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.codes import adaptation_name

commission_requests = Blueprint(
    "commission_requests", __name__, url_prefix="/adaptations/commissions/<uuid:commission_id>"
)


@commission_requests.get("/asks/<uuid:person_id>")
@requires(Action.DECIDE_ADAPTATIONS)
def new(commission_id: uuid.UUID, person_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what a commission wants to be changed in somebody's home."""
    return _form(commission_id, person_id)


@commission_requests.post("/asks/<uuid:person_id>")
@requires(Action.DECIDE_ADAPTATIONS)
def ask(commission_id: uuid.UUID, person_id: uuid.UUID) -> ResponseReturnValue:
    """Open the file of what a commission asks for."""
    try:
        with transaction() as session:
            file = _ask(session, commission_id, person_id)
    except Invalid as refused:
        return _form(commission_id, person_id, refused), 422
    flash(_("File %(reference)s is open.", reference=file.reference), "success")
    return redirect(url_for("commissions.show", commission_id=commission_id))


@commission_requests.post("/asked/<uuid:adaptation_id>/back")
@requires(Action.DECIDE_ADAPTATIONS)
def back(commission_id: uuid.UUID, adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that the commission asked for it."""
    with transaction() as session:
        held = find_commission(session, viewer(), commission_id, to_change=True)
        take_request_back(session, held, adaptation_id, viewer=viewer(), now=now())
    flash(_("The commission is up to date."), "success")
    return redirect(url_for("commissions.show", commission_id=commission_id))


def _ask(session: Session, commission_id: uuid.UUID, person_id: uuid.UUID) -> AdaptationFile:
    held = find_commission(session, viewer(), commission_id, to_change=True)
    person = find_person(session, viewer(), person_id)
    return ask_for(
        session,
        held,
        person,
        home_to_adapt(session, person),
        request.form.get("code", ""),
        request.form.get("wish", "").replace("\r\n", "\n"),
        viewer=viewer(),
        now=now(),
    )


def _form(commission_id: uuid.UUID, person_id: uuid.UUID, refused: Invalid | None = None) -> str:
    with showing("adaptation_new") as (session, shown):
        held = _held(session, commission_id)
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        fields = refused.fields if refused else {}
        known = [one for one in files_of(session, viewer(), person=person) if one.is_open]
        return render_template(
            "commissions/ask.html",
            commission=held,
            person=person,
            home=home_to_adapt(session, person),
            known=[(one, label_of(one)) for one in known],
            codes=[(code, adaptation_name(code)) for code in ADAPTATIONS],
            typed=request.form,
            day_now=today_in_paris(now()),
            wish_length=WISH_LENGTH,
            errors={name: sentence(code) for name, code in fields.items()},
        )


def _held(session: Session, commission_id: uuid.UUID) -> Commission:
    """Find a commission that may ask for something; raises NotFound, Conflict."""
    held = find_commission(session, viewer(), commission_id)
    refuse_closed(held)
    if not may_ask(held, now=now()):
        raise Conflict("commission_not_held")
    return held
