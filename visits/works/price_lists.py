"""Price lists of frame contracts: brought, looked at, taken in, withdrawn while nothing counts."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePath

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import Session, aliased

from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.folding import fold
from visits.ground.numbers import typed_number
from visits.models.prices import PriceArticle, PriceList, WorkOrderLine
from visits.sight import Viewer
from visits.sight.homes import landlords_run
from visits.works.price_files import LENGTHS, Article, PriceFile, read_price_file

CONTRACT_LENGTH = 100
MOST_VAT = 30
# How far from today the day may be on which a list begins.
AGO, AHEAD = timedelta(days=10 * 366), timedelta(days=2 * 366)
NEW, CHANGED, SAME_PRICE, GONE = "new", "changed", "same", "gone"


@dataclass(frozen=True)
class PricesSaid:
    """Of which contract a list is and from when it holds, as typed; `vat` is a percentage."""

    contract: str
    holds_from: date | None
    vat: str


@dataclass(frozen=True)
class PriceChange:
    """What becomes of an article: its code and words, and its price before and now, with tax.

    `what` is new, changed (price or unit), same or gone; an amount is None where there is none.
    """

    what: str
    code: str
    label: str
    unit: str
    before: int | None
    now: int | None


@dataclass(frozen=True)
class LookedAt:
    """What taking a list in would change, against the one that it follows."""

    file: PriceFile
    follows: PriceList | None
    changes: Sequence[PriceChange]

    @property
    def counts(self) -> Counter[str]:
        """Count what becomes of the articles."""
        return Counter(one.what for one in self.changes)


def visible_price_lists(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `PriceList` for those of the landlords whose stock a viewer runs."""
    return PriceList.landlord_id.in_([one.id for one in landlords_run(session, viewer)])


def stands() -> ColumnElement[bool]:
    """Give the condition on `PriceList` for those that are taken in and not withdrawn."""
    return PriceList.taken_at.is_not(None) & PriceList.withdrawn_at.is_(None)


def next_begins() -> ScalarSelect[date]:
    """Give the day on which the next list of the same contract begins; None if there is none."""
    later = aliased(PriceList)
    begins = select(func.min(later.holds_from)).where(
        later.landlord_id == PriceList.landlord_id,
        later.contract == PriceList.contract,
        later.holds_from > PriceList.holds_from,
        later.taken_at.is_not(None),
        later.withdrawn_at.is_(None),
    )
    return begins.correlate(PriceList).scalar_subquery()


def in_force(on: date) -> ColumnElement[bool]:
    """Give the condition on `PriceList` for those that hold on a day."""
    begun = PriceList.holds_from <= on
    return stands() & begun & (func.coalesce(next_begins(), date.max) > on)


