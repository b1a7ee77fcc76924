"""What an order comes to by the price list of its day: articles, how many of each, their sum."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.numbers import typed_number
from visits.models.prices import PriceArticle, PriceList, WorkOrderLine
from visits.models.works import OrderStep, WorkOrder
from visits.sight import Viewer
from visits.sight.listing import Listed, Wanted, page_of
from visits.works.costs import MOST_CENTS
from visits.works.history import Words, take_step
from visits.works.price_listing import ARTICLES_BY, spoken_of
from visits.works.price_lists import in_force

MOST_HUNDREDTHS = 10_000_00
MOST_LINES = 200


def day_of(order: WorkOrder) -> date:
    """Give the day whose prices count for an order: the one on which it was opened."""
    return today_in_paris(order.opened_at)


def lists_for(session: Session, order: WorkOrder) -> Sequence[PriceList]:
    """List by contract the price lists in force for an order; none while its home is unknown."""
    house = order.stands_in
    if house is None:
        return []
    statement = select(PriceList).where(
        PriceList.landlord_id == house.landlord_id, in_force(day_of(order))
    )
    return session.scalars(statement.order_by(PriceList.contract, PriceList.id)).all()


def articles_for(
    session: Session, order: WorkOrder, *, text: str, any_trade: bool, wanted: Wanted
) -> Listed[PriceArticle]:
    """List the articles that an order may count, by default of its trade or of none."""
    statement = _countable(session, order).where(*spoken_of(text))
    if not any_trade:
        of_trade = or_(PriceArticle.trade.is_(None), PriceArticle.trade == order.trade)
        statement = statement.where(of_trade)
    order_by = ARTICLES_BY | {"contract": PriceList.contract}
    tie = (PriceArticle.code, PriceArticle.id)
    return page_of(session, statement, wanted=wanted, order=order_by, tie=tie)


def _countable(session: Session, order: WorkOrder) -> Select[PriceArticle]:
    lists = [one.id for one in lists_for(session, order)]
    return (
        select(PriceArticle)
        .join(PriceArticle.prices)
        .where(PriceArticle.list_id.in_(lists))
        .options(contains_eager(PriceArticle.prices))
    )


def count_article(
    session: Session,
    order: WorkOrder,
    article_id: uuid.UUID,
    typed: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> WorkOrderLine:
    """Count so much of an article for an order, at the price of the order's day.

    Raises Invalid for a quantity that is none, NotFound for an article of no list in force then,
    Conflict for an order that is closed or has very many lines.
    """
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    hundredths = _quantity(typed)
    # Nobody withdraws the list meanwhile.
    wanted = _countable(session, order).where(PriceArticle.id == article_id)
    article = session.scalars(wanted.with_for_update(of=PriceList, key_share=True)).one_or_none()
    if article is None:
        raise NotFound("price_article_not_found")
    if len(lines_of(session, order)) >= MOST_LINES:
        raise Conflict("too_many_order_lines")
    cents = article.prices.with_tax(article.cents * hundredths)
    if not 0 < cents <= MOST_CENTS:
        raise Invalid({"quantity": "amount_out_of_range"})
    line = WorkOrderLine(
        work_order_id=order.id,
        article_id=article.id,
        quantity_hundredths=hundredths,
        cents=cents,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(line)
    session.flush()
    _tell(order, OrderStep.COUNTED, line, article, viewer, now)
    return line


def _quantity(typed: str) -> int:
    """Read how many units: more than nothing, in hundredths. Raises Invalid."""
    if not typed.strip():
        raise Invalid({"quantity": "required"})
    try:
        hundredths = typed_number(typed) * 100
    except ValueError:
        raise Invalid({"quantity": "no_quantity"}) from None
    if abs(hundredths - round(hundredths)) > 1e-6 or not 0 < round(hundredths) <= MOST_HUNDREDTHS:
        raise Invalid({"quantity": "no_quantity"})
    return round(hundredths)


def lines_of(session: Session, order: WorkOrder) -> Sequence[WorkOrderLine]:
    """List what is counted for an order, in the order in which it was."""
    statement = (
        select(WorkOrderLine)
        .where(WorkOrderLine.work_order_id == order.id, WorkOrderLine.withdrawn_at.is_(None))
        .options(joinedload(WorkOrderLine.article).joinedload(PriceArticle.prices))
        .options(joinedload(WorkOrderLine.noted_by))
        .order_by(WorkOrderLine.noted_at, WorkOrderLine.id)
    )
    return session.scalars(statement).all()


def withdraw_line(
    session: Session, order: WorkOrder, line_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Count a line no more. Raises NotFound, Conflict for an order that is closed."""
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    line = session.get(WorkOrderLine, line_id, with_for_update={"key_share": True})
    if line is None or line.work_order_id != order.id or line.withdrawn_at is not None:
        raise NotFound("order_line_not_found")
    line.withdrawn_at, line.withdrawn_by_id = now, viewer.user_id
    _tell(order, OrderStep.UNCOUNTED, line, line.article, viewer, now)


def _tell(
    order: WorkOrder,
    what: OrderStep,
    line: WorkOrderLine,
    article: PriceArticle,
    viewer: Viewer,
    now: datetime,
) -> None:
    said = Words(note=f"{article.code} · {article.label}", cents=line.cents)
    take_step(order, what, by=viewer.user_id, now=now, said=said)
