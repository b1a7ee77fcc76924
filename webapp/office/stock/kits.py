"""Kit stock: what is in whose bag, handing items out."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from diagnostics.kits import ITEMS
from visits.ground.errors import Invalid
from visits.stock.bags import MOST_AT_ONCE, bags_of, put_in_bag
from visits.stock.movements import bag_holders, latest_movements
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction

kits = Blueprint("kits", __name__, url_prefix="/kits")


@kits.get("/")
@requires(Action.HAND_OUT_KITS)
def index() -> ResponseReturnValue:
    """Show what is in each visitor's bag."""
    return _page()


@kits.post("/")
@requires(Action.HAND_OUT_KITS)
def hand_out() -> ResponseReturnValue:
    """Put items in a visitor's bag, or take some back."""
    typed = request.form
    try:
        with transaction() as session:
            movement = put_in_bag(
                session,
                _typed_visitor({user.id for user in bag_holders(session, viewer())}),
                typed.get("item", ""),
                typed.get("quantity", 0, type=int),
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return _page({name: sentence(code) for name, code in refused.fields.items()}), 422
    said = _("The items are in the bag.") if movement.quantity > 0 else _("The items are back.")
    flash(said, "success")
    return redirect(url_for(".index"))


def _typed_visitor(offered: set[uuid.UUID]) -> uuid.UUID:
    try:
        chosen = uuid.UUID(request.form.get("visitor_id", ""))
    except ValueError:
        raise Invalid({"visitor_id": "unknown_visitor"}) from None
    if chosen not in offered:
        raise Invalid({"visitor_id": "unknown_visitor"})
    return chosen


def _page(errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        holders = bag_holders(session, viewer())
        bags = bags_of(session, [holder.id for holder in holders])
        movements = latest_movements(session, holders)
    return render_template(
        "kits/index.html",
        holders=holders,
        bags=bags,
        movements=movements,
        short=any(number < 0 for bag in bags.values() for number in bag.values()),
        items=ITEMS,
        most=MOST_AT_ONCE,
        errors=errors or {},
        typed=request.form,
    )
