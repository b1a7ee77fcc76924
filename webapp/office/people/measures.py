"""Measures of discretion and of safety, noted, reviewed and ended on a person's page."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Conflict, Invalid
from visits.models.people import AlertCode
from visits.people.measures import end_alert, find_alert, keep_alert, note_alert
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.people.people import refused_on_page

person_alerts = Blueprint("person_alerts", __name__, url_prefix="/people")


@person_alerts.post("/<uuid:person_id>/alerts")
@requires(Action.NOTE_ALERTS)
def add(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note a measure for a person's visits."""
    try:
        code = _typed_code()
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            note_alert(session, person, code, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("The measure is noted: the visitor sees it on her tablet."))


@person_alerts.post("/<uuid:person_id>/alerts/<uuid:alert_id>")
@requires(Action.NOTE_ALERTS)
def review(person_id: uuid.UUID, alert_id: uuid.UUID) -> ResponseReturnValue:
    """Keep a measure for six months more, or end it."""
    ends = request.form.get("still") != "yes"
    with transaction() as session:
        person = find_person(session, viewer(), person_id)
        alert = find_alert(session, person, alert_id)
        change = end_alert if ends else keep_alert
        change(session, alert, viewer=viewer(), now=now())
    if ends:
        return _back(person_id, _("The measure has ended."))
    return _back(person_id, _("The measure still holds, for six months more."))


def _typed_code() -> AlertCode:
    try:
        return AlertCode(request.form.get("code", ""))
    except ValueError:
        raise Invalid({"code": "bad_choice"}) from None


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id))
