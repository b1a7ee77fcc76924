"""The board of what is burning: it looks again by itself, says what changed, and rings if asked."""

import hashlib
import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.models.duty import DutyTurn
from visits.sight.homes import landlords_run
from visits.sight.reach import Reach
from visits.works.burning import Burning, burning
from visits.works.calling import not_reached_after_all, note_reached, on_duty_at, take_on
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing

board = Blueprint("burning", __name__, url_prefix="/work-orders/burning")


@board.get("/")
@requires(Action.SEE_WORKS)
def index() -> ResponseReturnValue:
    """Show what is urgent and open, who was called, and who is on duty."""
    with showing("work_orders") as (session, shown):
        seeing = viewer()
        found = burning(session, seeing, now=now())
        shown.update(one.order.person_id for one in found)
        ours = seeing.reach is not Reach.GIVEN
        return render_template(
            "work_orders/burning.html",
            **_told(found),
            ours=ours,
            on_duty=_on_duty(session) if ours else [],
        )


@board.get("/now")
@requires(Action.SEE_WORKS)
def again() -> ResponseReturnValue:
    """Give the board anew, or nothing while it is as it was: what is read is not moved away."""
    with showing("work_orders") as (session, shown):
        found = burning(session, viewer(), now=now())
        told = _told(found)
        if told["known"] == request.args.get("known"):
            return "", 204
        shown.update(one.order.person_id for one in found)
        ours = viewer().reach is not Reach.GIVEN
        page = render_template("work_orders/_burning.html", **told, ours=ours, again=True)
    return make_response(page)


@board.post("/<uuid:order_id>/acknowledgement")
@requires(Action.SEE_WORKS)
def acknowledge(order_id: uuid.UUID) -> ResponseReturnValue:
    """Take on an order for which one was called."""
    with transaction() as session:
        order = find_work_order(session, viewer(), order_id, to_change=True)
        take_on(session, order, viewer=viewer(), now=now())
    flash(_("Work order %(reference)s is yours now.", reference=order.reference), "success")
    return redirect(url_for("work_orders.show", order_id=order_id))


@board.post("/<uuid:order_id>/calls/<uuid:call_id>")
@requires(Action.OPEN_WORKS)
def reached(order_id: uuid.UUID, call_id: uuid.UUID) -> ResponseReturnValue:
    """Note that somebody on duty was reached on the phone, or take that back."""
    with transaction() as session:
        order = find_work_order(session, viewer(Action.SEE_WORKS), order_id, to_change=True)
        if request.form.get("do") == "back":
            not_reached_after_all(session, order, call_id, viewer=viewer())
        else:
            note_reached(session, order, call_id, viewer=viewer(), now=now())
    return redirect(url_for(".index", _anchor=f"order-{order_id}"))


def _told(found: Sequence[Burning]) -> dict[str, object]:
    waiting = [one for one in found if one.waits]
    late = [one for one in waiting if one.taken_on_by < now()]
    open_now = [one for one in found if one.order.is_open]
    said = ngettext("%(num)d urgent order", "%(num)d urgent orders", len(open_now))
    left = ngettext(
        "%(num)d that nobody has taken on", "%(num)d that nobody has taken on", len(waiting)
    )
    return {
        "burning": [one for one in found if one.order.is_open],
        "closed": [one for one in found if not one.order.is_open],
        "waiting": waiting,
        "late": late,
        "said": f"{said}, {left}",
        "known": _mark(found),
        "now": now(),
        "may_ring": may(Action.OPEN_WORKS),
    }


def _mark(found: Sequence[Burning]) -> str:
    """Sum up all that the board shows: as long as it is the same, nothing changes on a screen."""
    told = [
        (
            one.order.id, one.order.state, one.order.severity, one.order.given_to_id,
            one.order.assigned_to_id, one.order.team_id, len(one.order.standing_links),
            one.waits and one.taken_on_by < now(),
            [
                (
                    call.id, call.sent_at, call.tried_at, call.text_sent_at, call.text_tried_at,
                    call.text_refused_at, call.reached_at,
                )
                for call in one.calls
            ],
        )
        for one in found
    ]  # fmt: skip
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _on_duty(session: Session) -> Sequence[DutyTurn]:
    """List who is on duty now for a landlord whose stock the viewer runs."""
    landlords = {one.id for one in landlords_run(session, viewer())}
    return [one for one in on_duty_at(session, now()) if one.landlord_id in landlords]
