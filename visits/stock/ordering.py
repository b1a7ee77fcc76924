"""What was ordered from suppliers, and how much of it came."""

import enum
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.stock import Article, KitMovement, StockOrder
from visits.sight import Viewer
from visits.sight.listing import Listed, Wanted, page_of
from visits.stock.central import MOST_AT_ONCE, receive, received_by_order

SUPPLIER_LENGTH = 120


class OrderState(enum.StrEnum):
    """Where an order stands; it follows from what came and from the day."""

    EXPECTED = "expected"
    LATE = "late"
    RECEIVED = "received"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Ordered:
    """An order, and how many of its articles came."""

    order: StockOrder
    came: int
    state: OrderState

    @property
    def missing(self) -> int:
        """How many are still to come."""
        waits = self.state in (OrderState.EXPECTED, OrderState.LATE)
        return max(0, self.order.quantity - self.came) if waits else 0


ORDER = {
    "ordered": StockOrder.ordered_at,
    "expected": StockOrder.expected_on,
    "article": Article.name,
    "supplier": StockOrder.supplier,
    "quantity": StockOrder.quantity,
}


def list_orders(
    session: Session, viewer: Viewer, *, open_only: bool, wanted: Wanted, today: date
) -> Listed[Ordered]:
    """List the orders of the viewer's organisation: those still to come, or all."""
    received = received_by_order().subquery()
    came = func.coalesce(received.c.came, 0)
    statement = (
        select(StockOrder)
        .join(StockOrder.article)
        .outerjoin(received, received.c.order_id == StockOrder.id)
        .where(Article.organisation_id == viewer.organisation_id)
        .options(contains_eager(StockOrder.article))
    )
    if open_only:
        statement = statement.where(StockOrder.cancelled_at.is_(None), StockOrder.quantity > came)
    listed = page_of(session, statement, wanted=wanted, order=ORDER, tie=StockOrder.id)
    known = {
        order_id: int(number)
        for order_id, number in session.execute(
            received_by_order().where(KitMovement.order_id.in_([one.id for one in listed.rows]))
        )
    }
    rows = [_ordered(one, known.get(one.id, 0), today) for one in listed.rows]
    return Listed(rows, listed.total, listed.wanted)


def _ordered(order: StockOrder, came: int, today: date) -> Ordered:
    if order.cancelled_at is not None:
        state = OrderState.CANCELLED
    elif came >= order.quantity:
        state = OrderState.RECEIVED
    elif order.expected_on is not None and order.expected_on < today:
        state = OrderState.LATE
    else:
        state = OrderState.EXPECTED
    return Ordered(order, came, state)


def find_order(session: Session, viewer: Viewer, order_id: uuid.UUID, *, today: date) -> Ordered:
    """Find an order of the viewer's organisation, else raise NotFound; nobody else changes it."""
    take_turn(session, f"stock order {order_id}")
    order = session.get(StockOrder, order_id)
    if order is None or order.article.organisation_id != viewer.organisation_id:
        raise NotFound("stock_order_not_found")
    of_it = received_by_order().where(KitMovement.order_id == order_id)
    row = session.execute(of_it).one_or_none()
    return _ordered(order, int(row[1]) if row else 0, today)


def order_article(
    session: Session,
    article: Article,
    quantity: int,
    *,
    supplier: str,
    expected_on: date | None,
    viewer: Viewer,
    now: datetime,
    today: date,
) -> StockOrder:
    """Note that an article was ordered. Raises Invalid, field by field."""
    supplier = " ".join(supplier.split())
    fields = {}
    if not 1 <= quantity <= MOST_AT_ONCE:
        fields["quantity"] = "number_too_far"
    if not supplier or len(supplier) > SUPPLIER_LENGTH:
        fields["supplier"] = "text_too_long" if supplier else "required"
    if expected_on is not None and expected_on < today:
        fields["expected_on"] = "day_past"
    if fields:
        raise Invalid(fields)
    order = StockOrder(
        article_id=article.id,
        quantity=quantity,
        supplier=supplier,
        expected_on=expected_on,
        ordered_at=now,
        ordered_by_id=viewer.user_id,
    )
    session.add(order)
    session.flush()
    return order


def receive_order(
    session: Session, ordered: Ordered, quantity: int, *, batch: str, viewer: Viewer, now: datetime
) -> KitMovement:
    """Put what came of an order into stock, all of it or a part; more than ordered comes too.

    Raises Conflict when nothing is to come any more, Invalid for a bad quantity or batch.
    """
    if not ordered.missing:
        raise Conflict("stock_order_closed")
    article = ordered.order.article
    return receive(
        session, article, quantity, batch=batch, order=ordered.order, viewer=viewer, now=now
    )


def cancel_order(ordered: Ordered, *, cancelled: bool, viewer: Viewer, now: datetime) -> None:
    """Expect no more of an order, or expect it again. Raises Conflict when that changes nothing."""
    order = ordered.order
    if ordered.state is OrderState.RECEIVED or (order.cancelled_at is not None) == cancelled:
        raise Conflict("stock_order_closed")
    order.cancelled_at = now if cancelled else None
    order.cancelled_by_id = viewer.user_id if cancelled else None
