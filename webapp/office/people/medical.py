"""Medical validations of a person: for what, by whom, until when; never what they say."""

import uuid
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.needs import MedicalBy, MedicalFor
from visits.models.people import Person
from visits.people.medical import (
    GIVER_LENGTH,
    MedicalSaid,
    medical_of,
    note_medical,
    put_medical_back,
    withdraw_medical,
)
from visits.sight import Viewer, find_person
from visits.sight.withdrawing import WHY_LENGTH
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.listing import stands_at
from webapp.office.frame.moments import optional_day
from webapp.office.people.noted import change_noted
from webapp.office.people.people import told

medical = Blueprint("medical", __name__, url_prefix="/people")


@medical.get("/<uuid:person_id>/medical")
@requires(Action.RECORD_SCORES)
def show(person_id: uuid.UUID) -> ResponseReturnValue:
    """Show what was validated, by whom and until when."""
    return _page(person_id)


@medical.post("/<uuid:person_id>/medical")
@requires(Action.RECORD_SCORES)
def note(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note a validation."""
    return change_noted(person_id, _note, page=_page, done=_("The validation is noted."))


@medical.post("/<uuid:person_id>/medical/<uuid:medical_id>/withdraw")
@requires(Action.RECORD_SCORES)
def withdraw(person_id: uuid.UUID, medical_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what was noted by mistake."""
    why = request.form.get("why", "")
    done = _("The validation is withdrawn: it counts no more.")
    return change_noted(person_id, withdraw_medical, medical_id, why, page=_page, done=done)


@medical.post("/<uuid:person_id>/medical/<uuid:medical_id>/back")
@requires(Action.RECORD_SCORES)
def back(person_id: uuid.UUID, medical_id: uuid.UUID) -> ResponseReturnValue:
    """Let what was withdrawn count again."""
    done = _("It counts again.")
    return change_noted(person_id, put_medical_back, medical_id, page=_page, done=done)


def _note(session: Session, person: Person, *, viewer: Viewer, now: datetime) -> None:
    note_medical(session, person, _typed(), viewer=viewer, now=now)


def _typed() -> MedicalSaid:
    typed = request.form
    given_on = optional_day(typed.get("given_on", ""), field="given_on")
    until = optional_day(typed.get("valid_until", ""), field="valid_until")
    purpose, given_by = typed.get("purpose", ""), typed.get("given_by", "")
    return MedicalSaid(purpose, given_by, typed.get("giver", ""), given_on, until)


def _page(person_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("medical.show", person_id=person_id)
    errors, said = told(refused) if isinstance(refused, Invalid | Conflict) else ({}, "")
    with showing("medical") as (session, shown):
        person = find_person(session, viewer(Action.RECORD_SCORES), person_id)
        shown.add(person.id)
        return render_template(
            "people/medical.html",
            person=person,
            notes=medical_of(session, person),
            purposes=list(MedicalFor),
            givers=list(MedicalBy),
            day_now=today_in_paris(now()),
            typed=request.form,
            giver_length=GIVER_LENGTH,
            why_length=WHY_LENGTH,
            errors=errors,
            said=said,
        )
