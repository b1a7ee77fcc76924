"""Parts that an order took out of stock: added and withdrawn on its page."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Invalid
from visits.stock.articles import find_article
from visits.works.parts import take_part_back, use_part
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.works.work_orders import order_page

parts = Blueprint("parts", __name__, url_prefix="/work-orders")


@parts.post("/<uuid:order_id>/parts")
@requires(Action.GIVE_WORKS)
def use(order_id: uuid.UUID) -> ResponseReturnValue:
    """Take a part out of the central stock or one's own bag for an order."""
    place, _colon, article_id = request.form.get("used_part", "").partition(":")
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            article = find_article(session, viewer(), _typed_article(article_id))
            number = request.form.get("used_number", 0, type=int)
            from_bag = place == "bag"
            use_part(session, order, article, number, from_bag=from_bag, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(_("The part is taken out of the stock."), "success")
    return redirect(url_for("work_orders.show", order_id=order_id, _anchor="used"))


def _typed_article(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid({"used_part": "bad_choice" if text else "required"}) from None


@parts.post("/<uuid:order_id>/parts/<uuid:movement_id>/withdrawal")
@requires(Action.GIVE_WORKS)
def withdraw(order_id: uuid.UUID, movement_id: uuid.UUID) -> ResponseReturnValue:
    """Put a part that an order did not take back where it was."""
    with transaction() as session:
        order = find_work_order(session, viewer(), order_id, to_change=True)
        take_part_back(session, order, movement_id, viewer=viewer(), now=now())
    flash(_("The part is back where it was."), "success")
    return redirect(url_for("work_orders.show", order_id=order_id, _anchor="used"))
