"""Works that come again, listed, paused and ended; templates for orders that are often opened."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from diagnostics.codes import TRADES
from visits.ground.errors import Invalid
from visits.works.recurring import (
    EVERY,
    STATES,
    TurnsSaid,
    acts_on,
    change_recurring,
    find_recurring,
    last_orders,
    let_come_again,
    list_recurring,
)
from visits.works.templates import (
    keep_template,
    put_template_back,
    templates_for,
    withdraw_template,
)
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.listing import stands_at, wanted_by
from webapp.office.works.typed import day_in
from webapp.office.works.work_orders import order_page

recurring = Blueprint("recurring", __name__)


@recurring.get("/recurring-works/")
@requires(Action.OPEN_WORKS)
def index() -> ResponseReturnValue:
    """List the works that come again, the next one first."""
    stands_at("recurring.index")
    state, trade = request.args.get("state", "running"), request.args.get("trade", "")
    with reading() as session:
        wanted = wanted_by("next")
        listed = list_recurring(session, viewer(), state=state, trade=trade, wanted=wanted)
        return render_template(
            "recurring/index.html",
            listed=listed,
            last=last_orders(session, listed.rows),
            state=state,
            trade=trade,
            states=STATES,
            trades=list(TRADES),
            acts_on=acts_on,
            may_change=may(Action.GIVE_WORKS),
            templates=templates_for(session, viewer()),
            withdrawn=templates_for(session, viewer(), withdrawn=True),
        )


@recurring.post("/work-orders/<uuid:order_id>/turns")
@requires(Action.GIVE_WORKS)
def come_again(order_id: uuid.UUID) -> ResponseReturnValue:
    """Let works like those of an order come again."""
    every = request.form.get("every_months", "")
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            said = TurnsSaid(
                int(every) if every in map(str, EVERY) else (-1 if every else 0),
                request.form.get("counted_from", ""),
                day_in("next_on"),
            )
            let_come_again(session, order, said, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(_("These works come again: they stand in the list of recurring works."), "success")
    return redirect(url_for("work_orders.show", order_id=order_id))


@recurring.post("/recurring-works/<uuid:work_id>")
@requires(Action.GIVE_WORKS)
def change(work_id: uuid.UUID) -> ResponseReturnValue:
    """Pause works that come again, let them go on, end them, take them up again."""
    with transaction() as session:
        work = find_recurring(session, work_id, viewer=viewer(), to_change=True)
        act = request.form.get("act", "")
        change_recurring(session, work, act, viewer=viewer(), now=now())
    flash(_("It is noted."), "success")
    return redirect(url_for(".index", state=request.form.get("state", "running")))


@recurring.post("/work-orders/<uuid:order_id>/template")
@requires(Action.OPEN_WORKS)
def keep(order_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the words of an order as a template."""
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(Action.SEE_WORKS), order_id)
            name = request.form.get("template_name", "")
            keep_template(session, order, name, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(_("The template is kept: it is offered whenever an order is opened by hand."), "success")
    return redirect(url_for("work_orders.show", order_id=order_id))


@recurring.post("/order-templates/<uuid:template_id>/withdrawal")
@requires(Action.OPEN_WORKS)
def let_go(template_id: uuid.UUID) -> ResponseReturnValue:
    """Let a template be used no more, or again after all."""
    back = request.form.get("do") == "back"
    with transaction() as session:
        if back:
            put_template_back(session, template_id, viewer=viewer())
        else:
            withdraw_template(session, template_id, viewer=viewer(), now=now())
    said = _("The template is kept: it is offered whenever an order is opened by hand.")
    flash(said if back else _("The template is withdrawn."), "success")
    return redirect(url_for(".index"))
