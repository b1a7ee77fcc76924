"""Why an order that should have been done is not: one table, read for filters, counts and rows."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.models.works import OPEN_STATES, HoldWhy, WorkOrder, WorkOrderState
from visits.works.giving import is_sent_by_link

_S = WorkOrderState
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
ON_HOLD = "hold_"
# What stands before others is what the order waits for: a day that is proposed ends a hold too.
_WAITS_FOR: Mapping[str, ColumnElement[bool]] = {
    "day_to_agree": WorkOrder.proposed_on.is_not(None),
    "refused": WorkOrder.state == _S.REFUSED,
    **{f"{ON_HOLD}{why}": WorkOrder.hold_why == why for why in HoldWhy if why != HoldWhy.OTHER},
    f"{ON_HOLD}{HoldWhy.OTHER}": WorkOrder.state == _S.ON_HOLD,
    "no_answer": and_(
        # The office may have taken it on: that is not the contractor's answer.
        WorkOrder.state.in_((_S.OPEN, _S.ACKNOWLEDGED)),
        WorkOrder.accepted_at.is_(None),
        or_(WorkOrder.given_to_id.is_not(None), is_sent_by_link()),
    ),
    "not_acknowledged": WorkOrder.state == _S.OPEN,
    "no_appointment": WorkOrder.state == _S.ACKNOWLEDGED,
    "under_way": WorkOrder.state == _S.STARTED,
}
# Two that hang on the day: planned for one that is past, or that comes after the deadline.
DAY_PAST, DAY_TO_COME = "day_past", "day_to_come"
REASONS = (*_WAITS_FOR, DAY_PAST, DAY_TO_COME)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Select orders that should have been done by now."""
    # Not by an index of the day itself: of the orders of years, nearly all are of days gone by.
    due = func.coalesce(WorkOrder.due_at, NEVER)
    return and_(WorkOrder.state.in_(OPEN_STATES), due < now)


def why_late(now: datetime) -> ColumnElement[str]:
    """Give the one reason of `REASONS` why a late order is late."""
    rows = [(holds, reason) for reason, holds in _WAITS_FOR.items()]
    past = (WorkOrder.planned_on < today_in_paris(now), DAY_PAST)
    return case(*rows, past, else_=DAY_TO_COME)


def reasons_of(
    session: Session, orders: Iterable[WorkOrder], *, now: datetime
) -> Mapping[uuid.UUID, str]:
    """Give by order why it is late; one that is not has none."""
    ids = [one.id for one in orders if one.is_late(now)]
    asked = select(WorkOrder.id, why_late(now)).where(WorkOrder.id.in_(ids))
    return {order_id: why for order_id, why in session.execute(asked)} if ids else {}


def days_late(order: WorkOrder, *, now: datetime) -> int:
    """Count the days since an order should have been done; 0 on that very day, or before it."""
    if order.due_at is None or not order.is_late(now):
        return 0
    return (today_in_paris(now) - today_in_paris(order.due_at)).days
