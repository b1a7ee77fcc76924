"""Price lists of frame contracts: brought as a file, looked at, taken in, read, withdrawn."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.prices import PriceArticle, PriceList
from visits.portfolio import NotATable, message
from visits.sight.homes import landlords_run
from visits.sight.listing import Listed
from visits.works.price_files import Fault, PriceFile, read_price_file
from visits.works.price_listing import (
    STANDINGS,
    facts_of,
    list_articles,
    list_price_lists,
    trades_of,
)
from visits.works.price_lists import (
    CHANGED,
    CONTRACT_LENGTH,
    GONE,
    NEW,
    SAME_PRICE,
    PriceChange,
    PricesSaid,
    bring_price_list,
    contracts_known,
    find_price_list,
    look_at,
    put_price_list_back,
    take_price_list,
    withdraw_price_list,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import current_language, day
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import pairs, stands_at, wanted, wanted_by, wanted_latest_first
from webapp.office.frame.read_lines import lines_told
from webapp.office.works.typed import day_in
from webapp.words import word

price_lists = Blueprint("price_lists", __name__, url_prefix="/price-lists")

WHAT = (CHANGED, NEW, GONE, SAME_PRICE)


@price_lists.get("/")
@requires(Action.GIVE_WORKS)
def index() -> ResponseReturnValue:
    """List the price lists, the latest first."""
    return _index()


@price_lists.post("/")
@requires(Action.GIVE_WORKS)
def bring() -> ResponseReturnValue:
    """Take the file of a price list, to be looked at: nothing counts by it yet."""
    file, errors = request.files.get("file"), dict[str, str]()
    try:
        holds_from = day_in("holds_from")
    except Invalid as refused:
        holds_from, errors = None, refused.fields
    said = PricesSaid(request.form.get("contract", ""), holds_from, request.form.get("vat", ""))
    data, name = (file.read(), file.filename or "") if file is not None else (b"", "")
    try:
        with transaction() as session:
            prices = bring_price_list(
                session, _typed_landlord(), said, data, name, viewer=viewer(), now=now()
            )
    except Invalid as refused:
        told = {one: sentence(code) for one, code in (refused.fields | errors).items()}
        return _index(told | _file_refused(data, name)), 422
    return redirect(url_for(".show", price_list_id=prices.id))


def _file_refused(data: bytes, name: str) -> dict[str, str]:
    """Say what is wrong with the file that came; nothing when it is a price list."""
    if not name:
        return {"file": sentence("no_file")}
    try:
        read_price_file(data, file_name=name)
    except NotATable as refused:
        return {"file": message(refused.code, current_language(), **refused.details)}
    except Invalid as refused:
        return {"file": sentence(refused.fields["file"])}
    return {}


def _typed_landlord() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form.get("landlord", ""))
    except ValueError:
        return None


@price_lists.get("/lists.csv")
@requires(Action.GIVE_WORKS)
def export_lists() -> ResponseReturnValue:
    """Give the price lists as a file, filtered and sorted as the page is."""
    with reading() as session:
        listed = _listed(session, whole(wanted_latest_first("from")))
        facts = facts_of(session, listed.rows, today=today_in_paris(now()))
        heads = (
            _("Contract"), _("From"), _("Next list from"), _("State"), _("Articles"),
            _("Lines counted"), _("Landlord"),
        )  # fmt: skip
        rows = [
            (
                one.contract,
                day(one.holds_from),
                day(facts[one.id].next_begins) if facts[one.id].next_begins else "",
                word("price_list", facts[one.id].standing),
                facts[one.id].articles,
                facts[one.id].counted,
                one.landlord.name,
            )
            for one in listed.rows
        ]
        return list_file("listes-de-prix.csv", [heads, *rows], of=listed)


@price_lists.get("/<uuid:price_list_id>")
@requires(Action.GIVE_WORKS)
def show(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Show the articles of a list; of one that is not taken in, what it would change."""
    return _show(price_list_id)


def _show(price_list_id: uuid.UUID, error: str = "") -> str:
    stands_at("price_lists.show", price_list_id=price_list_id)
    with reading() as session:
        prices = find_price_list(session, price_list_id, viewer=viewer())
        if prices.content is not None:
            return _looked_at(session, prices, error)
        text, trade = request.args.get("q", ""), request.args.get("trade", "")
        listed = list_articles(session, prices, text=text, trade=trade, wanted=wanted_by("code"))
        return render_template(
            "price_lists/show.html",
            prices=prices,
            facts=facts_of(session, [prices], today=today_in_paris(now()))[prices.id],
            listed=listed,
            trades=trades_of(session, prices),
            text=text,
            trade=trade,
            error=error,
        )


def _looked_at(session: Session, prices: PriceList, error: str) -> str:
    looked = look_at(session, prices)
    what = request.args.get("what", "")
    changes = [one for one in looked.changes if one.what == what or what not in WHAT]
    counts = looked.counts
    return render_template(
        "price_lists/look.html",
        prices=prices,
        looked=looked,
        faults=[(fault, _said(fault)) for fault in looked.file.faults],
        listed=_page_of(_sorted(changes)),
        counts={name: counts[name] for name in WHAT},
        what=what,
        error=error,
    )


