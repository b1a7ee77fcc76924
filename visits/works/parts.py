"""Parts that an order took out of stock: each at what it cost then, taken back where wrong."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Invalid, NotFound
from visits.models.people import AccessKind
from visits.models.stock import Article, KitMovement, MovementKind
from visits.models.works import OrderStep, WorkOrder
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.stock.articles import list_articles
from visits.stock.bags import hold_bag, parts_in_bags
from visits.stock.central import STANDS, in_stock, movement_of, stock_of
from visits.works.history import Words, take_step
from visits.works.moves import MOST_OF_A_PART


@dataclass(frozen=True)
class Offered:
    """A part that somebody may take: so many in the central stock, so many in her own bag."""

    article: Article
    central: int
    bag: int


def parts_offered(session: Session, viewer: Viewer) -> list[Offered]:
    """List the parts of the viewer's organisation: those kept, and what is left of others."""
    central = {one.article.id: one.number for one in stock_of(session, viewer)}
    bag = parts_in_bags(session, [viewer.user_id]).get(viewer.user_id, {})
    return [
        Offered(one, central.get(one.id, 0), bag.get(one.id, 0))
        for one in list_articles(session, viewer)
        if one.is_part and (one.retired_at is None or central.get(one.id) or bag.get(one.id))
    ]


def use_part(
    session: Session,
    order: WorkOrder,
    article: Article,
    quantity: int,
    *,
    from_bag: bool,
    viewer: Viewer,
    now: datetime,
) -> KitMovement:
    """Take so many of a part for an order: out of the viewer's own bag, or the central stock.

    What was fitted is true: an order that is closed takes parts too, and more than there are may
    be taken; the stock then stands below zero until somebody counts. Raises Invalid for what is no
    part, and a quantity that is not from 1 to `MOST_OF_A_PART`.
    """
    fields = {} if article.is_part else {"used_part": "bad_choice"}
    if not 1 <= quantity <= MOST_OF_A_PART:
        fields["used_number"] = "bad_part_number"
    if fields:
        raise Invalid(fields)
    movement = movement_of(article, MovementKind.USED, -quantity, viewer=viewer, now=now)
    movement.work_order_id, movement.cents = order.id, article.cost
    if from_bag:
        hold_bag(session, viewer.user_id, article.item)
        movement.organisation_id, movement.visitor_id = None, viewer.user_id
    else:
        in_stock(session, article)
    session.add(movement)
    session.flush()
    _tell(session, order, OrderStep.PART_USED, movement, article, viewer, now)
    return movement


def take_part_back(
    session: Session, order: WorkOrder, movement_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Put a part that an order did not take back to where it was. Raises NotFound."""
    movement = session.get(KitMovement, movement_id, with_for_update={"key_share": True})
    if movement is None or movement.work_order_id != order.id or movement.withdrawn_at is not None:
        raise NotFound("part_not_found")
    assert movement.article is not None  # whoever takes a part says which
    movement.withdrawn_at, movement.withdrawn_by_id = now, viewer.user_id
    _tell(session, order, OrderStep.PART_BACK, movement, movement.article, viewer, now)


def _tell(
    session: Session,
    order: WorkOrder,
    what: OrderStep,
    movement: KitMovement,
    article: Article,
    viewer: Viewer,
    now: datetime,
) -> None:
    cents = None if movement.cents is None else -movement.quantity * movement.cents
    said = Words(note=f"{-movement.quantity} × {article.name}", cents=cents)
    take_step(order, what, by=viewer.user_id, now=now, said=said)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what=f"work_order_{what}",
        now=now,
    )


def part_is_there() -> ColumnElement[bool]:
    """Select the orders on hold for a part of which the central stock has as many as they need."""
    there = (
        select(func.coalesce(func.sum(KitMovement.quantity), 0))
        .where(STANDS, KitMovement.article_id == WorkOrder.hold_article_id)
        .where(KitMovement.organisation_id.is_not(None))
        .correlate(WorkOrder)
        .scalar_subquery()
    )
    return and_(WorkOrder.hold_article_id.is_not(None), there >= WorkOrder.hold_number)


def finds_its_part(session: Session, order: WorkOrder) -> bool:
    """Tell whether the part that an order waits for is there."""
    found = select(WorkOrder.id).where(WorkOrder.id == order.id, part_is_there())
    return session.scalar(found) is not None


@dataclass(frozen=True)
class PartsUsed:
    """The parts that an order took, and what those come to whose price was known then."""

    movements: Sequence[KitMovement]

    @property
    def cents(self) -> int:
        """Sum what they cost, in cents."""
        return sum(-one.quantity * (one.cents or 0) for one in self.movements)

    @property
    def unpriced(self) -> int:
        """Count the movements of which nobody had said a price."""
        return sum(one.cents is None for one in self.movements)


def parts_of(session: Session, order: WorkOrder) -> PartsUsed:
    """List the parts that an order took, in the order in which it did."""
    statement = (
        select(KitMovement)
        .where(STANDS, KitMovement.work_order_id == order.id)
        .options(joinedload(KitMovement.article), joinedload(KitMovement.visitor))
        .options(joinedload(KitMovement.by))
        .order_by(KitMovement.at, KitMovement.id)
    )
    return PartsUsed(session.scalars(statement).all())
