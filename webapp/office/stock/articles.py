"""Articles that are kept in stock, and what is ordered of them."""

import uuid
from collections.abc import Mapping
from dataclasses import fields
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from diagnostics.kits import RATED_IN
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.stock import Article
from visits.stock.articles import (
    FITTING_LENGTH,
    KEPT,
    NAME_LENGTH,
    ArticleSaid,
    add_article,
    change_article,
    find_article,
    list_articles,
    retire_article,
)
from visits.stock.central import BATCH_LENGTH, receive
from visits.stock.ordering import (
    SUPPLIER_LENGTH,
    cancel_order,
    find_order,
    list_orders,
    order_article,
    receive_order,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.listing import stands_at, wanted_latest_first
from webapp.office.stock.kits import orders_awaiting, typed_article

articles = Blueprint("kit_articles", __name__, url_prefix="/kits")


@articles.get("/articles/")
@requires(Action.HAND_OUT_KITS)
def index() -> ResponseReturnValue:
    """List the articles that are kept, and ask for another."""
    return _articles()


@articles.post("/articles/")
@requires(Action.HAND_OUT_KITS)
def add() -> ResponseReturnValue:
    """Keep an article from now on."""
    try:
        with transaction() as session:
            add_article(session, _typed(), viewer=viewer())
    except Invalid as refused:
        return _articles(refused.fields), 422
    flash(_("This article is kept from now on."), "success")
    return redirect(url_for(".index"))


@articles.get("/articles/<uuid:article_id>")
@requires(Action.HAND_OUT_KITS)
def edit(article_id: uuid.UUID) -> ResponseReturnValue:
    """Show an article to be changed."""
    with reading() as session:
        article = find_article(session, viewer(), article_id)
    return _article(article, typed=_as_typed(article))


@articles.post("/articles/<uuid:article_id>")
@requires(Action.HAND_OUT_KITS)
def change(article_id: uuid.UUID) -> ResponseReturnValue:
    """Say an article anew."""
    try:
        with transaction() as session:
            article = find_article(session, viewer(), article_id)
            change_article(session, article, _typed(), viewer=viewer())
    except Invalid as refused:
        with reading() as session:
            article = find_article(session, viewer(), article_id)
        return _article(article, refused.fields, typed=request.form), 422
    flash(_("The article is up to date."), "success")
    return redirect(url_for(".index"))


@articles.post("/articles/<uuid:article_id>/kept")
@requires(Action.HAND_OUT_KITS)
def keep(article_id: uuid.UUID) -> ResponseReturnValue:
    """Keep an article no longer, or again."""
    retired = request.form.get("kept") != "1"
    with transaction() as session:
        retire_article(find_article(session, viewer(), article_id), retired=retired, now=now())
    said = (
        _("It is kept no longer. What is left of it stays in stock.")
        if retired
        else _("It is kept again.")
    )
    flash(said, "success")
    return redirect(url_for(".index"))


def rated_in(item: str) -> str:
    """Give the unit of what is printed on an item; nothing where nothing is."""
    return RATED_IN.get(item, "")


def _typed() -> ArticleSaid:
    return ArticleSaid(**{one.name: request.form.get(one.name, "") for one in fields(ArticleSaid)})


def _as_typed(article: Article) -> dict[str, str]:
    """Write an article as somebody would type it."""
    numbers = {"rating": article.rating, "low_at": article.low_at}
    typed = {
        name: f"{value:g}".replace(".", ",") for name, value in numbers.items() if value is not None
    }
    if article.cost is not None:
        typed["cost"] = f"{article.cost / 100:.2f}".replace(".", ",")
    return typed | {"item": article.item, "name": article.name, "fitting": article.fitting}


def _articles(errors: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        listed = list_articles(session, viewer())
    return render_template(
        "kits/articles.html", articles=listed, typed=request.form, **_said(errors)
    )


def _article(
    article: Article, errors: Mapping[str, str] | None = None, *, typed: Mapping[str, str]
) -> str:
    return render_template("kits/article.html", article=article, typed=typed, **_said(errors))


def _said(errors: Mapping[str, str] | None) -> dict[str, object]:
    return {
        "errors": {name: sentence(code) for name, code in (errors or {}).items()},
        "items": KEPT,
        "name_length": NAME_LENGTH,
        "fitting_length": FITTING_LENGTH,
    }


@articles.get("/orders/")
@requires(Action.HAND_OUT_KITS)
def orders() -> ResponseReturnValue:
    """List what was ordered, and ask for another order or for what came."""
    return _orders()


@articles.post("/orders/")
@requires(Action.HAND_OUT_KITS)
def order() -> ResponseReturnValue:
    """Note an order, or what came without one."""
    typed = request.form
    try:
        with transaction() as session:
            article = typed_article(session, typed.get("article", ""), "article")
            quantity = typed.get("quantity", 0, type=int)
            if typed.get("came") == "1":
                batch = typed.get("batch", "")
                receive(session, article, quantity, batch=batch, viewer=viewer(), now=now())
                said = _came(session, article)
            else:
                order_article(
                    session,
                    article,
                    quantity,
                    supplier=typed.get("supplier", ""),
                    expected_on=_typed_day("expected_on"),
                    viewer=viewer(),
                    now=now(),
                    today=today_in_paris(now()),
                )
                said = _("The order is noted.")
    except Invalid as refused:
        return _orders(refused.fields), 422
    flash(said, "success")
    return redirect(url_for(".orders"))


@articles.post("/orders/<uuid:stock_order_id>/came")
@requires(Action.HAND_OUT_KITS)
def came(stock_order_id: uuid.UUID) -> ResponseReturnValue:
    """Put what came of an order into stock."""
    typed = request.form
    try:
        with transaction() as session:
            found = find_order(session, viewer(), stock_order_id, today=today_in_paris(now()))
            quantity = typed.get("quantity", 0, type=int)
            batch = typed.get("batch", "")
            receive_order(session, found, quantity, batch=batch, viewer=viewer(), now=now())
            said = _came(session, found.order.article)
    except Invalid as refused:
        return _orders(
            {f"{name}-{stock_order_id}": code for name, code in refused.fields.items()}
        ), 422
    except Conflict as refused:
        return _orders(said=refused.code), 409
    flash(said, "success")
    return redirect(url_for(".orders"))


def _came(session: Session, article: Article) -> str:
    """Say that something is in stock, and how many work orders wait for it: nobody moves them."""
    said, waiting = str(_("The items are in stock.")), orders_awaiting(session).get(article.id, 0)
    if not waiting:
        return said
    orders = ngettext(
        "%(num)d work order waits for it.", "%(num)d work orders wait for it.", waiting
    )
    return f"{said} {orders}"


@articles.post("/orders/<uuid:stock_order_id>/cancelled")
@requires(Action.HAND_OUT_KITS)
def cancel(stock_order_id: uuid.UUID) -> ResponseReturnValue:
    """Expect no more of an order, or expect it again."""
    cancelled = request.form.get("cancelled") == "1"
    try:
        with transaction() as session:
            found = find_order(session, viewer(), stock_order_id, today=today_in_paris(now()))
            cancel_order(found, cancelled=cancelled, viewer=viewer(), now=now())
    except Conflict as refused:
        return _orders(said=refused.code), 409
    flash(
        _("Nothing more is expected of it.") if cancelled else _("It is expected again."), "success"
    )
    return redirect(url_for(".orders"))


def _typed_day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid({name: "bad_date"}) from None


def _orders(errors: Mapping[str, str] | None = None, said: str = "") -> str:
    today = today_in_paris(now())
    state = request.args.get("state", "open")
    stands_at("kit_articles.orders")
    with reading() as session:
        listed = list_orders(
            session,
            viewer(),
            open_only=state != "all",
            wanted=wanted_latest_first("ordered"),
            today=today,
        )
        kept = [one for one in list_articles(session, viewer()) if one.retired_at is None]
    return render_template(
        "kits/orders.html",
        listed=listed,
        articles=kept,
        state=state,
        said=sentence(said) if said else "",
        today=today,
        batch_length=BATCH_LENGTH,
        supplier_length=SUPPLIER_LENGTH,
        typed=request.form,
        errors={name: sentence(code) for name, code in (errors or {}).items()},
    )
