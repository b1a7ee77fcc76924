"""What is burning: urgent works that are open, or closed since yesterday, and who was called."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.models.duty import DutyCall
from visits.models.portfolio import Dwelling
from visits.models.works import DONE_STATES, OPEN_STATES, URGENT, WAITING_STATES, WorkOrder
from visits.models.works_history import WorkOrderEvent
from visits.sight import Reach, Viewer
from visits.sight.orders import visible_work_orders
from visits.works.calling import calls_for
from visits.works.work_orders import ESCALATE_AFTER

CLOSED_SHOWN_FOR = timedelta(hours=24)
MOST = 100
# Whoever is on duty is called within a minute; that long nothing is amiss.
CALLED_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True)
class Burning:
    """An urgent order, and who was called for it; a contractor is told of no calls."""

    order: WorkOrder
    calls: Sequence[DutyCall]
    taken_on: WorkOrderEvent | None = None

    @property
    def waits(self) -> bool:
        """Tell whether nobody has taken it on."""
        return self.order.state in WAITING_STATES

    @property
    def taken_on_by(self) -> datetime:
        """Give by when somebody should have taken it on, since it is known here."""
        return self.order.opened_at + ESCALATE_AFTER[self.order.severity]

    def is_just_told(self, now: datetime) -> bool:
        """Tell whether nobody can have been called for it yet."""
        return now < self.order.opened_at + CALLED_WITHIN


def burning(session: Session, viewer: Viewer, *, now: datetime) -> list[Burning]:
    """List urgent works: those that wait first, the gravest first, then those closed lately."""
    waits = WorkOrder.state.in_(WAITING_STATES)
    closed_lately = WorkOrder.closed_at > now - CLOSED_SHOWN_FOR
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.severity.in_(URGENT), visible_work_orders(viewer))
        .where(
            or_(
                WorkOrder.state.in_(OPEN_STATES),
                and_(WorkOrder.state.in_(DONE_STATES), closed_lately),
            )
        )
        .options(joinedload(WorkOrder.dwelling).joinedload(Dwelling.residence))
        .options(joinedload(WorkOrder.residence), joinedload(WorkOrder.consequence))
        .options(joinedload(WorkOrder.given_to), joinedload(WorkOrder.assigned_to))
        .options(joinedload(WorkOrder.team), selectinload(WorkOrder.standing_links))
        .order_by(
            case((waits, 0), (WorkOrder.state.in_(OPEN_STATES), 1), else_=2),
            WorkOrder.severity,
            WorkOrder.opened_at,
            WorkOrder.id,
        )
    )
    orders = session.scalars(statement.limit(MOST)).all()
    calls = calls_for(session, [] if viewer.reach is Reach.GIVEN else orders)
    taken_on = _taken_on(session, orders)
    return [Burning(one, calls.get(one.id, ()), taken_on.get(one.id)) for one in orders]


def _taken_on(session: Session, orders: Sequence[WorkOrder]) -> dict[uuid.UUID, WorkOrderEvent]:
    """Give by order the step by which somebody took it on."""
    steps = (
        select(WorkOrderEvent)
        .join(WorkOrder, WorkOrder.id == WorkOrderEvent.work_order_id)
        .where(WorkOrder.id.in_([one.id for one in orders]))
        .where(WorkOrderEvent.at == WorkOrder.acknowledged_at)
        .where(WorkOrderEvent.taken_back_at.is_(None))
        .options(joinedload(WorkOrderEvent.by), joinedload(WorkOrderEvent.link))
        .order_by(WorkOrderEvent.id.desc())
    )
    return {one.work_order_id: one for one in session.scalars(steps)}
