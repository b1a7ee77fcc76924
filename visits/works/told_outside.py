"""What the landlord's own maintenance system is told of an order: one table of columns."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.portfolio import Dwelling
from visits.models.works import OPEN_STATES, WorkOrder
from visits.models.works_history import WorkOrderEvent
from visits.sight import Viewer, visible_work_orders
from visits.sight.listing import Listed, Wanted, page_of
from visits.works.giving import STRANGER


def _day(moment: datetime | None) -> str:
    return today_in_paris(moment).isoformat() if moment is not None else ""


# In the words of programs: states, trades and places by their codes, days as 2026-03-10. Nothing of
# who lives there: no name, no number, no way to get in.
COLUMNS: Mapping[str, Callable[[WorkOrder], str]] = {
    "reference": lambda order: order.reference,
    "state": lambda order: order.state,
    "trade": lambda order: order.trade,
    "severity": lambda order: order.severity,
    "residence": lambda order: order.stands_in.reference or "" if order.stands_in else "",
    "dwelling": lambda order: order.dwelling.reference if order.dwelling else "",
    "address": lambda order: order.stands_in.address if order.stands_in else "",
    "postcode": lambda order: order.stands_in.postcode if order.stands_in else "",
    "city": lambda order: order.stands_in.city if order.stands_in else "",
    "place": lambda order: order.place or "",
    "opened_on": lambda order: _day(order.opened_at),
    "due_on": lambda order: _day(order.due_at),
    "planned_on": lambda order: order.planned_on.isoformat() if order.planned_on else "",
    "planned_part": lambda order: order.planned_part or "",
    "done_on": lambda order: _day(order.closed_at),
    "description": lambda order: order.label["fr"].replace("**", ""),
}


def told_of(order: WorkOrder) -> dict[str, str]:
    """Give what is told of an order, by column."""
    return {name: str(read(order)) for name, read in COLUMNS.items()}


def may_be_told() -> ColumnElement[bool]:
    """Give the condition on `WorkOrder`, its person outer-joined, for what may leave the house.

    As with a contractor: an order is told that somebody named for nobody would see.
    """
    return visible_work_orders(STRANGER)


def orders_to_tell(
    session: Session, viewer: Viewer, *, since: date | None, wanted: Wanted
) -> Listed[WorkOrder]:
    """List the orders that are told, oldest first: the open ones, or what happened since a day."""
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .outerjoin(WorkOrder.dwelling)
        .outerjoin(Dwelling.residence)
        .where(visible_work_orders(viewer), may_be_told())
        .options(contains_eager(WorkOrder.dwelling).contains_eager(Dwelling.residence))
        .options(joinedload(WorkOrder.residence), joinedload(WorkOrder.consequence))
    )
    if since is None:
        statement = statement.where(WorkOrder.state.in_(OPEN_STATES))
    else:
        begins = midnight_in_paris(since)
        happened = exists().where(
            WorkOrderEvent.work_order_id == WorkOrder.id, WorkOrderEvent.at >= begins
        )
        statement = statement.where(or_(WorkOrder.opened_at >= begins, happened))
    order = {"opened": WorkOrder.opened_at}
    return page_of(session, statement, wanted=wanted, order=order, tie=WorkOrder.id)
