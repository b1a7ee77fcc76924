"""A work order that no visit called for: its home is looked for, what is broken is written down."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.codes import TRADES
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.portfolio import Dwelling
from visits.models.works import Severity, WorkOrder
from visits.sight.homes import find_home, find_residence, search_homes
from visits.works.by_hand import (
    ACCESS_LENGTH,
    DESCRIPTION_LENGTH,
    Home,
    OrderSaid,
    alike,
    checked,
    open_by_hand,
    places_in,
    take_order_back,
    wait_for_home,
)
from visits.works.delays import delays_on
from visits.works.giving import contractors, give_order
from visits.works.same_order import put_together
from visits.works.templates import find_template, templates_for
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import pairs
from webapp.office.works.typed import day_in, tenant_typed, tenants_to_ring
from webapp.office.works.work_orders import order_page, typed_contractor

works_by_hand = Blueprint("works_by_hand", __name__, url_prefix="/work-orders")
LONGEST_SEARCH = 100
Find = Callable[[Session], Home]


class MayBeOpen(Exception):
    """Open orders may be about the same: `orders`, of those the viewer may see."""

    def __init__(self, orders: Sequence[uuid.UUID]) -> None:
        super().__init__("open")
        self.orders = orders


@works_by_hand.get("/new")
@requires(Action.OPEN_WORKS)
def new() -> ResponseReturnValue:
    """Look for the home or the residence where something is to be done."""
    text = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    with reading() as session:
        found = search_homes(session, viewer(), text)
        severity = _severity_asked()
        return render_template("work_orders/choose.html", found=found, text=text, severity=severity)


def _severity_asked() -> str | None:
    """Give the severity with which whoever comes from the board of what is urgent begins."""
    asked = request.args.get("severity", "")
    return asked if asked in tuple(Severity) else None


@works_by_hand.get("/new/dwelling/<uuid:dwelling_id>")
@requires(Action.OPEN_WORKS)
def in_dwelling(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what is to be done in a dwelling."""
    return _form(_dwelling(dwelling_id))


