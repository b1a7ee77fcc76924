"""The page of a link: one order, for a contractor who has no account here.

The token in the address is the link's secret, signed: one that was cut or changed is told apart.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.photo_kinds import LARGEST
from visits.intake.seen import find_photo_seen, photos_seen
from visits.models.papers import PaperField
from visits.models.works_history import WorkOrderLink
from visits.papers.wording import wording_of
from visits.works.at_the_door import measures_for
from visits.works.by_link import (
    Handed,
    accept,
    hand_in,
    moves_by_link,
    propose_day,
    quote,
    refuse,
    show_photos,
    unquote,
)
from visits.works.costs import quotes_of
from visits.works.links import LinkWorthless, note_opened, note_shown, open_link
from visits.works.moves import PARTS, MoveSaid
from visits.works.photos import photos_missing, photos_of
from visits.works.proposals import answer_to
from webapp.access.auth import public
from webapp.frame.errors import sentence
from webapp.frame.languages import current_language
from webapp.frame.transaction import house, now, reading, transaction
from webapp.office.frame.signed_links import PRIVATE, secret_in
from webapp.office.intake.visits import sent_file
from webapp.office.works.typed import day_in
from webapp.words import named

order_link = Blueprint("order_link", __name__, url_prefix="/order-link")


def _opened(session: Session, token: str, *, to_change: bool = False) -> WorkOrderLink:
    """Find the link of a token; raises LinkWorthless for one that shows nothing."""
    secret = secret_in("order_link.show", token)
    if secret is None:
        raise LinkWorthless("link_tampered")
    return open_link(session, secret, now=now(), to_change=to_change)


@order_link.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """Show the order of a link, and nothing else."""
    return _page(token)


@order_link.get("/<token>/seen/<uuid:file_id>")
@public
def seen(token: str, file_id: uuid.UUID) -> ResponseReturnValue:
    """Send a photo a visitor took of what the order of a link is about, without its metadata."""
    try:
        with reading() as session:
            found = find_photo_seen(session, _opened(session, token).order, None, file_id)
        with transaction() as session:
            note_shown(session, _opened(session, token), "photo", now=now())
    except LinkWorthless as ended:
        return _worthless(ended)
    sent = sent_file(found.name, found.media_type, found.sha256)
    sent.headers.update(PRIVATE)
    return sent


@order_link.post("/<token>")
@public
def act(token: str) -> ResponseReturnValue:
    """Accept, refuse, propose a day, quote, show photos, hand in."""
    what = request.form.get("act", "")
    try:
        if what not in ACTS:
            raise Invalid({"act": "bad_choice"})
        with transaction() as session:
            ACTS[what](session, _opened(session, token, to_change=True))
    except LinkWorthless as ended:
        return _worthless(ended)
    except (Invalid, Conflict) as refused:
        return _page(token, what, refused)
    flash(_("Thank you, it is noted."), "success")
    return redirect(url_for(".show", token=token))


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")


def _photos() -> Sequence[bytes]:
    sent = [one for one in request.files.getlist("photos") if one.filename]
    return [one.stream.read(LARGEST + 1) for one in sent]


def _propose(session: Session, link: WorkOrderLink) -> None:
    day, part, note = day_in("planned_on"), _text("planned_part"), _text("note")
    said = MoveSaid(planned_on=day, planned_part=part, note=note)
    propose_day(session, link, said, now=now())


def _hand_in(session: Session, link: WorkOrderLink) -> None:
    handed = Handed(_text("note"), _text("cost"), _photos())
    hand_in(session, house().store, link, handed, now=now())


def _quote_id() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("quote_id", ""))
    except ValueError:
        raise NotFound("quote_not_found") from None


# What a contractor may do, by what the form says.
ACTS: Mapping[str, Callable[[Session, WorkOrderLink], None]] = {
    "accept": lambda session, link: accept(session, link, now=now()),
    "refuse": lambda session, link: refuse(session, link, _text("note"), now=now()),
    "day": _propose,
    "quote": lambda session, link: quote(
        session, link, _text("quote"), _text("quote_note"), now=now()
    ),
    "unquote": lambda session, link: unquote(session, link, _quote_id(), now=now()),
    "photos": lambda session, link: show_photos(session, house().store, link, _photos(), now=now()),
    "done": _hand_in,
}


def _page(
    token: str, what: str = "", refused: Invalid | Conflict | None = None
) -> ResponseReturnValue:
    """Show the order; what was refused stands beside its field, and what was typed stays."""
    fields = refused.fields if isinstance(refused, Invalid) else {}
    try:
        with reading() as session:
            link = _opened(session, token)
            order = link.order
            house_of, ring = order.stands_in, PaperField(f"ring_{current_language()}")
            assert house_of is not None  # an order of no known home is sent to nobody
            page = render_template(
                "order_link/show.html",
                token=token,
                link=link,
                order=order,
                landlord=house_of.landlord,
                ring=wording_of(session, house_of.landlord_id).get(ring, ""),
                moves=moves_by_link(order),
                measures=measures_for(session, order),
                photos=photos_of(session, order),
                seen=photos_seen(session, order, None),
                photos_needed=photos_missing(session, [order], now=now())[order.id],
                quotes=quotes_of(session, order, link),
                answer=answer_to(session, link),
                parts=named("part_of_day", PARTS),
                typed=request.form,
                act=what,
                errors={f"{what}-{name}": sentence(code) for name, code in fields.items()},
                conflict=sentence(refused.code) if isinstance(refused, Conflict) else "",
            )
        with transaction() as session:
            note_opened(session, _opened(session, token, to_change=True), now=now())
    except LinkWorthless as ended:
        return _worthless(ended)
    status = 200 if refused is None else 409 if isinstance(refused, Conflict) else 422
    return page, status, PRIVATE


def _worthless(ended: LinkWorthless) -> ResponseReturnValue:
    page = render_template("order_link/worthless.html", why=sentence(ended.code))
    return page, 410, PRIVATE
