"""What is written of works in somebody's home, kind by kind: what it says, switched off and on."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.messages.kinds import OF_WORKS
from visits.messages.switches import kinds_off, switch_off, switch_on
from visits.messages.ways import LANGUAGES
from visits.models.accounts import Organisation
from visits.models.messages import MessageKind
from visits.sight.homes import landlords_run
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.messages.saying import example_of

works_messages = Blueprint("works_messages", __name__, url_prefix="/messages/works")


@works_messages.get("/")
@requires(Action.OPEN_WORKS)
def index() -> ResponseReturnValue:
    """Show what is written of works, and which kinds a landlord does not send."""
    return _page()


@works_messages.post("/")
@requires(Action.OPEN_WORKS)
def switch() -> ResponseReturnValue:
    """Switch a kind off or on for a landlord."""
    off = request.form.get("do") == "off"
    try:
        with transaction() as session:
            landlord, kind = _typed_landlord(session), _typed_kind()
            change = switch_off if off else switch_on
            change(session, landlord.id, kind, viewer=viewer(), now=now())
    except Conflict as refused:
        return _page(sentence(refused.code)), 409
    if off:
        flash(_("Nobody is written this any more. What waits does not go out."), "success")
    else:
        flash(_("From now on this is written."), "success")
    return redirect(url_for(".index"))


def _typed_landlord(session: Session) -> Organisation:
    typed = request.form.get("landlord", "")
    found = [one for one in landlords_run(session, viewer()) if str(one.id) == typed]
    if not found:
        raise NotFound("landlord_not_found")
    return found[0]


def _typed_kind() -> MessageKind:
    try:
        return MessageKind(request.form.get("kind", ""))
    except ValueError:
        raise NotFound("message_kind_not_found") from None


def _page(said: str = "") -> str:
    spoken = str(get_locale())
    language = spoken if spoken in LANGUAGES else LANGUAGES[0]
    with reading() as session:
        landlords = landlords_run(session, viewer())
        first = landlords[0] if landlords else None
        return render_template(
            "messages/works.html",
            landlords=[(one, kinds_off(session, one.id)) for one in landlords],
            kinds=[
                (kind, example_of(session, kind, language, landlord=first, at=now()))
                for kind in OF_WORKS
            ],
            said=said,
        )
