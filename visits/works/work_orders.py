"""Work orders: opened by a finding, found by whoever may see them, escalated when nobody comes."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.db import new_id
from visits.ground.errors import NotFound
from visits.models.cases import Case
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Consequence
from visits.models.works import (
    TAKEN_BACK,
    WAITING_STATES,
    Severity,
    WorkOrder,
    WorkOrderState,
)
from visits.sight import Viewer
from visits.sight.orders import visible_work_orders
from visits.works.findings import add_finding, known_order, order_of, residence_of
from visits.works.history import open_again
from visits.works.rooms import room_of

# An urgent order nobody has taken on by then is shown as escalated.
ESCALATE_AFTER = {Severity.U0: timedelta(minutes=30), Severity.U1: timedelta(hours=2)}


def new_reference() -> str:
    """Make the number by which people name an order."""
    return f"BT-{uuid.uuid4().hex[:8].upper()}"


def open_work_order(
    session: Session,
    case: Case | None,
    consequence: Consequence,
    *,
    now: datetime,
    trade: str = "",
    fresh: bool = False,
) -> WorkOrder:
    """Open the work order a finding calls for, or add the finding to the one that is known.

    Without a case it is of a home unknown; called again with one, it gets its home: the dwelling,
    or the residence for what is the residence's. Without a `trade` the code of the consequence is
    one.
    """
    trade = trade or consequence.code
    order = None if fresh else order_of(session, consequence)
    if order is not None:
        if case is not None:
            _bring_home(session, order, consequence, case, now)
        return order
    home = _home(session, consequence, case, trade)
    if home["residence_id"] is not None:
        # Two neighbours who tell at once would not know of each other.
        held = select(Residence.id).where(Residence.id == home["residence_id"])
        session.execute(held.with_for_update(key_share=True))
    known = known_order(session, consequence, case, trade=trade, now=now)
    if known is not None:
        add_finding(session, known, consequence, now=now)
        return known
    order_id = new_id()
    order = WorkOrder(
        id=order_id,
        reference=new_reference(),
        **home,
        consequence_id=consequence.id,
        trade=trade,
        place=room_of(consequence),
        severity=Severity(consequence.severity or "P"),
        description=consequence.label["fr"],
        state=WorkOrderState.OPEN,
        opened_at=now,
        due_at=consequence.due_at,
        findings=[consequence],
    )
    session.add(order)
    session.flush()
    return order


def _home(
    session: Session, consequence: Consequence, case: Case | None, trade: str
) -> dict[str, uuid.UUID | None]:
    """Give of what an order is: of a residence as such, or of a dwelling with who lives there."""
    residence_id = residence_of(session, consequence, case, trade=trade)
    of_dwelling = case if residence_id is None else None
    return {
        "residence_id": residence_id,
        "dwelling_id": of_dwelling.dwelling_id if of_dwelling else None,
        "person_id": of_dwelling.person_id if of_dwelling else None,
    }


def _bring_home(
    session: Session, order: WorkOrder, consequence: Consequence, case: Case, now: datetime
) -> None:
    home = _home(session, consequence, case, order.trade)
    order.residence_id, order.dwelling_id = home["residence_id"], home["dwelling_id"]
    order.person_id = home["person_id"]
    if order.state is WorkOrderState.CANCELLED and order.closing_note == TAKEN_BACK:
        open_again(order, by=None, now=now)


def latest_order(session: Session, viewer: Viewer, landlord_id: uuid.UUID) -> WorkOrder | None:
    """Give the latest order of a home of a landlord that the viewer may see."""
    latest = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .join(WorkOrder.dwelling)
        .where(Dwelling.landlord_id == landlord_id, visible_work_orders(viewer))
        .order_by(WorkOrder.opened_at.desc(), WorkOrder.id.desc())
        .limit(1)
    )
    return session.scalars(latest).one_or_none()


def find_work_order(
    session: Session, viewer: Viewer, order_id: uuid.UUID, *, to_change: bool = False
) -> WorkOrder:
    """Find a work order of a dwelling and person the viewer may see, else raise NotFound.

    `to_change` waits until nobody else is changing it.
    """
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.id == order_id, visible_work_orders(viewer))
    )
    if to_change:
        statement = statement.with_for_update(of=WorkOrder, key_share=True)
    order = session.scalars(statement).one_or_none()
    if order is None:
        raise NotFound("work_order_not_found")
    return order


def escalate_work_orders(session: Session, *, now: datetime) -> int:
    """Mark urgent orders nobody has taken on in time; gives how many were marked now."""
    marked = 0
    for severity, patience in ESCALATE_AFTER.items():
        late = select(WorkOrder).where(
            WorkOrder.state.in_(WAITING_STATES),
            WorkOrder.severity == severity,
            WorkOrder.escalated_at.is_(None),
            WorkOrder.opened_at <= now - patience,
        )
        for order in session.scalars(late):
            order.escalated_at = now
            marked += 1
    session.flush()
    return marked
