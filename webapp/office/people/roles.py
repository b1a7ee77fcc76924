"""What a person is in her household, and whether she lives alone: said on her page, taken back."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Conflict, Invalid
from visits.people.alone import say_alone, take_alone_back
from visits.people.roles import change_role, take_role_back
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.people.people import refused_on_page

roles = Blueprint("roles", __name__, url_prefix="/people")


@roles.post("/<uuid:person_id>/stays/<uuid:stay_id>/role")
@requires(Action.EDIT_PERSONS)
def change(person_id: uuid.UUID, stay_id: uuid.UUID) -> ResponseReturnValue:
    """Change what a person is in a household."""
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            role = request.form.get("new_role", "")
            change_role(session, person, stay_id, role, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("The role is changed. No later file replaces it."))


@roles.post("/<uuid:person_id>/roles/<uuid:change_id>/back")
@requires(Action.EDIT_PERSONS)
def back(person_id: uuid.UUID, change_id: uuid.UUID) -> ResponseReturnValue:
    """Take a change of role back."""
    with transaction() as session:
        person = find_person(session, viewer(), person_id, to_change=True)
        take_role_back(session, person, change_id, viewer=viewer(), now=now())
    return _back(person_id, _("Taken back: it is again what it was before."))


@roles.post("/<uuid:person_id>/stays/<uuid:stay_id>/alone")
@requires(Action.EDIT_PERSONS)
def alone(person_id: uuid.UUID, stay_id: uuid.UUID) -> ResponseReturnValue:
    """Note whether she lives alone, as she says."""
    try:
        said = {"yes": True, "no": False}.get(request.form.get("alone", ""))
        if said is None:
            raise Invalid({"alone": "required"})
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            say_alone(session, person, stay_id, said, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("It is noted. No later file replaces it while nobody moves."))


@roles.post("/<uuid:person_id>/alone/<uuid:change_id>/back")
@requires(Action.EDIT_PERSONS)
def alone_back(person_id: uuid.UUID, change_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was said of whether she lives alone."""
    with transaction() as session:
        person = find_person(session, viewer(), person_id, to_change=True)
        take_alone_back(session, person, change_id, viewer=viewer(), now=now())
    return _back(person_id, _("Taken back: it is again what it was before."))


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="home"))
