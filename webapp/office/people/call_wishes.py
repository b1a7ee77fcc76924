"""What a person asks of calls, on her page: noted, and withdrawn with a reason."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Conflict, Invalid
from visits.models.calls import WishKind
from visits.people.call_wishes import Wish, note_wish, withdraw_wish
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.frame.moments import typed_day
from webapp.office.people.people import refused_on_page

call_wishes = Blueprint("call_wishes", __name__, url_prefix="/people")


@call_wishes.post("/<uuid:person_id>/call-wishes")
@requires(Action.CALL)
def add(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note a wish, in the place of the one of its kind there was."""
    try:
        wish = _typed()
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            note_wish(session, person, wish, viewer=viewer(), now=now())
    except Invalid as refused:
        return refused_on_page(person_id, refused)
    return _back(
        person_id, _("The wish is noted: whoever calls sees it, and the list keeps to it.")
    )


@call_wishes.post("/<uuid:person_id>/call-wishes/<uuid:wish_id>/withdraw")
@requires(Action.CALL)
def withdraw(person_id: uuid.UUID, wish_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a wish; it stays in the file."""
    why = request.form.get("why", "")
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            withdraw_wish(session, person, wish_id, why=why, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("The wish is withdrawn."))


def _typed() -> Wish:
    """Read what was typed; raises Invalid for no kind or no day."""
    typed = request.form
    try:
        kind = WishKind(typed.get("wish_kind", ""))
    except ValueError:
        raise Invalid({"wish_kind": "required"}) from None
    try:
        until = typed_day(typed["until_on"]) if typed.get("until_on") else None
    except ValueError:
        raise Invalid({"until_on": "bad_date"}) from None
    return Wish(
        kind,
        from_hour=typed.get("from_hour", type=int),
        to_hour=typed.get("to_hour", type=int),
        until_on=until,
        note=typed.get("note", ""),
        programme=typed.get("wish_programme", ""),
    )


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="call-wishes"))
