"""The central stock of an organisation: received, handed to bags, counted, lost, withdrawn."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from visits.ground.db import new_id, take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.stock import Article, KitMovement, MovementKind, StockOrder
from visits.sight import Viewer
from visits.stock.articles import list_articles
from visits.stock.bags import bag_of, hold_bag, in_bag

MOST_AT_ONCE, MOST_COUNTED = 100_000, 1_000_000
BATCH_LENGTH, WHY_LENGTH = 40, 500
# What a visit's answers or a work order tell is taken back there, not among the movements.
TOLD_ELSEWHERE = (MovementKind.FITTED, MovementKind.USED)
# What was not taken back.
STANDS = KitMovement.withdrawn_at.is_(None)


@dataclass(frozen=True)
class Stocked:
    """How many of an article are in the central stock, and how many more are on order."""

    article: Article
    number: int
    on_order: int

    @property
    def is_low(self) -> bool:
        """Tell whether there are too few of what is still kept."""
        low_at = self.article.low_at
        return self.article.retired_at is None and low_at is not None and self.number < low_at


def stock_of(session: Session, viewer: Viewer) -> list[Stocked]:
    """List the articles of the viewer's organisation with their numbers.

    One no longer kept is listed while some of it is left.
    """
    numbers = _numbers(session, viewer)
    on_order = _on_order(session, viewer)
    return [
        Stocked(article, numbers.get(article.id, 0), on_order.get(article.id, 0))
        for article in list_articles(session, viewer)
        if article.retired_at is None or numbers.get(article.id, 0)
    ]


def count_low(session: Session, viewer: Viewer) -> int:
    """Count the articles of which there are too few: those `stock_of` marks."""
    return sum(stocked.is_low for stocked in stock_of(session, viewer))


def _numbers(session: Session, viewer: Viewer) -> Mapping[uuid.UUID, int]:
    statement = select(KitMovement.article_id, func.sum(KitMovement.quantity)).where(
        STANDS, KitMovement.organisation_id == viewer.organisation_id
    )
    return {
        article_id: int(number)
        for article_id, number in session.execute(statement.group_by(KitMovement.article_id))
        if article_id is not None
    }


def _on_order(session: Session, viewer: Viewer) -> Mapping[uuid.UUID, int]:
    received = received_by_order().subquery()
    missing = StockOrder.quantity - func.coalesce(received.c.came, 0)
    statement = (
        select(StockOrder.article_id, func.sum(missing))
        .join(StockOrder.article)
        .outerjoin(received, received.c.order_id == StockOrder.id)
        .where(Article.organisation_id == viewer.organisation_id)
        .where(StockOrder.cancelled_at.is_(None), missing > 0)
        .group_by(StockOrder.article_id)
    )
    return {article_id: int(number) for article_id, number in session.execute(statement)}


def received_by_order() -> Select[uuid.UUID | None, int]:
    """Select by order how many came of it."""
    came = func.sum(KitMovement.quantity).label("came")
    statement = select(KitMovement.order_id, came).where(STANDS, KitMovement.order_id.is_not(None))
    return statement.group_by(KitMovement.order_id)


def in_stock(session: Session, article: Article) -> int:
    """Count an article in the central stock of its organisation, until this transaction ends.

    Whoever else moves it waits.
    """
    take_turn(session, f"article {article.id}")
    of_it = KitMovement.article_id == article.id, KitMovement.organisation_id.is_not(None)
    return int(session.scalar(select(func.sum(KitMovement.quantity)).where(STANDS, *of_it)) or 0)


def receive(
    session: Session,
    article: Article,
    quantity: int,
    *,
    batch: str = "",
    order: StockOrder | None = None,
    viewer: Viewer,
    now: datetime,
) -> KitMovement:
    """Put what came from a supplier into the central stock.

    Raises Invalid for a quantity that is not from 1 to `MOST_AT_ONCE` or too long a batch.
    """
    _check(quantity, batch)
    in_stock(session, article)
    movement = movement_of(article, MovementKind.RECEIVED, quantity, viewer=viewer, now=now)
    movement.batch, movement.order_id = batch.strip(), order.id if order is not None else None
    session.add(movement)
    session.flush()
    return movement


def hand_to_bag(
    session: Session,
    article: Article,
    visitor_id: uuid.UUID,
    quantity: int,
    *,
    batch: str = "",
    viewer: Viewer,
    now: datetime,
) -> KitMovement:
    """Move an article from the central stock into somebody's bag; below 0, back from there.

    What is of kits goes into a visitor's, a part into a technician's. Gives what came to the bag.
    Raises Invalid for whoever carries no such bag, a bad quantity, or more than there is.
    """
    _check(abs(quantity), batch)
    hold_bag(session, visitor_id, article.item)
    there = in_stock(session, article)
    if quantity > 0 and there < quantity:
        raise Invalid({"quantity": "more_than_in_stock"})
    if quantity < 0 and in_bag(session, visitor_id, article) < -quantity:
        raise Invalid({"quantity": "more_than_in_bag"})
    gone = movement_of(article, MovementKind.HANDED, -quantity, viewer=viewer, now=now)
    come = movement_of(article, MovementKind.HANDED, quantity, viewer=viewer, now=now)
    gone.batch = come.batch = batch.strip()
    come.organisation_id, come.visitor_id, come.act_id = None, visitor_id, gone.act_id
    session.add_all([gone, come])
    session.flush()
    return come


def count_article(
    session: Session, article: Article, counted: int, *, viewer: Viewer, now: datetime
) -> KitMovement:
    """Note how many there are; gives the movement, which is the difference to what was expected.

    Raises Invalid for a number that is not from 0 to `MOST_COUNTED`.
    """
    if not 0 <= counted <= MOST_COUNTED:
        raise Invalid({f"counted-{article.id}": "number_too_far"})
    difference = counted - in_stock(session, article)
    movement = movement_of(article, MovementKind.COUNTED, difference, viewer=viewer, now=now)
    movement.counted = counted
    session.add(movement)
    session.flush()
    return movement


def count_bag(
    session: Session,
    holder_id: uuid.UUID,
    kept: Article | str,
    counted: int,
    *,
    viewer: Viewer,
    now: datetime,
) -> KitMovement:
    """Note how many of an article, or of a kit's item, somebody counted in a bag.

    Gives the movement, the difference to what was noted. Raises Invalid for whoever carries no such
    bag, and for a number that is not from 0 to `MOST_COUNTED`.
    """
    article = kept if isinstance(kept, Article) else None
    item = article.item if article is not None else str(kept)
    if not 0 <= counted <= MOST_COUNTED:
        raise Invalid({f"counted-{article.id if article is not None else item}": "number_too_far"})
    hold_bag(session, holder_id, item)
    there = in_bag(session, holder_id, article) if article else bag_of(session, holder_id).get(item)
    movement = KitMovement(
        kind=MovementKind.COUNTED,
        visitor_id=holder_id,
        article_id=article.id if article is not None else None,
        item=item,
        quantity=counted - (there or 0),
        counted=counted,
        at=now,
        by_id=viewer.user_id,
    )
    session.add(movement)
    session.flush()
    return movement


def lose(
    session: Session, article: Article, quantity: int, why: str, *, viewer: Viewer, now: datetime
) -> KitMovement:
    """Take broken, expired or stolen items out of the central stock.

    Raises Invalid for a bad quantity, more than there is, and a missing or long reason.
    """
    _check(quantity)
    if in_stock(session, article) < quantity:
        raise Invalid({"quantity": "more_than_in_stock"})
    movement = movement_of(article, MovementKind.LOST, -quantity, viewer=viewer, now=now)
    movement.why = checked_why(why)
    session.add(movement)
    session.flush()
    return movement


def withdraw(
    session: Session,
    act_id: uuid.UUID,
    why: str,
    *,
    bags: Collection[uuid.UUID] = (),
    viewer: Viewer,
    now: datetime,
) -> Sequence[KitMovement]:
    """Take back an act that was noted by mistake; its movements stay listed and count no more.

    It is one of her organisation's stock, or a count of one of the `bags` that the viewer looks
    after: NotFound for any other. Raises Conflict for one already taken back, for what a visit
    fitted or an order took, or when that would leave fewer than nothing in stock.
    """
    take_turn(session, f"stock act {act_id}")
    moved = session.scalars(
        select(KitMovement).where(KitMovement.act_id == act_id).order_by(KitMovement.id)
    ).all()
    own = [one for one in moved if one.organisation_id == viewer.organisation_id]
    in_bags = all(one.is_bag_count and one.visitor_id in bags for one in moved)
    if not own and not (moved and in_bags):
        raise NotFound("movement_not_found")
    if any(one.kind in TOLD_ELSEWHERE or one.withdrawn_at is not None for one in moved):
        raise Conflict("movement_not_withdrawn")
    said = checked_why(why)
    for one in own:
        assert one.article is not None  # in a central stock all is of an article
        if one.quantity > max(0, in_stock(session, one.article)):
            raise Conflict("stock_used_since")
    for one in moved:
        one.withdrawn_at, one.withdrawn_by_id, one.withdrawn_why = now, viewer.user_id, said
    session.flush()
    return moved


def checked_why(why: str) -> str:
    """Give a reason as it is kept; raises Invalid for none, or one over `WHY_LENGTH`."""
    why = why.strip()
    if not why:
        raise Invalid({"why": "required"})
    if len(why) > WHY_LENGTH:
        raise Invalid({"why": "text_too_long"})
    return why


def _check(quantity: int, batch: str = "") -> None:
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise Invalid({"quantity": "number_too_far"})
    if len(batch.strip()) > BATCH_LENGTH:
        raise Invalid({"batch": "text_too_long"})


def movement_of(
    article: Article, kind: MovementKind, quantity: int, *, viewer: Viewer, now: datetime
) -> KitMovement:
    """Make a movement of the central stock, an act of its own, not yet written."""
    return KitMovement(
        act_id=new_id(),
        kind=kind,
        organisation_id=article.organisation_id,
        article_id=article.id,
        item=article.item,
        quantity=quantity,
        at=now,
        by_id=viewer.user_id,
    )
