"""What is written of works in a home, kind by kind: in whose words, switched off and on."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.messages.kinds import KINDS, LETTER, OF_HOUSE_WORKS, OF_WORKS
from visits.messages.switches import kinds_off, switch_off, switch_on
from visits.messages.ways import LANGUAGES
from visits.messages.wording import Spot, said_in, spot_of
from visits.models.accounts import Organisation
from visits.models.messages import MessageKind
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import WorkOrder
from visits.sight import visible_work_orders
from visits.sight.homes import landlords_run
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.messages.own_words import Speaker, change_words, say_again, words_page
from webapp.office.messages.saying import tried_on_works

works_messages = Blueprint("works_messages", __name__, url_prefix="/messages/works")


@works_messages.get("/")
@requires(Action.OPEN_WORKS)
def index() -> ResponseReturnValue:
    """Show what is written of works, and which kinds a landlord does not send."""
    return _page()


@works_messages.post("/")
@requires(Action.OPEN_WORKS)
def switch() -> ResponseReturnValue:
    """Switch a kind off or on for a landlord."""
    off = request.form.get("do") == "off"
    try:
        with transaction() as session:
            landlord = _landlord_run(session, request.form.get("landlord", ""))
            kind = _typed_kind()
            change = switch_off if off else switch_on
            change(session, landlord.id, kind, viewer=viewer(), now=now())
    except Conflict as refused:
        return _page(sentence(refused.code)), 409
    if off:
        flash(_("Nobody is written this any more. What waits does not go out."), "success")
    else:
        flash(_("From now on this is written."), "success")
    return redirect(url_for(".index"))


@works_messages.get("/<uuid:landlord_id>/<works_spot>")
@requires(Action.OPEN_WORKS)
def edit(landlord_id: uuid.UUID, works_spot: str) -> ResponseReturnValue:
    """Show what a landlord says in one kind of message, and what it said there before."""
    return words_page(_speaker(landlord_id, works_spot))


@works_messages.post("/<uuid:landlord_id>/<works_spot>")
@requires(Action.OPEN_WORKS)
def change(landlord_id: uuid.UUID, works_spot: str) -> ResponseReturnValue:
    """Try a landlord's words on the latest order that is planned, or keep them."""
    return change_words(_speaker(landlord_id, works_spot))


@works_messages.post("/<uuid:landlord_id>/<works_spot>/<uuid:works_said_id>")
@requires(Action.OPEN_WORKS)
def again(landlord_id: uuid.UUID, works_spot: str, works_said_id: uuid.UUID) -> ResponseReturnValue:
    """Say again what a landlord said once."""
    speaker = _speaker(landlord_id, works_spot)
    return say_again(speaker, works_said_id, landlord_id=landlord_id, works_spot=works_spot)


def _speaker(landlord_id: uuid.UUID, written: str) -> Speaker:
    """Give a landlord as it speaks where an address says, as `works_planned.letter.fr`."""

    def find(session: Session) -> Spot:
        landlord = _landlord_run(session, str(landlord_id))
        kind, channel, language = (written.split(".") + ["", "", ""])[:3]
        return spot_of(landlord.id, kind, channel, language)

    return Speaker(find, _tried, _above)


def _above() -> list[tuple[str, str]]:
    return [
        (_("Work orders"), url_for("work_orders.index")),
        (_("Messages about works"), url_for(".index")),
    ]


def _tried(session: Session, spot: Spot, words: str) -> tuple[str, uuid.UUID | None]:
    order = _latest_order(session, spot)
    said = tried_on_works(session, spot, words, order, at=now())
    return said, order.person_id if order is not None else None


def _latest_order(session: Session, spot: Spot) -> WorkOrder | None:
    """Give the order of a landlord with the latest day that one may see, to try words on."""
    seen = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(_told_of(spot), WorkOrder.planned_on.is_not(None))
        .where(visible_work_orders(viewer(Action.SEE_WORKS)))
        .order_by(WorkOrder.planned_on.desc(), WorkOrder.id.desc())
        .limit(1)
    )
    return session.scalars(seen).first()


def _told_of(spot: Spot) -> ColumnElement[bool]:
    """Give the condition on `WorkOrder`, its person joined, for what such a message is about."""
    if spot.kind in OF_HOUSE_WORKS:
        houses = select(Residence.id).where(Residence.landlord_id == spot.whose)
        return WorkOrder.residence_id.in_(houses)
    homes = select(Dwelling.id).where(Dwelling.landlord_id == spot.whose)
    return and_(Person.landlord_id == spot.whose, WorkOrder.dwelling_id.in_(homes))


def _landlord_run(session: Session, written: str) -> Organisation:
    found = [one for one in landlords_run(session, viewer()) if str(one.id) == written]
    if not found:
        raise NotFound("landlord_not_found")
    return found[0]


def _typed_kind() -> MessageKind:
    try:
        return MessageKind(request.form.get("kind", ""))
    except ValueError:
        raise NotFound("message_kind_not_found") from None


def _page(said: str = "") -> str:
    spoken = str(get_locale())
    language = spoken if spoken in LANGUAGES else LANGUAGES[0]
    with reading() as session:
        landlords = [(one, kinds_off(session, one.id)) for one in landlords_run(session, viewer())]
        return render_template(
            "messages/works.html",
            kinds=[
                (kind, [(one, off, *_said(session, one, kind, language)) for one, off in landlords])
                for kind in OF_WORKS
            ],
            said=said,
        )


def _said(
    session: Session, landlord: Organisation, kind: MessageKind, language: str
) -> tuple[list[tuple[Spot, bool]], str]:
    """Give where a landlord says a kind, whether in own words, and its letter of made-up works."""
    spots = [
        Spot(landlord.id, kind, channel, spoken)
        for channel in KINDS[kind].ways
        for spoken in LANGUAGES
    ]
    letter = Spot(landlord.id, kind, LETTER, language)
    example = tried_on_works(session, letter, said_in(session, letter), None, at=now())
    return [(spot, bool(said_in(session, spot))) for spot in spots], example
