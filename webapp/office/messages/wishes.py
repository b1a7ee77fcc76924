"""How a person wants to be written to: what she agreed to, by channel, and withdrawn any day."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Conflict, Invalid
from visits.messages.kinds import TO_PERSONS
from visits.messages.listing import MessageFilter, list_messages
from visits.messages.ways import (
    LANGUAGES,
    note_wish,
    silent_because,
    way_to,
    wishes_of,
    withdraw_wish,
)
from visits.models.messages import MessageChannel
from visits.sight import find_person
from visits.sight.withdrawing import WHY_LENGTH
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import wanted_latest_first

message_wishes = Blueprint("message_wishes", __name__, url_prefix="/people")


@message_wishes.get("/<uuid:person_id>/messages")
@requires(Action.PLAN)
def show(person_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is written to a person, by which ways, and why not by others."""
    return _page(person_id)


@message_wishes.post("/<uuid:person_id>/messages")
@requires(Action.PLAN)
def note(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note what a person says of a channel."""
    typed = request.form
    try:
        with transaction() as session:
            note_wish(
                session,
                find_person(session, viewer(), person_id, to_change=True),
                _typed_channel(),
                agreed=typed.get("agreed") == "yes",
                address=typed.get("address", ""),
                language=typed.get("language", ""),
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return _page(person_id, errors=refused.fields), 422
    flash(_("Her wish is noted."), "success")
    return redirect(url_for(".show", person_id=person_id))


@message_wishes.post("/<uuid:person_id>/messages/<uuid:message_wish_id>")
@requires(Action.PLAN)
def withdraw(person_id: uuid.UUID, message_wish_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what a person said of a channel."""
    try:
        with transaction() as session:
            withdraw_wish(
                session,
                find_person(session, viewer(), person_id, to_change=True),
                message_wish_id,
                why=request.form.get("why", ""),
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return _page(person_id, errors=refused.fields), 422
    except Conflict as refused:
        return _page(person_id, said=refused.code), 409
    flash(_("This wish counts no more."), "success")
    return redirect(url_for(".show", person_id=person_id))


def _typed_channel() -> MessageChannel:
    try:
        return MessageChannel(request.form.get("channel", ""))
    except ValueError:
        raise Invalid({"channel": "bad_choice"}) from None


def _page(person_id: uuid.UUID, *, errors: dict[str, str] | None = None, said: str = "") -> str:
    with showing("person_messages") as (session, shown):
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        listed = list_messages(
            session,
            viewer(),
            only=MessageFilter(person=str(person.id)),
            wanted=wanted_latest_first("due"),
            now=now(),
        )
        return render_template(
            "messages/person.html",
            person=person,
            listed=listed,
            wishes=wishes_of(session, person.id),
            channels=tuple(MessageChannel),
            languages=LANGUAGES,
            silent=silent_because(session, person),
            ways={kind: way_to(session, person, kind, now=now()) for kind in TO_PERSONS},
            why_length=WHY_LENGTH,
            typed=request.form,
            said=sentence(said) if said else "",
            errors={name: sentence(code) for name, code in (errors or {}).items()},
        )
