"""An adaptation that somebody asks for by phone, by letter, at the counter: written down."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.codes import ADAPTATIONS
from visits.adaptations.files import (
    BY_HAND,
    OLDEST,
    WISH_LENGTH,
    Request,
    files_of,
    home_to_adapt,
    label_of,
    open_by_hand,
)
from visits.adaptations.path import Legal, legal_months
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.models.adaptations import AdaptationFile
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.codes import adaptation_name
from webapp.office.frame.moments import typed_day

adaptations_by_hand = Blueprint("adaptations_by_hand", __name__, url_prefix="/adaptations")


@adaptations_by_hand.get("/new/<uuid:person_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def new(person_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what somebody wishes to be changed in her home."""
    return _form(person_id)


@adaptations_by_hand.post("/new/<uuid:person_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def open_file(person_id: uuid.UUID) -> ResponseReturnValue:
    """Open a file for what somebody asks."""
    try:
        with transaction() as session:
            file = _open(session, person_id)
    except Invalid as refused:
        return _form(person_id, refused), 422
    flash(_("File %(reference)s is open.", reference=file.reference), "success")
    return redirect(url_for("adaptations.show", adaptation_id=file.id))


def _open(session: Session, person_id: uuid.UUID) -> AdaptationFile:
    person = find_person(session, viewer(), person_id)
    fields: dict[str, str] = {}
    said = _said(fields)
    if fields:
        raise Invalid(fields)
    home = home_to_adapt(session, person)
    return open_by_hand(session, person, home, said, viewer=viewer(), now=now())


def _said(fields: dict[str, str]) -> Request:
    typed, asked_on = request.form, None
    if typed.get("asked_on"):
        try:
            asked_on = typed_day(typed["asked_on"])
        except ValueError:
            fields["asked_on"] = "bad_date"
    return Request(
        code=typed.get("code", ""),
        asked=typed.get("asked", ""),
        asked_on=asked_on,
        wish=typed.get("wish", "").replace("\r\n", "\n"),
        own_cost=typed.get("own_cost") == "yes",
    )


def _form(person_id: uuid.UUID, refused: Invalid | None = None) -> str:
    with showing("adaptation_new") as (session, shown):
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        fields = refused.fields if refused else {}
        today = today_in_paris(now())
        known = [one for one in files_of(session, viewer(), person=person) if one.is_open]
        return render_template(
            "adaptations/new.html",
            person=person,
            home=home_to_adapt(session, person),
            known=[(one, label_of(one)) for one in known],
            codes=[(code, adaptation_name(code)) for code in ADAPTATIONS],
            ways=BY_HAND,
            typed=request.form,
            earliest=today - OLDEST,
            latest=today,
            wish_length=WISH_LENGTH,
            months_of_silence=legal_months(session, Legal.SILENCE, on=today),
            errors={name: sentence(code) for name, code in fields.items()},
        )