@works_by_hand.post("/new/dwelling/<uuid:dwelling_id>")
@requires(Action.OPEN_WORKS)
def open_in_dwelling(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Open a work order in a dwelling."""
    return _open(_dwelling(dwelling_id))


@works_by_hand.get("/new/residence/<uuid:residence_id>")
@requires(Action.OPEN_WORKS)
def in_residence(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what is to be done in what the homes of a residence have in common."""
    return _form(_residence(residence_id))


@works_by_hand.post("/new/residence/<uuid:residence_id>")
@requires(Action.OPEN_WORKS)
def open_in_residence(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Open a work order of a residence."""
    return _open(_residence(residence_id))


@works_by_hand.post("/<uuid:order_id>/back")
@requires(Action.OPEN_WORKS)
def back(order_id: uuid.UUID) -> ResponseReturnValue:
    """Take back an order that was opened by mistake and that nobody has begun."""
    try:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            note = request.form.get("note", "")
            take_order_back(session, order, note=note, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(_("Work order %(reference)s is cancelled.", reference=order.reference), "success")
    return redirect(url_for("work_orders.show", order_id=order_id))


def _dwelling(dwelling_id: uuid.UUID) -> Find:
    return lambda session: find_home(session, viewer(), dwelling_id)


def _residence(residence_id: uuid.UUID) -> Find:
    return lambda session: find_residence(session, viewer(), residence_id)


def _open(find: Find) -> ResponseReturnValue:
    try:
        with transaction() as session:
            order = _typed_order(session, find(session))
    except MayBeOpen as known:
        return _form(find, known=known.orders), 409
    except Invalid as refused:
        return _form(find, refused.fields), 422
    except Conflict as refused:
        return _form(find, said=sentence(refused.code)), 409
    said = _("Work order %(reference)s is open.", reference=order.reference)
    flash(_("Noted on that order.") if request.form.get("same") else said, "success")
    return redirect(url_for("work_orders.show", order_id=order.id))


def _typed_order(session: Session, home: Home) -> WorkOrder:
    """Open the order that was typed. Raises MayBeOpen when one that she was not shown is alike."""
    fields: dict[str, str] = {}
    said = _said(fields)
    person, contractor = None, None
    try:
        checked(session, said, home, now=now())
    except Invalid as refused:
        fields = refused.fields | fields
    try:
        person = tenant_typed(session, home)
        contractor = typed_contractor() if may(Action.GIVE_WORKS) else None
    except Invalid as refused:
        fields |= refused.fields
    if fields:
        raise Invalid(fields)
    wait_for_home(session, home)
    open_now = alike(session, viewer(Action.SEE_WORKS), home, said.trade, said.place)
    same = next((one for one in open_now if str(one.id) == request.form.get("same")), None)
    shown = request.form.getlist("known") if request.form.get("another") == "yes" else []
    if same is None and any(str(one.id) not in shown for one in open_now):
        raise MayBeOpen([one.id for one in open_now])
    order = open_by_hand(session, home, said, person=person, viewer=viewer(), now=now())
    if same is not None:
        session.flush()
        return put_together(session, order, same, viewer=viewer(Action.SEE_WORKS), now=now())
    if contractor is not None:
        give_order(session, order, contractor, viewer=viewer(Action.GIVE_WORKS), now=now())
    return order


def _said(fields: dict[str, str]) -> OrderSaid:
    typed, days = request.form, dict[str, date | None]()
    for name in ("due_on", "found_on"):
        try:
            days[name] = day_in(name)
        except Invalid as refused:
            fields |= refused.fields
    return OrderSaid(
        trade=typed.get("trade", ""),
        severity=typed.get("severity", ""),
        place=typed.get("place", ""),
        description=typed.get("description", "").replace("\r\n", "\n"),
        came_from=typed.get("came_from", ""),
        access=typed.get("access", "").replace("\r\n", "\n"),
        **days,
    )


def _words_of_template(session: Session) -> dict[str, str]:
    """Give what a template that is named in the address says of an order."""
    chosen = request.args.get("template", type=uuid.UUID)
    if chosen is None:
        return {}
    template = find_template(session, chosen, viewer=viewer())
    return {
        "trade": template.trade,
        "severity": template.severity,
        "place": template.place or "",
        "description": template.description,
    }


def _form(
    find: Find,
    fields: dict[str, str] | None = None,
    *,
    known: Sequence[uuid.UUID] = (),
    said: str = "",
) -> str:
    with showing("work_order_new") as (session, shown):
        home = find(session)
        tenants = tenants_to_ring(session, home)
        delays = delays_on(session, today_in_paris(now()))
        orders = [find_work_order(session, viewer(Action.SEE_WORKS), one) for one in known]
        typed = request.form if request.method == "POST" else _words_of_template(session)
        shown.update(one.id for one in tenants)
        shown.update(one.person_id for one in orders)
        return render_template(
            "work_orders/new.html",
            dwelling=home if isinstance(home, Dwelling) else None,
            residence=home.residence if isinstance(home, Dwelling) else home,
            known=orders,
            tenants=[(one.id, one.name) for one in tenants],
            contractors=pairs(contractors(session), "id", "name") if may(Action.GIVE_WORKS) else [],
            trades=list(TRADES),
            places=places_in(home),
            delays={one: str(delay) for one, delay in delays.items()},
            access_length=ACCESS_LENGTH,
            typed=typed,
            severity=typed.get("severity") or _severity_asked(),
            templates=templates_for(session, viewer()),
            chosen=request.form.get("person") or request.args.get("person", ""),
            description_length=DESCRIPTION_LENGTH,
            errors={name: sentence(code) for name, code in (fields or {}).items()},
            said=said,
        )
