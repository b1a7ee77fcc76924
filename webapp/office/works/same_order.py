"""Two orders about the same, put together and apart from the page of either."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.models.works import WorkOrder
from visits.works.same_order import finding_apart, put_apart, put_together
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction

same_order = Blueprint("same_order", __name__, url_prefix="/work-orders")


@same_order.post("/<uuid:order_id>/same/<uuid:other_id>")
@requires(Action.OPEN_WORKS)
def together(order_id: uuid.UUID, other_id: uuid.UUID) -> ResponseReturnValue:
    """Make one order of two that are about the same."""

    def do(session: Session, order: WorkOrder) -> tuple[WorkOrder, str]:
        other = find_work_order(session, viewer(Action.SEE_WORKS), other_id, to_change=True)
        kept = put_together(session, order, other, viewer=viewer(Action.SEE_WORKS), now=now())
        return kept, str(_("One order from now on, with all that was told of it."))

    return _change(order_id, do)


@same_order.post("/<uuid:order_id>/apart")
@requires(Action.OPEN_WORKS)
def apart(order_id: uuid.UUID) -> ResponseReturnValue:
    """Let an order that was put into another, or a finding, be an order by itself again."""

    def do(session: Session, order: WorkOrder) -> tuple[WorkOrder, str]:
        seeing = viewer(Action.SEE_WORKS)
        finding = request.form.get("finding", type=uuid.UUID)
        if finding is not None:
            alone = finding_apart(session, order, finding, viewer=seeing, now=now())
        else:
            told = request.form.get("order", type=uuid.UUID) or uuid.UUID(int=0)
            alone = put_apart(session, order, told, viewer=seeing, now=now())
        return alone, str(_("Work order %(reference)s is open.", reference=alone.reference))

    return _change(order_id, do)


def _change(
    order_id: uuid.UUID, do: Callable[[Session, WorkOrder], tuple[WorkOrder, str]]
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(Action.SEE_WORKS), order_id, to_change=True)
            shown, said = do(session, order)
            shown_id = shown.id
    except Conflict as refused:
        flash(sentence(refused.code), "danger")
        return redirect(url_for("work_orders.show", order_id=order_id))
    flash(said, "success")
    return redirect(url_for("work_orders.show", order_id=shown_id))
