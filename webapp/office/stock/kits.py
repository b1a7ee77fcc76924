"""Kit stock: what is in the central stock and in whose bag; handing out, counting, losing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.kits import ITEMS
from visits.ground.errors import Invalid
from visits.models.accounts import Role, User
from visits.models.stock import Article, KitMovement
from visits.stock.articles import find_article, list_articles
from visits.stock.bags import MOST_AT_ONCE, bags_of, parts_in_bags, put_in_bag
from visits.stock.central import (
    BATCH_LENGTH,
    WHY_LENGTH,
    Stocked,
    count_article,
    count_bag,
    hand_to_bag,
    lose,
    stock_of,
)
from visits.stock.movements import bag_holders, find_carrier, part_carriers
from visits.works.work_list import count_awaiting
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction

kits = Blueprint("kits", __name__, url_prefix="/kits")


@kits.get("/")
@requires(Action.HAND_OUT_KITS)
def index() -> ResponseReturnValue:
    """Show what is in the central stock and in each visitor's bag."""
    return _page()


@kits.post("/")
@requires(Action.HAND_OUT_KITS)
def hand_out() -> ResponseReturnValue:
    """Put items in a visitor's bag, or take some back."""
    try:
        with transaction() as session:
            quantity = _handed(session).quantity
    except Invalid as refused:
        return _page(refused.fields), 422
    flash(_("The items are in the bag.") if quantity > 0 else _("The items are back."), "success")
    return redirect(url_for(".index"))


def _handed(session: Session) -> KitMovement:
    """Move what was typed: an article, or an item of which no article is kept."""
    typed, seeing = request.form, viewer()
    offered = *bag_holders(session, seeing), *part_carriers(session, seeing)
    visitor_id = _typed_visitor({user.id for user in offered})
    quantity = typed.get("quantity", 0, type=int)
    kind, _colon, what = typed.get("item", "").partition(":")
    if kind != "article":
        return put_in_bag(session, visitor_id, kind, quantity, viewer=seeing, now=now())
    article = typed_article(session, what)
    batch = typed.get("batch", "")
    return hand_to_bag(
        session, article, visitor_id, quantity, batch=batch, viewer=seeing, now=now()
    )


def typed_article(session: Session, text: str, field: str = "item") -> Article:
    """Read which article is meant; raises Invalid for none, NotFound for somebody else's."""
    try:
        return find_article(session, viewer(), uuid.UUID(text))
    except ValueError:
        raise Invalid({field: "bad_choice" if text else "required"}) from None


def _typed_visitor(offered: set[uuid.UUID]) -> uuid.UUID:
    try:
        chosen = uuid.UUID(request.form.get("visitor_id", ""))
    except ValueError:
        raise Invalid({"visitor_id": "unknown_visitor"}) from None
    if chosen not in offered:
        raise Invalid({"visitor_id": "unknown_visitor"})
    return chosen


@kits.get("/count")
@requires(Action.HAND_OUT_KITS)
def counting() -> ResponseReturnValue:
    """Ask how many of each article are there."""
    return _counting()


@kits.post("/count")
@requires(Action.HAND_OUT_KITS)
def count() -> ResponseReturnValue:
    """Note what was counted; what was left empty was not counted."""
    try:
        with transaction() as session:
            moved = [
                count_article(session, one.article, number, viewer=viewer(), now=now())
                for one in stock_of(session, viewer())
                if (number := _counted(one.article.id)) is not None
            ]
            said = _told_counted(moved)
    except Invalid as refused:
        return _counting(refused.fields), 422
    flash(said, "success")
    return redirect(url_for(".index"))


