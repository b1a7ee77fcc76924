"""One wish to move: opened on a person's page, offered homes, answered, closed, undone."""

import uuid
from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.adaptations.files import find_file
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.homes.needs import needs_of
from visits.models.adaptations import AdaptationFile
from visits.models.portfolio import Dwelling
from visits.models.transfers import TransferWish
from visits.sight import Viewer, find_person
from visits.sight.homes import visible_homes
from visits.transfers.listing import match_offered, matches_of
from visits.transfers.offers import (
    SAID_LENGTH,
    AnswerSaid,
    answer_offer,
    is_offered_too,
    offer_home,
    take_offer_back,
)
from visits.transfers.wishes import (
    WishSaid,
    close_wish,
    find_wish,
    has_moved,
    open_wish,
    reopen_wish,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.moments import typed_day
from webapp.office.frame.needs import needs_form, typed_needs

transfer_wishes = Blueprint("transfer_wishes", __name__, url_prefix="/transfers")

# So many homes are proposed at first, what misses least first; the page leads to all the others.
MOST_SHOWN = 20


@transfer_wishes.get("/new/<uuid:person_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def new(person_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what somebody who wishes to move needs."""
    return _form(person_id)


@transfer_wishes.post("/new/<uuid:person_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def open_one(person_id: uuid.UUID) -> ResponseReturnValue:
    """Open a wish to move."""
    try:
        said = _said()
        with transaction() as session:
            person = find_person(session, viewer(), person_id)
            file = _instead_of(session)
            wish = open_wish(session, person, said, instead_of=file, viewer=viewer(), now=now())
    except Invalid as refused:
        return _form(person_id, refused), 422
    flash(_("The wish %(reference)s is noted.", reference=wish.reference), "success")
    return redirect(url_for(".show", wish_id=wish.id))


@transfer_wishes.get("/<uuid:wish_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def show(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Show a wish: what it needs, which homes fit and why, what was offered."""
    return _page(wish_id)


@transfer_wishes.post("/<uuid:wish_id>/offers")
@requires(Action.FOLLOW_ADAPTATIONS)
def offer(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Offer a home."""

    def change(session: Session, wish: TransferWish) -> None:
        dwelling = request.form.get("dwelling", type=uuid.UUID)
        if dwelling is None:
            raise Invalid({"dwelling": "required"})
        offer_home(
            session,
            wish,
            dwelling,
            turn=_turn(),
            homes=viewer(Action.SEE_HOMES),
            viewer=viewer(),
            now=now(),
        )

    return _change(wish_id, change)


@transfer_wishes.post("/<uuid:wish_id>/answer")
@requires(Action.FOLLOW_ADAPTATIONS)
def answer(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Note what was answered to the offer that stands."""

    def change(session: Session, wish: TransferWish) -> None:
        typed = request.form
        said = AnswerSaid(
            typed.get("answer", ""),
            typed.get("reason", ""),
            typed.get("said", "").replace("\r\n", "\n"),
        )
        answer_offer(session, wish, said, turn=_turn(), viewer=viewer(), now=now())

    return _change(wish_id, change)


@transfer_wishes.post("/<uuid:wish_id>/back")
@requires(Action.FOLLOW_ADAPTATIONS)
def back(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Take the last answer back, or else the last offer; or let a closed wish go on."""

    def change(session: Session, wish: TransferWish) -> None:
        undo = take_offer_back if wish.is_open else reopen_wish
        undo(session, wish, turn=_turn(), viewer=viewer(), now=now())

    return _change(wish_id, change)


@transfer_wishes.post("/<uuid:wish_id>/close")
@requires(Action.FOLLOW_ADAPTATIONS)
def close(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Close a wish: she has moved, or wishes it no longer."""

    def change(session: Session, wish: TransferWish) -> None:
        state, why = request.form.get("state", ""), request.form.get("why", "")
        close_wish(session, wish, state, why=why, turn=_turn(), viewer=viewer(), now=now())

    return _change(wish_id, change)


def _change(
    wish_id: uuid.UUID, change: Callable[[Session, TransferWish], None]
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            change(session, find_wish(session, viewer(), wish_id, to_change=True))
    except Invalid as refused:
        return _page(wish_id, refused), 422
    flash(_("The wish is up to date."), "success")
    return redirect(url_for(".show", wish_id=wish_id))


def _turn() -> int:
    """Read which turn was read; what is no number was never shown."""
    text = request.form.get("turn", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _instead_of(session: Session) -> AdaptationFile | None:
    """Find the refused adaptation instead of which a move is wished."""
    file_id = request.values.get("adaptation", type=uuid.UUID)
    return find_file(session, viewer(), file_id) if file_id else None


def _said() -> WishSaid:
    typed = request.form
    wish = typed.get("wish", "").replace("\r\n", "\n")
    return WishSaid(typed.getlist("reasons"), typed_needs(), _asked_on(), wish)


def _asked_on() -> date | None:
    try:
        return typed_day(request.form["asked_on"]) if request.form.get("asked_on") else None
    except ValueError:
        raise Invalid({"asked_on": "bad_date"}) from None


def _form(person_id: uuid.UUID, refused: Invalid | None = None) -> str:
    with showing("transfer_new") as (session, shown):
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        return render_template(
            "transfers/new.html",
            person=person,
            file=_instead_of(session),
            **needs_form(needs_of(session, person.id)),
            typed=request.form,
            latest=today_in_paris(now()),
            said_length=SAID_LENGTH,
            errors=_errors(refused),
        )


def _page(wish_id: uuid.UUID, refused: Invalid | None = None) -> str:
    with showing("transfer") as (session, shown):
        wish = find_wish(session, viewer(), wish_id)
        shown.add(wish.person_id)
        homes, today = viewer(Action.SEE_HOMES), today_in_paris(now())
        waits = wish.is_waiting
        matches = matches_of(session, homes, wish, today=today) if waits else []
        seen = _homes_seen(session, homes, wish)
        most = None if request.args.get("all") == "1" else MOST_SHOWN
        on_offer = wish.standing is not None and wish.standing.dwelling_id in seen
        return render_template(
            "transfers/show.html",
            wish=wish,
            needs=needs_of(session, wish.person_id),
            matches=matches[:most],
            more=len(matches[most:]) if most else 0,
            on_offer=match_offered(session, wish, today=today) if on_offer else None,
            offered_too=is_offered_too(session, viewer(), wish),
            has_moved=has_moved(session, wish),
            seen=seen,
            typed=request.form,
            said_length=SAID_LENGTH,
            errors=_errors(refused),
        )


def _homes_seen(session: Session, homes: Viewer, wish: TransferWish) -> set[uuid.UUID]:
    """Give those of the homes that were offered which the viewer may see today."""
    seen = select(Dwelling.id).join(Dwelling.residence).where(visible_homes(homes))
    offered = [one.dwelling_id for one in wish.offers]
    return set(session.scalars(seen.where(Dwelling.id.in_(offered))))


def _errors(refused: Invalid | None) -> dict[str, str]:
    return {name: sentence(code) for name, code in refused.fields.items()} if refused else {}
