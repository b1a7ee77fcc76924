"""Who stands beside a person's lease, on her page: noted, ended, put back, in another role."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.calls.lease_contacts import (
    ContactSaid,
    MovingIn,
    change_contact_role,
    end_contact,
    move_contact_in,
    note_contact,
    put_contact_back,
    take_contact_role_back,
)
from visits.ground.errors import Conflict, Invalid
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.frame.moments import birth_day, noted_day, past_day
from webapp.office.people.beside import ANOTHER
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


@contacts.post("/<uuid:person_id>/contacts/<uuid:contact_id>/role")
@requires(Action.EDIT_PERSONS)
def change_role(person_id: uuid.UUID, contact_id: uuid.UUID) -> ResponseReturnValue:
    """Let a contact be something else to the household, or again what they were."""
    again = request.form.get("do") == "back"
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            if again:
                take_contact_role_back(session, person, contact_id, viewer=viewer(), now=now())
            else:
                role = request.form.get("contact_becomes", "")
                change_contact_role(session, person, contact_id, role, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    said = (
        _("Taken back: it is again what it was before.")
        if again
        else _("The role is changed. No later file replaces it.")
    )
    return _back(person_id, said)


@contacts.post("/<uuid:person_id>/contacts/<uuid:contact_id>/arrival")
@requires(Action.EDIT_PERSONS)
def move_in(person_id: uuid.UUID, contact_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a contact lives with the household now."""
    try:
        moving = _typed_move()
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            move_contact_in(session, person, contact_id, moving, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("Noted: they live there now, under this lease."))


def _typed_move() -> MovingIn:
    fields: dict[str, str] = {}
    since = noted_day("contact_since", fields, read=past_day)
    if since is None:
        fields.setdefault("contact_since", "required")
    born_on, chosen = (
        noted_day("contact_born", fields, read=birth_day),
        request.form.get("contact_known", ""),
    )
    try:
        known = uuid.UUID(chosen) if chosen not in ("", ANOTHER) else None
    except ValueError:
        fields["contact_known"] = "bad_choice"
    if fields or since is None:
        raise Invalid(fields)
    role = request.form.get("contact_lives_as", "")
    return MovingIn(role, since, born_on, known, another=chosen == ANOTHER)


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="contacts"))