@kits.get("/bags/<uuid:visitor_id>/count")
@requires(Action.HAND_OUT_KITS)
def counting_bag(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Ask how many of each are in somebody's bag."""
    return _counting(visitor_id=visitor_id)


@kits.post("/bags/<uuid:visitor_id>/count")
@requires(Action.HAND_OUT_KITS)
def count_in_bag(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Note what was counted in a bag; what was left empty was not counted."""
    try:
        with transaction() as session:
            carrier = find_carrier(session, viewer(), visitor_id)
            moved = [
                count_bag(session, carrier.id, one.kept, number, viewer=viewer(), now=now())
                for one in _in_bag(session, carrier)
                if (number := _counted(one.name)) is not None
            ]
            said = _told_counted(moved)
    except Invalid as refused:
        return _counting(refused.fields, visitor_id=visitor_id), 422
    flash(said, "success")
    return redirect(url_for(".index"))


@dataclass(frozen=True)
class _Line:
    """What may be counted, by its name in the form, and how many of it are noted."""

    name: object
    kept: Article | str
    number: int


def _in_bag(session: Session, carrier: User) -> list[_Line]:
    """List what a bag may hold: items of kits, or parts of our stock."""
    if carrier.role is not Role.TECHNICIAN:
        bag = bags_of(session, [carrier.id]).get(carrier.id, {})
        return [_Line(item, item, bag.get(item, 0)) for item in ITEMS]
    parts = parts_in_bags(session, [carrier.id]).get(carrier.id, {})
    return [
        _Line(one.id, one, parts.get(one.id, 0))
        for one in list_articles(session, viewer())
        if one.is_part and (one.retired_at is None or parts.get(one.id))
    ]


def _told_counted(moved: Sequence[KitMovement]) -> str:
    if not moved:
        raise Invalid({"counted": "required"})
    return str(
        _(
            "Counted: %(number)d. Different from what was noted: %(different)d.",
            number=len(moved),
            different=sum(one.quantity != 0 for one in moved),
        )
    )


def _counted(kept: object) -> int | None:
    """Read how many were counted of something; nothing where nothing is typed."""
    name = f"counted-{kept}"
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise Invalid({name: "no_number"})
    return int(text[:9])


def _counting(
    errors: Mapping[str, str] | None = None, *, visitor_id: uuid.UUID | None = None
) -> str:
    with reading() as session:
        carrier = None
        if visitor_id is not None:
            carrier = find_carrier(session, viewer(), visitor_id)
            lines = _in_bag(session, carrier)
        else:
            stock = stock_of(session, viewer())
            lines = [_Line(one.article.id, one.article, one.number) for one in stock]
    return render_template("kits/count.html", carrier=carrier, lines=lines, errors=_said(errors))


@kits.get("/lost")
@requires(Action.HAND_OUT_KITS)
def losing() -> ResponseReturnValue:
    """Ask which items are lost."""
    return _losing()


@kits.post("/lost")
@requires(Action.HAND_OUT_KITS)
def lost() -> ResponseReturnValue:
    """Take broken or lost items out of the central stock."""
    typed = request.form
    try:
        with transaction() as session:
            article = typed_article(session, typed.get("article", ""), "article")
            quantity = typed.get("quantity", 0, type=int)
            lose(session, article, quantity, typed.get("why", ""), viewer=viewer(), now=now())
    except Invalid as refused:
        return _losing(refused.fields), 422
    flash(_("They are out of the stock."), "success")
    return redirect(url_for(".index"))


def _losing(errors: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        stock = stock_of(session, viewer())
    return render_template(
        "kits/lost.html",
        stock=stock,
        errors=_said(errors),
        typed=request.form,
        why_length=WHY_LENGTH,
    )


def _said(fields: Mapping[str, str] | None) -> dict[str, str]:
    return {name: sentence(code) for name, code in (fields or {}).items()}


def _page(errors: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        holders = bag_holders(session, viewer())
        bags = bags_of(session, [holder.id for holder in holders])
        carriers = part_carriers(session, viewer())
        part_bags = _part_bags(session, carriers)
        stock = stock_of(session, viewer())
        waiting = orders_awaiting(session)
    return render_template(
        "kits/index.html",
        waiting=waiting,
        holders=holders,
        carriers=carriers,
        part_bags=part_bags,
        bags=bags,
        stock=stock,
        offered=_offered(stock),
        short=any(number < 0 for bag in bags.values() for number in bag.values()),
        items=ITEMS,
        most=MOST_AT_ONCE,
        batch_length=BATCH_LENGTH,
        errors=_said(errors),
        typed=request.form,
    )


def orders_awaiting(session: Session) -> dict[uuid.UUID, int]:
    """Count by article the work orders that wait for it, for those who may see works."""
    if not may(Action.SEE_WORKS):
        return {}
    counted = count_awaiting(session, viewer(Action.SEE_WORKS), now=now())
    return {article_id: number for article_id, (_name, number) in counted.items()}


def _part_bags(session: Session, carriers: Sequence[User]) -> list[dict[str, Any]]:
    """List the parts that technicians carry, by name of both; of none left nothing is told."""
    kept = {one.id: one for one in list_articles(session, viewer())}
    bags = parts_in_bags(session, [one.id for one in carriers])
    return [
        {"user": user, "article": article, "number": bags[user.id][article.id]}
        for user in carriers
        for article in kept.values()
        if bags.get(user.id, {}).get(article.id)
    ]


def _offered(stock: Sequence[Stocked]) -> list[dict[str, Any]]:
    """List what may be handed out: the articles that are kept, and items without any."""
    kept = {one.article.item for one in stock if one.article.retired_at is None}
    articles = [{"value": f"article:{one.article.id}", "stocked": one} for one in stock]
    return articles + [{"value": item, "item": item} for item in ITEMS if item not in kept]