@price_lists.get("/<uuid:price_list_id>/lines.csv")
@requires(Action.GIVE_WORKS)
def lines(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Give every line of a list that is looked at, as it stands, with what is wrong with it."""
    try:
        with reading() as session:
            prices = find_price_list(session, price_list_id, viewer=viewer())
            read = look_at(session, prices).file
            rows = lines_told(prices.content or b"", read.table, _told(read))
    except Conflict as refused:
        return _show(price_list_id, sentence(refused.code)), 409
    return list_file("bordereau-lu.csv", rows)


def _told(read: PriceFile) -> Mapping[int, Sequence[str]]:
    told: defaultdict[int, list[str]] = defaultdict(list)
    for fault in read.faults:
        column = f"{word('price_column', fault.column)}, " if fault.column else ""
        for line in fault.lines:
            told[line].append(column + _said(fault))
    skipped = {one.line_number for one in read.table.skipped}
    for line, _words in read.left_out:
        if line not in skipped:
            told[line].append(_("No article: left out"))
    return told


def _said(fault: Fault) -> str:
    lines = ", ".join(str(one) for one in fault.lines)
    return sentence(fault.why, {"lines": lines, "what": fault.text})


def _sorted(changes: Sequence[PriceChange]) -> list[PriceChange]:
    """Sort as the address asks: by default as the file has them."""
    asked = wanted()
    by = {
        "code": lambda one: one.code,
        "label": lambda one: one.label.casefold(),
        "before": lambda one: one.before or 0,
        "now": lambda one: one.now or 0,
        "difference": lambda one: (one.now or 0) - (one.before or 0),
    }.get(asked.sort)
    return sorted(changes, key=by, reverse=asked.descending) if by else list(changes)


def _page_of(changes: Sequence[PriceChange]) -> Listed[PriceChange]:
    page = wanted().within(len(changes))
    return Listed(changes[page.offset :][: page.size], len(changes), page)


@price_lists.get("/<uuid:price_list_id>/articles.csv")
@requires(Action.GIVE_WORKS)
def export(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Give the articles of a list as a file, filtered and sorted as the page is."""
    with reading() as session:
        prices = find_price_list(session, price_list_id, viewer=viewer())
        text, trade = request.args.get("q", ""), request.args.get("trade", "")
        listed = list_articles(
            session, prices, text=text, trade=trade, wanted=whole(wanted_by("code"))
        )
        return list_file("articles.csv", _lines(listed.rows), of=listed)


def _lines(articles: Sequence[PriceArticle]) -> Iterator[Sequence[object]]:
    yield (
        _("Article"), _("Label"), _("Unit"), _("Unit price in the file"), _("Unit price with tax"),
        _("Trade"),
    )  # fmt: skip
    for one in articles:
        trade = word("trade", one.trade) if one.trade else ""
        prices = (one.cents / 100, one.cents_with_tax / 100)
        yield one.code, one.label, one.unit, *prices, trade


@price_lists.post("/<uuid:price_list_id>/taken")
@requires(Action.GIVE_WORKS)
def take(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Take a list in: orders count by it from its day on."""
    try:
        with transaction() as session:
            prices = find_price_list(session, price_list_id, viewer=viewer(), to_change=True)
            number = take_price_list(session, prices, viewer=viewer(), now=now())
    except Conflict as refused:
        return _show(price_list_id, sentence(refused.code)), 409
    said = ngettext("%(num)d article is taken in.", "%(num)d articles are taken in.", number)
    flash(said, "success")
    return redirect(url_for(".show", price_list_id=price_list_id))


@price_lists.post("/<uuid:price_list_id>/withdrawal")
@requires(Action.GIVE_WORKS)
def withdraw(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Let a list hold no more, while no order counts by it."""
    try:
        with transaction() as session:
            prices = find_price_list(session, price_list_id, viewer=viewer(), to_change=True)
            withdraw_price_list(session, prices, viewer=viewer(), now=now())
    except Conflict as refused:
        return _show(price_list_id, sentence(refused.code)), 409
    flash(_("The price list is withdrawn."), "success")
    return redirect(url_for(".index"))


@price_lists.post("/<uuid:price_list_id>/back")
@requires(Action.GIVE_WORKS)
def put_back(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Let a list that was withdrawn hold again."""
    try:
        with transaction() as session:
            prices = find_price_list(session, price_list_id, viewer=viewer(), to_change=True)
            put_price_list_back(session, prices)
    except Conflict as refused:
        return _show(price_list_id, sentence(refused.code)), 409
    flash(_("The price list holds again."), "success")
    return redirect(url_for(".show", price_list_id=price_list_id))


def _listed(session: Session, asked: Any) -> Listed[PriceList]:
    state, text = request.args.get("state", ""), request.args.get("q", "")
    return list_price_lists(
        session, viewer(), state=state, text=text, wanted=asked, today=today_in_paris(now())
    )


def _index(errors: dict[str, str] | None = None) -> str:
    stands_at("price_lists.index")
    with reading() as session:
        listed = _listed(session, wanted_latest_first("from"))
        return render_template(
            "price_lists/index.html",
            listed=listed,
            facts=facts_of(session, listed.rows, today=today_in_paris(now())),
            landlords=pairs(landlords_run(session, viewer()), "id", "name"),
            contracts=contracts_known(session, viewer()),
            contract_length=CONTRACT_LENGTH,
            states=STANDINGS,
            state=request.args.get("state", ""),
            text=request.args.get("q", ""),
            typed=request.form,
            errors=errors or {},
        )
