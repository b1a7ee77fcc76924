"""What an order comes to by the price list of its day: articles chosen, counted, withdrawn."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Invalid
from visits.works.costs import ceiling_of
from visits.works.counting import (
    articles_for,
    count_article,
    day_of,
    lines_of,
    lists_for,
    withdraw_line,
)
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.listing import stands_at, wanted_by

counting = Blueprint("counting", __name__, url_prefix="/work-orders")


@counting.get("/<uuid:order_id>/articles")
@requires(Action.GIVE_WORKS)
def index(order_id: uuid.UUID) -> ResponseReturnValue:
    """List the articles that an order may count, those of its trade."""
    return _page(order_id)


@counting.post("/<uuid:order_id>/articles/<uuid:price_id>")
@requires(Action.GIVE_WORKS)
def count(order_id: uuid.UUID, price_id: uuid.UUID) -> ResponseReturnValue:
    """Count so much of an article for an order."""
    typed = request.form.get("quantity", "")
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            count_article(session, order, price_id, typed, viewer=viewer(), now=now())
    except Invalid as refused:
        errors = {f"{price_id}-{name}": sentence(why) for name, why in refused.fields.items()}
        return _page(order_id, errors), 422
    flash(_("It is counted."), "success")
    return redirect(url_for(".index", order_id=order_id, **_asked()))


@counting.post("/<uuid:order_id>/lines/<uuid:line_id>/withdrawal")
@requires(Action.GIVE_WORKS)
def withdraw(order_id: uuid.UUID, line_id: uuid.UUID) -> ResponseReturnValue:
    """Count a line no more."""
    with transaction() as session:
        order = find_work_order(session, viewer(), order_id, to_change=True)
        withdraw_line(session, order, line_id, viewer=viewer(), now=now())
    flash(_("It is counted no more."), "success")
    return redirect(url_for("work_orders.show", order_id=order_id))


def _asked() -> dict[str, Any]:
    """Read what was looked for, to come back to it."""
    names = ("q", "any", "sort", "desc", "page")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _page(order_id: uuid.UUID, errors: dict[str, str] | None = None) -> str:
    stands_at("counting.index", order_id=order_id)
    text, any_trade = request.args.get("q", ""), request.args.get("any") == "1"
    with reading() as session:
        order = find_work_order(session, viewer(), order_id)
        lines = lines_of(session, order)
        return render_template(
            "work_orders/articles.html",
            order=order,
            lists=lists_for(session, order),
            prices_of=day_of(order),
            listed=articles_for(
                session, order, text=text, any_trade=any_trade, wanted=wanted_by("code")
            ),
            lines=lines,
            counted=sum(one.cents for one in lines),
            ceiling=ceiling_of(session, order),
            asked=_asked(),
            text=text,
            any_trade=any_trade,
            typed=request.form if errors else {},
            errors=errors or {},
        )
