"""What an order costs: estimate, ceiling, quotes compared and accepted, what it came to."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Forbidden, Invalid
from visits.models.works import WorkOrder
from visits.works.costs import (
    CostSaid,
    accept_quote,
    let_quote_stand,
    note_cost,
    note_estimate,
    quote_order,
    set_ceiling,
    unaccept_quote,
    withdraw_quote,
)
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.works.work_orders import order_page, order_read

costs = Blueprint("costs", __name__, url_prefix="/work-orders")
Change = Callable[[Session, WorkOrder], object]


@costs.post("/<uuid:order_id>/quotes")
@requires(Action.DO_WORKS)
def quote(order_id: uuid.UUID) -> ResponseReturnValue:
    """Note a quote that came by letter or e-mail, or a contractor's own."""
    amount, note, name = _typed("quote"), _typed("quote_note"), _typed("quote_contractor")
    by = viewer().user_id
    if not may(Action.GIVE_WORKS):
        name = g.account.organisation
    return _changed(
        order_id,
        lambda session, order: quote_order(
            session, order, amount, note, contractor=name, by=by, now=now()
        ),
        _("The quote is kept."),
    )


@costs.post("/<uuid:order_id>/quotes/<uuid:quote_id>/withdrawal")
@requires(Action.DO_WORKS)
def drop(order_id: uuid.UUID, quote_id: uuid.UUID) -> ResponseReturnValue:
    """Let a quote stand no more, or stand again."""
    if request.form.get("do") == "back":
        return _changed(
            order_id,
            lambda session, order: let_quote_stand(
                session, order, quote_id, viewer=viewer(Action.DO_WORKS), now=now()
            ),
            _("The quote stands again."),
        )
    return _changed(
        order_id,
        lambda session, order: withdraw_quote(
            session, order, quote_id, reader=viewer(Action.DO_WORKS), now=now()
        ),
        _("The quote is withdrawn."),
    )


@costs.post("/<uuid:order_id>/quotes/<uuid:quote_id>/acceptance")
@requires(Action.SEE_WORKS)
def accept(order_id: uuid.UUID, quote_id: uuid.UUID) -> ResponseReturnValue:
    """Accept a quote, or take that back: whoever gives works, and above the ceiling a manager."""
    if not (may(Action.GIVE_WORKS) or may(Action.APPROVE_COSTS)):
        raise Forbidden("forbidden")
    if request.form.get("do") == "back":
        return _changed(
            order_id,
            lambda session, order: unaccept_quote(
                session, order, quote_id, viewer=viewer(), now=now()
            ),
            _("The quote is no longer accepted."),
        )
    exceed, why = may(Action.APPROVE_COSTS), _typed("accept_why")
    return _changed(
        order_id,
        lambda session, order: accept_quote(
            session, order, quote_id, why, viewer=viewer(), may_exceed=exceed, now=now()
        ),
        _("The quote is accepted."),
    )


@costs.post("/<uuid:order_id>/estimate")
@requires(Action.GIVE_WORKS)
def estimate(order_id: uuid.UUID) -> ResponseReturnValue:
    """Note what an order is thought to cost."""
    typed = _typed("estimate")
    return _changed(
        order_id,
        lambda session, order: note_estimate(order, typed, viewer=viewer(), now=now()),
        _("The estimate is kept."),
    )


@costs.post("/<uuid:order_id>/ceiling")
@requires(Action.APPROVE_COSTS)
def ceiling(order_id: uuid.UUID) -> ResponseReturnValue:
    """Say what an order may cost at most."""
    typed = _typed("ceiling")
    return _changed(
        order_id,
        lambda session, order: set_ceiling(order, typed, viewer=viewer(), now=now()),
        _("The ceiling is kept."),
    )


@costs.post("/<uuid:order_id>/cost")
@requires(Action.DO_WORKS)
def cost(order_id: uuid.UUID) -> ResponseReturnValue:
    """Note what the works came to: euros, minutes of labour, parts."""
    said, by = CostSaid(_typed("cost"), _typed("labour"), _typed("parts")), viewer().user_id
    return _changed(
        order_id,
        lambda session, order: note_cost(order, said, by=by, now=now()),
        _("The cost is kept."),
    )


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")


def _changed(order_id: uuid.UUID, change: Change, said: str) -> ResponseReturnValue:
    """Change an order and go back to its page; what was refused stands beside its field."""
    try:
        with transaction() as session:
            change(session, order_read(session, order_id))
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(said, "success")
    return redirect(url_for("work_orders.show", order_id=order_id))
