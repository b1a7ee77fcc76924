"""What a person refuses of a visit: noted and taken back on her page."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.following.refused_works import allow_part
from visits.ground.errors import Invalid
from visits.models.people import RefusedPart
from visits.people.part_refusals import refuse_parts
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.people.people import refused_on_page

part_refusals = Blueprint("part_refusals", __name__, url_prefix="/people")


@part_refusals.post("/<uuid:person_id>/refusals")
@requires(Action.CALL)
def add(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note what a person refuses of a visit."""
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            refuse_parts(session, person, _typed_parts(), viewer=viewer(), now=now())
    except Invalid as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("Noted: the visitor sees it on her tablet."))


@part_refusals.post("/<uuid:person_id>/refusals/<uuid:refusal_id>/back")
@requires(Action.CALL)
def back(person_id: uuid.UUID, refusal_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a person no longer refuses a part."""
    with transaction() as session:
        person = find_person(session, viewer(), person_id, to_change=True)
        opened = allow_part(session, person, refusal_id, viewer=viewer(), now=now())
    said = [_("Taken back. That it was refused stays to be read here.")]
    if opened:
        said.append(
            _("Works that the answers still call for are ordered now: %(num)d.", num=opened)
        )
    return _back(person_id, " ".join(said))


def _typed_parts() -> list[RefusedPart]:
    ticked = request.form.getlist("refused")
    return [part for part in RefusedPart if part in ticked]


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="refusals"))
