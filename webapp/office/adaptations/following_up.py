"""An adaptation that is in use: what came of asking after it; what its step has to do in a case."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.adaptations.files import ask_in_case, find_file
from visits.adaptations.following_up import FollowUpSaid, note_follow_up
from visits.ground.errors import Invalid
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.adaptations.page import page_of_file, typed_turn

adaptation_follow_ups = Blueprint("adaptation_follow_ups", __name__, url_prefix="/adaptations")


@adaptation_follow_ups.post("/<uuid:adaptation_id>/follow-up")
@requires(Action.FOLLOW_ADAPTATIONS)
def note(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Note what came of a follow-up, and bring the file on."""
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            noted = note_follow_up(
                session, file, _typed(), turn=typed_turn(), viewer=viewer(), now=now()
            )
            asks = noted.asks_for_more
    except Invalid as refused:
        return page_of_file(adaptation_id, refused), 422
    flash(_("What came of the follow-up is noted."), "success")
    if asks:
        flash(_("Something is left to do: open it from what came of the follow-up."), "warning")
    return redirect(url_for("adaptations.show", adaptation_id=adaptation_id, _anchor="follow-ups"))


@adaptation_follow_ups.post("/<uuid:adaptation_id>/to-do")
@requires(Action.FOLLOW_ADAPTATIONS)
def ask(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Put what its step asks for among what is to do in her case."""
    with transaction() as session:
        file = find_file(session, viewer(), adaptation_id, to_change=True)
        ask_in_case(session, file, viewer=viewer(), now=now())
    flash(_("It is among what is to do in her case."), "success")
    return redirect(url_for("adaptations.show", adaptation_id=adaptation_id))


def _typed() -> FollowUpSaid:
    typed = request.form
    return FollowUpSaid(
        used=typed.get("used", ""),
        holds=typed.get("holds", ""),
        needed=typed.get("needed", "").replace("\r\n", "\n"),
        said=typed.get("said", "").replace("\r\n", "\n"),
    )
