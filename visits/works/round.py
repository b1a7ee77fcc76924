"""The orders that our own technicians set out with: planned for these days, or urgent."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.models.portfolio import Dwelling
from visits.models.works import OPEN_STATES, URGENT, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderLink
from visits.sight import Viewer
from visits.sight.orders import visible_work_orders
from visits.works.assigning import sets_out_with

DAYS_AHEAD = 7
# More than a technician does in a week; the soonest come first.
MOST = 100


# When a part of the day begins, to stand among the hours.
BEGINS = {"morning": "08:00", "afternoon": "13:30"}


@dataclass(frozen=True)
class Round:
    """The orders to set out with, the soonest first; `more` tells of others left behind."""

    orders: list[WorkOrder]
    more: bool


def orders_of_round(session: Session, viewer: Viewer, *, today: date) -> Round:
    """List the open orders of our own service to do from now to a week ahead, the soonest first.

    Those planned, late ones too, those begun, and urgent ones that nobody planned; none that a
    contractor does, nor one that is another technician's.
    """
    planned = WorkOrder.planned_on <= today + timedelta(days=DAYS_AHEAD)
    begun = WorkOrder.state == WorkOrderState.STARTED
    urgent = and_(WorkOrder.severity.in_(URGENT), WorkOrder.state != WorkOrderState.ON_HOLD)
    sent = exists().where(
        WorkOrderLink.work_order_id == WorkOrder.id,
        WorkOrderLink.revoked_at.is_(None),
        WorkOrderLink.used_up_at.is_(None),
    )
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(visible_work_orders(viewer), WorkOrder.state.in_(OPEN_STATES))
        .where(WorkOrder.given_to_id.is_(None), ~sent, or_(planned, begun, urgent))
        .where(sets_out_with(viewer.user_id))
        .options(contains_eager(WorkOrder.person), joinedload(WorkOrder.consequence))
        .options(joinedload(WorkOrder.dwelling).joinedload(Dwelling.residence))
        .options(joinedload(WorkOrder.residence))
        .order_by(WorkOrder.planned_on.asc().nulls_first(), WorkOrder.id)
        .limit(MOST + 1)
    )
    found = session.scalars(statement).all()
    return Round(sorted(found[:MOST], key=_turn), more=len(found) > MOST)


def _turn(order: WorkOrder) -> tuple[date, str]:
    part = order.planned_part or ""
    return order.planned_on or date.min, BEGINS.get(part, part)
