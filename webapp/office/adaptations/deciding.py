"""What is decided of an adaptation, and a refusal that a tenant asks to look at again."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.adaptations.deciding import Decided, ask_review, decide
from visits.adaptations.files import find_file
from visits.ground.errors import Invalid
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.adaptations.page import page_of_file, typed_day_of, typed_turn

decisions = Blueprint("adaptation_decisions", __name__, url_prefix="/adaptations")


@decisions.post("/<uuid:adaptation_id>/decision")
@requires(Action.DECIDE_ADAPTATIONS)
def note(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Grant an adaptation, a part of it, or refuse it with what is offered instead."""
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            decide(session, file, _typed(), turn=typed_turn(), viewer=viewer(), now=now())
    except Invalid as refused:
        return page_of_file(adaptation_id, refused), 422
    flash(_("What was decided on %(reference)s is noted.", reference=file.reference), "success")
    return redirect(url_for("adaptations.show", adaptation_id=adaptation_id))


@decisions.post("/<uuid:adaptation_id>/review")
@requires(Action.FOLLOW_ADAPTATIONS)
def review(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Bring a refusal to whoever decides once more."""
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            ask_review(
                session,
                file,
                said=request.form.get("said", ""),
                turn=typed_turn(),
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return page_of_file(adaptation_id, refused), 422
    flash(_("File %(reference)s waits for a decision again.", reference=file.reference), "success")
    return redirect(url_for("adaptations.show", adaptation_id=adaptation_id))


def _typed() -> Decided:
    typed = request.form
    offered = {kind: typed.get(f"instead_{kind}", "") for kind in typed.getlist("instead")}
    return Decided(
        outcome=typed.get("outcome", ""),
        reason=typed.get("reason", ""),
        explanation=typed.get("explanation", "").replace("\r\n", "\n"),
        instead=offered,
        built_how=typed.get("built_how", ""),
        built_on=typed_day_of("built_on"),
        silence=typed.get("silence", ""),
    )
