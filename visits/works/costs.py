"""What an order costs: quotes as they come, and what was paid in the end. Cents, with tax."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.numbers import typed_cents
from visits.models.works import OrderStep, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderLink, WorkOrderQuote
from visits.sight import Viewer
from visits.works.history import Words, take_step

NAME_LENGTH, NOTE_LENGTH = 200, 500
MOST_CENTS = 100_000_000


def amount(text: str, *, field: str) -> int:
    """Read an amount in euros as cents. Raises Invalid: it is more than nothing and no fortune."""
    if not text.strip():
        raise Invalid({field: "required"})
    try:
        cents = typed_cents(text)
    except ValueError:
        raise Invalid({field: "no_amount"}) from None
    if not 0 < cents <= MOST_CENTS:
        raise Invalid({field: "amount_out_of_range"})
    return cents


def quote_order(
    session: Session,
    order: WorkOrder,
    typed: str,
    note: str,
    *,
    contractor: str,
    by: uuid.UUID | None = None,
    link: WorkOrderLink | None = None,
    now: datetime,
) -> WorkOrderQuote:
    """Keep what a contractor asks for an order. Raises Invalid, Conflict for one that is closed."""
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    name, note = contractor.strip(), note.strip()
    fields = {} if name else {"quote_contractor": "required"}
    if len(name) > NAME_LENGTH or len(note) > NOTE_LENGTH:
        fields["quote_contractor" if len(name) > NAME_LENGTH else "quote_note"] = "too_long"
    try:
        cents = amount(typed, field="quote")
    except Invalid as refused:
        raise Invalid(fields | refused.fields) from None
    if fields:
        raise Invalid(fields)
    quote = WorkOrderQuote(
        work_order_id=order.id,
        contractor=name,
        cents=cents,
        note=note or None,
        received_at=now,
        by_id=by,
        link_id=link.id if link is not None else None,
    )
    session.add(quote)
    said = Words(note=" · ".join(one for one in (name, note) if one), cents=cents)
    take_step(order, OrderStep.QUOTED, by=by, link=link, now=now, said=said)
    return quote


def quotes_of(session: Session, order: WorkOrder) -> Sequence[WorkOrderQuote]:
    """List the quotes for an order that stand, the cheapest first."""
    statement = (
        select(WorkOrderQuote)
        .where(WorkOrderQuote.work_order_id == order.id, WorkOrderQuote.withdrawn_at.is_(None))
        .options(joinedload(WorkOrderQuote.by))
        .order_by(WorkOrderQuote.cents, WorkOrderQuote.id)
    )
    return session.scalars(statement).all()


def withdraw_quote(
    session: Session, order: WorkOrder, quote_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a quote stand no more; raises NotFound for one of another order."""
    quote = session.get(WorkOrderQuote, quote_id, with_for_update={"key_share": True})
    if quote is None or quote.work_order_id != order.id or quote.withdrawn_at is not None:
        raise NotFound("quote_not_found")
    quote.withdrawn_at, quote.withdrawn_by_id = now, viewer.user_id


def note_cost(
    order: WorkOrder,
    typed: str,
    *,
    by: uuid.UUID | None = None,
    link: WorkOrderLink | None = None,
    now: datetime,
) -> None:
    """Keep what an order cost in the end. Raises Invalid, Conflict for one that was cancelled."""
    if order.state is WorkOrderState.CANCELLED:
        raise Conflict("work_order_cannot_move", state=order.state)
    cents = amount(typed, field="cost")
    said = Words(cents=cents)
    take_step(order, OrderStep.COST, by=by, link=link, now=now, said=said, cost_cents=cents)