def bring_price_list(
    session: Session,
    landlord_id: uuid.UUID | None,
    said: PricesSaid,
    data: bytes,
    file_name: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> PriceList:
    """Keep the file of a price list to be looked at; nothing is taken in yet.

    Raises Invalid, field by field; then, as `read_price_file` does, for a file that is none.
    """
    contract, fields = " ".join(said.contract.split()), {}
    if landlord_id not in {one.id for one in landlords_run(session, viewer)}:
        fields["landlord"] = "bad_choice"
    if not contract or len(contract) > CONTRACT_LENGTH:
        fields["contract"] = "price_contract_too_long" if contract else "required"
    today = today_in_paris(now)
    if said.holds_from is None:
        fields["holds_from"] = "required"
    elif not today - AGO <= said.holds_from <= today + AHEAD:
        fields["holds_from"] = "prices_hold_too_far"
    vat = _vat(said.vat)
    if vat is None:
        fields["vat"] = "no_vat"
    if fields or landlord_id is None or said.holds_from is None or vat is None:
        raise Invalid(fields)
    read_price_file(data, file_name=file_name)
    prices = PriceList(
        landlord_id=landlord_id,
        contract=_as_known(session, landlord_id, contract),
        holds_from=said.holds_from,
        vat_hundredths=vat,
        file_name=PurePath(file_name.replace("\\", "/")).name[:200],
        content=data,
        brought_at=now,
        brought_by_id=viewer.user_id,
    )
    session.add(prices)
    session.flush()
    return prices


def _vat(typed: str) -> int | None:
    """Read a percentage as hundredths of it; None for what is none, or too much."""
    try:
        vat = typed_number(typed.strip().removesuffix("%"))
    except ValueError:
        return None
    return round(vat * 100) if 0 <= vat <= MOST_VAT else None


def contracts_known(session: Session, viewer: Viewer) -> list[str]:
    """List the contracts that have a price list already, by name."""
    statement = select(PriceList.contract).where(
        visible_price_lists(session, viewer), PriceList.withdrawn_at.is_(None)
    )
    return sorted(set(session.scalars(statement)), key=fold)


def _as_known(session: Session, landlord_id: uuid.UUID, contract: str) -> str:
    """Give a contract's name as it was first written: `BATI PLUS` is `Bâti Plus`."""
    known = session.scalars(
        select(PriceList.contract)
        .where(PriceList.landlord_id == landlord_id, PriceList.withdrawn_at.is_(None))
        .order_by(PriceList.brought_at, PriceList.id)
    )
    return next((one for one in known if fold(one) == fold(contract)), contract)


def find_price_list(
    session: Session, list_id: uuid.UUID, *, viewer: Viewer, to_change: bool = False
) -> PriceList:
    """Find a price list of a landlord in reach, else raise NotFound."""
    statement = select(PriceList).where(
        PriceList.id == list_id, visible_price_lists(session, viewer)
    )
    if to_change:
        statement = statement.with_for_update(key_share=True)
    prices = session.scalars(statement).one_or_none()
    if prices is None:
        raise NotFound("price_list_not_found")
    return prices


def look_at(session: Session, prices: PriceList) -> LookedAt:
    """Work out what taking a list in would change. Raises Conflict once its file is gone."""
    if prices.content is None:
        raise Conflict("price_list_elsewhere")
    file = read_price_file(prices.content, file_name=prices.file_name)
    follows = session.scalars(
        select(PriceList)
        .where(PriceList.landlord_id == prices.landlord_id, stands())
        .where(PriceList.contract == prices.contract, PriceList.holds_from < prices.holds_from)
        .order_by(PriceList.holds_from.desc(), PriceList.id)
        .limit(1)
    ).one_or_none()
    before = {one.code_key: one for one in _articles(session, follows)}
    return LookedAt(file, follows, _compare(prices, file.articles, before))


def _articles(session: Session, prices: PriceList | None) -> Sequence[PriceArticle]:
    if prices is None:
        return []
    statement = select(PriceArticle).where(PriceArticle.list_id == prices.id)
    return session.scalars(statement.order_by(PriceArticle.code, PriceArticle.id)).all()


def _compare(
    prices: PriceList, articles: Sequence[Article], before: Mapping[str, PriceArticle]
) -> list[PriceChange]:
    changes, seen = list[PriceChange](), set[str]()
    for one in articles:
        if one.key in seen:
            continue
        seen.add(one.key)
        old, cost = before.get(one.key), prices.with_tax(one.cents * 100)
        was = old.cents_with_tax if old is not None else None
        what = NEW if old is None else SAME_PRICE
        if old is not None and (was != cost or fold(old.unit) != fold(one.unit)):
            what = CHANGED
        changes.append(PriceChange(what, one.code, one.label, one.unit, was, cost))
    changes.extend(
        PriceChange(GONE, old.code, old.label, old.unit, old.cents_with_tax, None)
        for key, old in before.items()
        if key not in seen
    )
    return changes


def take_price_list(session: Session, prices: PriceList, *, viewer: Viewer, now: datetime) -> int:
    """Take a list in, whole; gives how many articles it has.

    Raises Conflict for one that is taken or let go already, that has a fault, and where another
    list of the contract begins on the same day.
    """
    if prices.taken_at is not None or prices.withdrawn_at is not None or prices.content is None:
        raise Conflict("price_list_elsewhere")
    file = read_price_file(prices.content, file_name=prices.file_name)
    if file.faults or not file.articles:
        raise Conflict("price_list_has_faults")
    _refuse_same_day(session, prices)
    session.add_all(
        PriceArticle(
            list_id=prices.id,
            code=one.code,
            code_key=one.key,
            label=one.label,
            words=f"{fold(one.code)} {fold(one.label)}"[: LENGTHS["code"] + LENGTHS["label"]],
            unit=one.unit,
            cents=one.cents,
            trade=one.trade,
        )
        for one in file.articles
    )
    prices.taken_at, prices.taken_by_id, prices.content = now, viewer.user_id, None
    session.flush()
    return len(file.articles)


def _refuse_same_day(session: Session, prices: PriceList) -> None:
    """Let no other list of this contract begin on its day; others wait to take theirs in."""
    take_turn(session, f"price lists {prices.landlord_id}")
    same_day = exists().where(
        stands(),
        PriceList.landlord_id == prices.landlord_id,
        PriceList.contract == prices.contract,
        PriceList.holds_from == prices.holds_from,
    )
    if session.scalar(select(same_day)):
        raise Conflict("prices_hold_already")


def withdraw_price_list(
    session: Session, prices: PriceList, *, viewer: Viewer, now: datetime
) -> None:
    """Let a list hold no more, as if it had not come; the one before it goes on.

    Raises Conflict for one that is withdrawn already, or by which an order counts.
    """
    if prices.withdrawn_at is not None:
        raise Conflict("price_list_elsewhere")
    counted = exists().where(
        WorkOrderLine.article_id == PriceArticle.id,
        PriceArticle.list_id == prices.id,
        WorkOrderLine.withdrawn_at.is_(None),
    )
    if session.scalar(select(counted)):
        raise Conflict("price_list_counted")
    prices.withdrawn_at, prices.withdrawn_by_id, prices.content = now, viewer.user_id, None


def put_price_list_back(session: Session, prices: PriceList) -> None:
    """Let a list that was taken in and withdrawn hold again from its day on.

    Raises Conflict for one that is not withdrawn or never was taken in, and where another list of
    the contract begins on the same day by now.
    """
    if prices.withdrawn_at is None or prices.taken_at is None:
        raise Conflict("price_list_elsewhere")
    prices.contract = _as_known(session, prices.landlord_id, prices.contract)
    _refuse_same_day(session, prices)
    prices.withdrawn_at = prices.withdrawn_by_id = None
    session.flush()
