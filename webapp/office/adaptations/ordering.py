"""Works are ordered for an adaptation that was granted and agreed to."""

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.adaptations.files import find_file
from visits.following.adaptation_works import cancel_orders, order_works
from visits.ground.errors import Invalid
from visits.models.works import CameFrom, Severity
from visits.works.by_hand import OrderSaid
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.adaptations.page import page_of_file
from webapp.office.frame.moments import typed_day

adaptation_works = Blueprint("adaptation_works", __name__, url_prefix="/adaptations")


@adaptation_works.post("/<uuid:adaptation_id>/works")
@requires(Action.FOLLOW_ADAPTATIONS)
def order(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Open a work order for an adaptation."""
    try:
        with transaction() as session:
            acting = viewer(Action.OPEN_WORKS)
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            opened = order_works(session, file, _said(), viewer=acting, now=now())
    except Invalid as refused:
        return page_of_file(adaptation_id, refused), 422
    flash(_("Work order %(reference)s is open.", reference=opened.reference), "success")
    return redirect(url_for("adaptations.show", adaptation_id=adaptation_id))


@adaptation_works.post("/<uuid:adaptation_id>/works/cancel")
@requires(Action.FOLLOW_ADAPTATIONS)
def cancel(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Cancel what is still ordered for an adaptation that has ended."""
    with transaction() as session:
        acting = viewer(Action.OPEN_WORKS)
        file = find_file(session, viewer(), adaptation_id, to_change=True)
        note = _("The adaptation is no longer to be made.")
        cancel_orders(session, file, note, viewer=acting, now=now())
    flash(_("Its orders are cancelled."), "success")
    return redirect(url_for("adaptations.show", adaptation_id=adaptation_id))


def _said() -> OrderSaid:
    typed = request.form
    return OrderSaid(
        trade=typed.get("trade", ""),
        severity=Severity.P,
        place=typed.get("place", ""),
        description=typed.get("description", "").replace("\r\n", "\n"),
        came_from=CameFrom.STAFF,
        due_on=_typed_due(),
    )


def _typed_due() -> date | None:
    try:
        return typed_day(request.form["due_on"]) if request.form.get("due_on") else None
    except ValueError:
        raise Invalid({"due_on": "bad_date"}) from None
