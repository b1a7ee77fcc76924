"""Work orders: opened by a finding, started, held, done or cancelled by the technical service."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.db import new_id
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.mapping.points import refresh_map
from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.models.visits import Consequence
from visits.models.works import (
    CORRECTED,
    OPEN_STATES,
    SAME,
    TAKEN_BACK,
    Severity,
    WorkOrder,
    WorkOrderState,
)
from visits.sight import Reach, Viewer
from visits.sight.access_log import log_access
from visits.sight.orders import visible_work_orders
from visits.works.findings import add_finding, known_order, order_of

# From where each state may be reached.
REACHED_FROM: dict[WorkOrderState, tuple[WorkOrderState, ...]] = {
    WorkOrderState.STARTED: (WorkOrderState.OPEN, WorkOrderState.ON_HOLD),
    WorkOrderState.ON_HOLD: (WorkOrderState.OPEN, WorkOrderState.STARTED),
    WorkOrderState.DONE: OPEN_STATES,
    WorkOrderState.CANCELLED: OPEN_STATES,
    # Closed by mistake, or the trouble is back.
    WorkOrderState.OPEN: (WorkOrderState.DONE, WorkOrderState.CANCELLED),
}
# Whoever was given an order does it; that it is not wanted, or not done after all, its owner says.
FOR_GIVEN = (WorkOrderState.STARTED, WorkOrderState.ON_HOLD, WorkOrderState.DONE)
NEEDS_NOTE = frozenset(WorkOrderState) - {WorkOrderState.STARTED}
NOTE_LENGTH = 500

# An urgent order nobody has started by then is shown as escalated.
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

    Without a case it is of a home unknown; called again with one, it gets its home. Without a
    `trade` the code of the consequence is one.
    """
    trade = trade or consequence.code
    order = None if fresh else order_of(session, consequence)
    if order is not None:
        if case is not None:
            _bring_home(order, case)
        return order
    known = known_order(session, consequence, case, trade=trade, now=now)
    if known is not None:
        add_finding(session, known, consequence)
        return known
    order_id = new_id()
    order = WorkOrder(
        id=order_id,
        reference=new_reference(),
        dwelling_id=case.dwelling_id if case else None,
        person_id=case.person_id if case else None,
        consequence_id=consequence.id,
        trade=trade,
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


def _bring_home(order: WorkOrder, case: Case) -> None:
    order.dwelling_id, order.person_id = case.dwelling_id, case.person_id
    if order.state is WorkOrderState.CANCELLED and order.closing_note == TAKEN_BACK:
        order.state = WorkOrderState.OPEN
        order.closing_note = order.closed_at = order.closed_by_id = None


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


def moves_of(order: WorkOrder, viewer: Viewer) -> list[WorkOrderState]:
    """List where a viewer may move an order; what closed by itself comes back so."""
    if not order.is_open and order.closing_note in (CORRECTED, SAME, TAKEN_BACK):
        return []
    hers = FOR_GIVEN if viewer.reach is Reach.GIVEN else REACHED_FROM
    return [state for state in hers if order.state in REACHED_FROM[state]]


def move_work_order(
    session: Session,
    order: WorkOrder,
    state: WorkOrderState,
    *,
    note: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Start, hold, complete or cancel a work order, or open one again that was closed.

    Raises Conflict when its state does not lead there, Invalid when a note is missing or longer
    than `NOTE_LENGTH` characters.
    """
    if state not in moves_of(order, viewer):
        raise Conflict("work_order_cannot_move", state=order.state)
    note = note.strip()
    if state in NEEDS_NOTE and not note:
        raise Invalid({"note": "required"})
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": "too_long"})
    order.state = state
    if state is WorkOrderState.OPEN:  # what it was closed with stays beside why it is open again
        note = " · ".join(said for said in (order.closing_note, note) if said)
        order.closed_at = order.closed_by_id = None
    order.closing_note = note or order.closing_note
    if state is WorkOrderState.STARTED:
        order.started_at = order.started_at or now
    if state not in OPEN_STATES:
        order.closed_at, order.closed_by_id = now, viewer.user_id
    if order.dwelling_id is not None:
        refresh_map(session, [order.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what=f"work_order_{state}",
        now=now,
    )


def escalate_work_orders(session: Session, *, now: datetime) -> int:
    """Mark urgent orders that nobody started in time; gives how many were marked now."""
    marked = 0
    for severity, patience in ESCALATE_AFTER.items():
        late = select(WorkOrder).where(
            WorkOrder.state == WorkOrderState.OPEN,
            WorkOrder.severity == severity,
            WorkOrder.escalated_at.is_(None),
            WorkOrder.opened_at <= now - patience,
        )
        for order in session.scalars(late):
            order.escalated_at = now
            marked += 1
    session.flush()
    return marked
