"""Photos of what was received: added, shown without metadata, withdrawn."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.adaptations.files import find_file
from visits.adaptations.photos import add_photos, find_photo, withdraw_photo
from visits.ground.errors import Invalid
from visits.ground.photo_kinds import LARGEST
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import house, now, transaction
from webapp.office.adaptations.page import page_of_file
from webapp.office.frame.access import showing
from webapp.office.intake.visits import sent_file

adaptation_photos = Blueprint("adaptation_photos", __name__, url_prefix="/adaptations")


@adaptation_photos.post("/<uuid:adaptation_id>/photos")
@requires(Action.FOLLOW_ADAPTATIONS)
def add(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Add photos of what was received."""
    sent = [one for one in request.files.getlist("photos") if one.filename]
    photos = [one.stream.read(LARGEST + 1) for one in sent]
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            add_photos(session, house().store, file, photos, viewer=viewer(), now=now())
    except Invalid as refused:
        return page_of_file(adaptation_id, refused), 422
    return _back(adaptation_id, _("The photos are kept."))


@adaptation_photos.get("/<uuid:adaptation_id>/photos/<uuid:adaptation_photo_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def show(adaptation_id: uuid.UUID, adaptation_photo_id: uuid.UUID) -> ResponseReturnValue:
    """Send a photo of a reception, without its metadata."""
    with showing("adaptation_photo") as (session, shown):
        file = find_file(session, viewer(), adaptation_id)
        found = find_photo(session, file, adaptation_photo_id)
        shown.add(file.person_id)
    kind = found.media_type
    return sent_file(f"photo.{kind.rpartition('/')[2]}", kind, found.sha256)


@adaptation_photos.post("/<uuid:adaptation_id>/photos/<uuid:adaptation_photo_id>/withdrawal")
@requires(Action.FOLLOW_ADAPTATIONS)
def withdraw(adaptation_id: uuid.UUID, adaptation_photo_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a photo: it is shown to nobody."""
    with transaction() as session:
        file = find_file(session, viewer(), adaptation_id, to_change=True)
        withdraw_photo(session, file, adaptation_photo_id, viewer=viewer(), now=now())
    return _back(adaptation_id, _("The photo is shown to nobody any more."))


def _back(adaptation_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("adaptations.show", adaptation_id=adaptation_id))
