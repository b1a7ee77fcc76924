"""A person's numbers, on her page: corrected, added, ended, put again as they were."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.calls.phones import call_first, end_number, note_number
from visits.ground.errors import Invalid
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.people.people import refused_on_page

phones = Blueprint("phones", __name__, url_prefix="/people")


@phones.post("/<uuid:person_id>/phones")
@requires(Action.CALL)
def add(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note a number for a person, beside the one to call or instead of it."""
    typed = request.form
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            note_number(
                session,
                person,
                typed.get("number", ""),
                whose=typed.get("whose", ""),
                instead=typed.get("instead") == "yes",
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("The number is noted. What was there before is kept below it."))


@phones.post("/<uuid:person_id>/phones/<uuid:row_id>")
@requires(Action.CALL)
def change(person_id: uuid.UUID, row_id: uuid.UUID) -> ResponseReturnValue:
    """Call a number first, put it again, or let it stand no longer."""
    wanted = request.form.get("do", "")
    with transaction() as session:
        person = find_person(session, viewer(), person_id, to_change=True)
        if wanted == "first":
            call_first(session, person, row_id, viewer=viewer(), now=now())
        else:
            wrong = wanted == "wrong"
            end_number(session, person, row_id, wrong=wrong, viewer=viewer(), now=now())
    if wanted == "first":
        return _back(person_id, _("This number is the one to call now."))
    return _back(person_id, _("This number is called no more. It can be put again."))


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="phones"))
