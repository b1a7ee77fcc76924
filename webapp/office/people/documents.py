"""Documents on a person's page: added, shown, withdrawn, put back."""

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Conflict, Invalid
from visits.ground.photo_kinds import LARGEST
from visits.people.documents import (
    DocumentSaid,
    add_document,
    find_document,
    put_document_back,
    withdraw_document,
)
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import house, now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.moments import typed_day
from webapp.office.intake.visits import sent_file
from webapp.office.people.people import refused_on_page

documents = Blueprint("documents", __name__, url_prefix="/people")


@documents.get("/<uuid:person_id>/documents/<uuid:document_id>")
@requires(Action.EDIT_PERSONS)
def file(person_id: uuid.UUID, document_id: uuid.UUID) -> ResponseReturnValue:
    """Send a document without its metadata."""
    with showing("document") as (session, shown):
        person = find_person(session, viewer(), person_id)
        found = find_document(session, person, document_id)
        shown.add(person.id)
    return sent_file(_name(found.media_type), found.media_type, found.sha256 or "")


def _name(media_type: str) -> str:
    """Name a file so that the name tells nothing."""
    return f"document.{media_type.rpartition('/')[2]}"


@documents.post("/<uuid:person_id>/documents")
@requires(Action.EDIT_PERSONS)
def add(person_id: uuid.UUID) -> ResponseReturnValue:
    """Add a document to a person's file."""
    try:
        said = _typed()
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            add_document(session, house().store, person, said, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("The document is kept."))


def _typed() -> DocumentSaid:
    sent = request.files.get("document_file")
    data = sent.stream.read(LARGEST + 1) if sent else b""
    typed = request.form.get("document_day", "")
    try:
        day: date | None = typed_day(typed) if typed else None
    except ValueError:
        raise Invalid({"document_day": "bad_date"}) from None
    kind, title = (request.form.get(name, "") for name in ("document_kind", "document_title"))
    return DocumentSaid(kind, title, day, data)


@documents.post("/<uuid:person_id>/documents/<uuid:document_id>")
@requires(Action.EDIT_PERSONS)
def change(person_id: uuid.UUID, document_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a document, or put it back."""
    again = request.form.get("do") == "back"
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            if again:
                put_document_back(session, person, document_id, viewer=viewer(), now=now())
            else:
                why = request.form.get("document_why", "")
                withdraw_document(
                    session, person, document_id, reason=why, viewer=viewer(), now=now()
                )
    except Invalid as refused:
        return refused_on_page(person_id, refused)
    said = (
        _("The document stands again.")
        if again
        else _("The document is withdrawn. It can be put back within 30 days.")
    )
    return _back(person_id, said)


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="papers"))
