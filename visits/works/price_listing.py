"""Price lists as they are listed, and the articles of one, a page at a time."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.folding import fold
from visits.models.accounts import Organisation
from visits.models.prices import PriceArticle, PriceList, WorkOrderLine
from visits.sight import Viewer
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.wording import each_word, has_in
from visits.works.price_lists import next_begins, visible_price_lists

ARTICLES_BY = {
    "code": PriceArticle.code,
    "label": PriceArticle.label,
    "trade": PriceArticle.trade,
    "unit": PriceArticle.unit,
    "price": PriceArticle.cents,
}
STANDINGS = ("in_force", "to_come", "past", "to_check", "withdrawn")


def standing(today: date) -> ColumnElement[str]:
    """Say where a list stands on a day: one of `STANDINGS`."""
    return case(
        (PriceList.withdrawn_at.is_not(None), "withdrawn"),
        (PriceList.taken_at.is_(None), "to_check"),
        (PriceList.holds_from > today, "to_come"),
        (next_begins() <= today, "past"),
        else_="in_force",
    )


@dataclass(frozen=True)
class ListFacts:
    """Where a list stands, on which day the next one begins, and of how many articles it is.

    `counted` is how many lines of orders count by it.
    """

    standing: str
    next_begins: date | None
    articles: int
    counted: int


def list_price_lists(
    session: Session, viewer: Viewer, *, state: str, text: str, wanted: Wanted, today: date
) -> Listed[PriceList]:
    """List the price lists of the landlords in reach; an empty state or text does not filter."""
    statement = (
        select(PriceList)
        .join(PriceList.landlord)
        .where(visible_price_lists(session, viewer))
        .options(contains_eager(PriceList.landlord), joinedload(PriceList.brought_by))
    )
    if state in STANDINGS:
        statement = statement.where(standing(today) == state)
    if text.strip():
        statement = statement.where(
            each_word(text, lambda word: has_in(session, word, PriceList.contract))
        )
    order = {
        "contract": PriceList.contract,
        "from": PriceList.holds_from,
        "until": next_begins(),
        "state": standing(today),
        "brought": PriceList.brought_at,
        "landlord": Organisation.name,
    }
    tie = (PriceList.holds_from.desc(), PriceList.id)
    return page_of(session, statement, wanted=wanted, order=order, tie=tie)


def facts_of(
    session: Session, lists: Sequence[PriceList], *, today: date
) -> Mapping[uuid.UUID, ListFacts]:
    """Give what is to be said of lists, by their ids."""
    articles = (
        select(func.count(PriceArticle.id))
        .where(PriceArticle.list_id == PriceList.id)
        .correlate(PriceList)
        .scalar_subquery()
    )
    counted = (
        select(func.count(WorkOrderLine.id))
        .join(WorkOrderLine.article)
        .where(PriceArticle.list_id == PriceList.id, WorkOrderLine.withdrawn_at.is_(None))
        .correlate(PriceList)
        .scalar_subquery()
    )
    asked = select(PriceList.id, standing(today), next_begins(), articles, counted)
    found = session.execute(asked.where(PriceList.id.in_([one.id for one in lists])))
    return {list_id: ListFacts(*facts) for list_id, *facts in found}


def list_articles(
    session: Session, prices: PriceList, *, text: str, trade: str, wanted: Wanted
) -> Listed[PriceArticle]:
    """List the articles of a list that hold all the words of a text, of one trade or of any."""
    statement = (
        select(PriceArticle)
        .where(PriceArticle.list_id == prices.id, *spoken_of(text))
        .options(joinedload(PriceArticle.prices))
    )
    if trade:
        statement = statement.where(PriceArticle.trade == trade)
    return page_of(
        session,
        statement,
        wanted=wanted,
        order=ARTICLES_BY,
        tie=(PriceArticle.code, PriceArticle.id),
    )


def spoken_of(text: str) -> list[ColumnElement[bool]]:
    """Give the conditions on `PriceArticle` for those with each word of a text."""
    return [PriceArticle.words.contains(word, autoescape=True) for word in fold(text).split()]


def trades_of(session: Session, prices: PriceList) -> list[str]:
    """List the trades that the articles of a list name."""
    named = select(PriceArticle.trade).where(
        PriceArticle.list_id == prices.id, PriceArticle.trade.is_not(None)
    )
    return sorted(one for one in session.scalars(named.distinct()) if one)
