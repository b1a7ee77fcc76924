"""What came and went, taken back where it was a mistake; a batch called back; kits given out."""

import uuid
from collections.abc import Iterator, Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.stock import Article, MovementKind
from visits.sight.homes import find_residence
from visits.stock.articles import KEPT, list_articles
from visits.stock.central import BATCH_LENGTH, WHY_LENGTH, stock_of, withdraw
from visits.stock.giving_out import (
    MOST_A_HOME,
    MOST_HOMES,
    Giving,
    Plan,
    check_given,
    give_out,
    homes_listed,
    homes_of,
    plan_giving,
)
from visits.stock.movements import (
    InHome,
    Movement,
    MovementFilter,
    bag_holders,
    list_movements,
    part_carriers,
    recall,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day, ngettext
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted_latest_first
from webapp.office.frame.moments import typed_day
from webapp.office.stock.kits import typed_article
from webapp.office.stock.words import kept_item
from webapp.words import word

movements = Blueprint("kit_movements", __name__, url_prefix="/kits")


@movements.get("/movements/")
@requires(Action.HAND_OUT_KITS)
def index() -> ResponseReturnValue:
    """List what came and went, the latest first."""
    return _page()


@movements.get("/movements.csv")
@requires(Action.HAND_OUT_KITS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with reading() as session:
        asked = whole(wanted_latest_first("at"))
        listed = list_movements(session, viewer(), only=_only(), wanted=asked)
    return list_file("mouvements.csv", _lines(listed.rows), of=listed)


def _lines(found: Sequence[Movement]) -> Iterator[Sequence[object]]:
    heads = (
        _("Day"),
        _("What"),
        _("Kit item"),
        _("Article"),
        _("Batch"),
        _("Quantity"),
        _("Where"),
    )
    yield *heads, _("Noted by"), _("Why"), _("Taken back on")
    for one in found:
        moved = one.moved
        what = (
            word("kit_movement", moved.kind),
            kept_item(moved.item),
            moved.article.name if moved.article else "",
            moved.batch,
        )
        where = moved.visitor.name if moved.visitor else _("Central stock")
        rest = (where, moved.by.name, moved.why or one.order)
        back = day(moved.withdrawn_at) if moved.withdrawn_at else ""
        yield day(moved.at), *what, moved.quantity, *rest, back


@movements.post("/movements/<uuid:act_id>/withdrawn")
@requires(Action.HAND_OUT_KITS)
def take_back(act_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was noted by mistake."""
    try:
        with transaction() as session:
            carriers = *bag_holders(session, viewer()), *part_carriers(session, viewer())
            bags, why = {one.id for one in carriers}, request.form.get("why", "")
            withdraw(session, act_id, why, bags=bags, viewer=viewer(), now=now())
    except Invalid as refused:
        return _page({f"why-{act_id}": code for code in refused.fields.values()}), 422
    except Conflict as refused:
        return _page(said=refused.code), 409
    flash(_("Taken back: it counts no more, and stays listed."), "success")
    return redirect(url_for(".index"))


def _only() -> MovementFilter:
    return MovementFilter(
        kind=request.args.get("kind", ""),
        item=request.args.get("item", ""),
        batch=request.args.get("batch", ""),
        visitor_id=request.args.get("visitor", type=uuid.UUID),
    )


def _page(errors: Mapping[str, str] | None = None, said: str = "") -> str:
    only = _only()
    stands_at("kit_movements.index")
    with reading() as session:
        listed = list_movements(session, viewer(), only=only, wanted=wanted_latest_first("at"))
        holders = [*bag_holders(session, viewer()), *part_carriers(session, viewer())]
    return render_template(
        "kits/movements.html",
        listed=listed,
        only=only,
        holders=holders,
        items=KEPT,
        kinds=list(MovementKind),
        why_length=WHY_LENGTH,
        said=sentence(said) if said else "",
        typed=request.form,
        errors={name: sentence(code) for name, code in (errors or {}).items()},
    )


@movements.get("/recall")
@requires(Action.HAND_OUT_KITS)
def called_back() -> ResponseReturnValue:
    """Show in which dwellings items of a batch may be."""
    found: Sequence[InHome] = ()
    errors: dict[str, str] = {}
    asked = bool(request.args.get("article") or request.args.get("batch"))
    with reading() as session:
        articles = list_articles(session, viewer())
        if asked:
            try:
                found = _recalled(session)
            except Invalid as refused:
                errors = {name: sentence(code) for name, code in refused.fields.items()}
    page = render_template(
        "kits/recall.html",
        articles=articles,
        found=found,
        asked=asked and not errors,
        errors=errors,
        typed=request.args,
    )
    return page if not errors else (page, 422)


@movements.get("/recall.csv")
@requires(Action.HAND_OUT_KITS)
def called_back_file() -> ResponseReturnValue:
    """Give the dwellings of a batch as a file."""
    with reading() as session:
        found = _recalled(session)
    return list_file("rappel.csv", _recall_lines(found))


def _recall_lines(found: Sequence[InHome]) -> Iterator[Sequence[object]]:
    yield _("Dwelling"), _("Address"), _("City"), _("Kit item"), _("Quantity"), _("Day"), _("How")
    for one in found:
        home = one.dwelling
        where = (home.reference, home.residence.address, home.residence.city)
        how = word("kit_movement", one.how)
        yield *where, kept_item(one.item), one.quantity, day(one.at), how


def _recalled(session: Session) -> Sequence[InHome]:
    article = typed_article(session, request.args.get("article", ""), "article")
    batch = request.args.get("batch", "")
    if not batch.strip():
        raise Invalid({"batch": "required"})
    return recall(session, viewer(), article, batch)


@movements.get("/given/")
@requires(Action.HAND_OUT_KITS)
def giving() -> ResponseReturnValue:
    """Ask which homes are given which kit."""
    return _giving()


@movements.post("/given/")
@requires(Action.HAND_OUT_KITS)
def give() -> ResponseReturnValue:
    """Say what giving out comes to; once that was seen, note it."""
    try:
        if request.form.get("seen") != "1":
            with reading() as session:
                plan = _plan(session)
            check_given(_given(plan), now=now())
            return _giving(plan=plan)
        with transaction() as session:
            plan = _plan(session)
            give_out(session, plan, _given(plan), viewer=viewer(), now=now())
    except Invalid as refused:
        return _giving(refused.fields), 422
    except NotFound:
        return _giving({"residence": "home_not_found"}), 422
    number = len(plan.homes.ids)
    said = ngettext("Noted for %(num)d dwelling.", "Noted for %(num)d dwellings.", number)
    flash(said, "success")
    return redirect(url_for(".index", kind=MovementKind.GIVEN.value))


def _plan(session: Session) -> Plan:
    typed, seeing = request.form, viewer()
    if typed.get("residence"):
        try:
            residence = find_residence(session, seeing, uuid.UUID(typed["residence"]))
        except ValueError:
            raise Invalid({"residence": "bad_choice"}) from None
        homes = homes_of(session, seeing, residence)
    else:
        homes = homes_listed(session, seeing, typed.get("references", ""))
    kit = [
        (one.article, number)
        for one in stock_of(session, seeing)
        if not one.article.is_part and (number := _each(one.article)) is not None
    ]
    return plan_giving(session, homes, kit, again=typed.get("again") == "1")


def _given(plan: Plan) -> Giving:
    """Read on which day it was given, and of which batch."""
    text = request.form.get("given_on", "")
    try:
        on = typed_day(text) if text else None
    except ValueError:
        raise Invalid({"given_on": "bad_date"}) from None
    kept = [need.article.id for need in plan.needs]
    return Giving(on, {one: request.form.get(f"batch-{one}", "") for one in kept})


def _each(article: Article) -> int | None:
    """Read how many of an article each home is given; nothing where nothing is typed."""
    name = f"each-{article.id}"
    text = request.form.get(name, "").strip()
    if text and not text.isdecimal():
        raise Invalid({name: "no_number"})
    return int(text[:9]) if text else None


def _giving(errors: Mapping[str, str] | None = None, plan: Plan | None = None) -> str:
    with reading() as session:
        stock = stock_of(session, viewer())
    return render_template(
        "kits/giving.html",
        stock=[one for one in stock if one.number > 0 and not one.article.is_part],
        plan=plan,
        residence=request.values.get("residence", ""),
        most_homes=MOST_HOMES,
        most_a_home=MOST_A_HOME,
        batch_length=BATCH_LENGTH,
        day_now=today_in_paris(now()),
        typed=request.form,
        errors={name: sentence(code) for name, code in (errors or {}).items()},
    )
