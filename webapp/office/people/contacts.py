"""Who stands beside a person's lease, on her page: noted, ended, put back."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.calls.lease_contacts import ContactSaid, end_contact, note_contact, put_contact_back
from visits.ground.errors import Conflict, Invalid
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.people.people import refused_on_page

contacts = Blueprint("contacts", __name__, url_prefix="/people")


@contacts.post("/<uuid:person_id>/contacts")
@requires(Action.EDIT_PERSONS)
def add(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note a contact of a person's household."""
    typed = request.form
    said = ContactSaid(
        role=typed.get("contact_role", ""),
        last_name=typed.get("contact_name", ""),
        first_name=typed.get("contact_first", ""),
        phone=typed.get("contact_phone", ""),
    )
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            note_contact(session, person, said, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("The contact is noted."))


@contacts.post("/<uuid:person_id>/contacts/<uuid:contact_id>")
@requires(Action.EDIT_PERSONS)
def change(person_id: uuid.UUID, contact_id: uuid.UUID) -> ResponseReturnValue:
    """Let a contact stand no longer, or again."""
    again = request.form.get("do") == "back"
    change_it = put_contact_back if again else end_contact
    with transaction() as session:
        person = find_person(session, viewer(), person_id, to_change=True)
        change_it(session, person, contact_id, viewer=viewer(), now=now())
    said = (
        _("The contact stands again.") if again else _("The contact is ended. It can be put back.")
    )
    return _back(person_id, said)


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="contacts"))
