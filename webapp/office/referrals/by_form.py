"""The form at a partner's door: what it asks of us for somebody, without an account."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.codes import RECIPIENTS
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.referral_requests import ReferralDoor
from visits.models.referrals import Basis
from visits.referrals.doors import DoorClosed, open_door
from visits.referrals.referrals import NAME_LENGTH, WORDS_LENGTH
from visits.referrals.requests import RequestSaid, latest_by, receive
from webapp.access.auth import public
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.codes import coded
from webapp.office.frame.moments import typed_day
from webapp.office.frame.signed_links import PRIVATE, secret_in

referral_form = Blueprint("referral_form", __name__, url_prefix="/referral-form")

TEXTS = (
    *("last_name", "first_name", "address", "phone", "code", "asked", "basis", "because"),
    *("sender", "sender_at"),
)


@referral_form.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """Show the form of a door, and what came by it."""
    return _page(token)


@referral_form.post("/<token>")
@public
def ask(token: str) -> ResponseReturnValue:
    """Keep what is asked; sent twice it is kept once."""
    try:
        said = _said()
        with transaction() as session:
            door = _opened(session, token, to_change=True)
            kept = receive(session, door, said, key=_key(), now=now())
    except DoorClosed as closed:
        return _worthless(closed)
    except (Invalid, Conflict) as refused:
        return _page(token, refused)
    flash(
        _("It has arrived as %(reference)s. You will be answered.", reference=kept.reference),
        "success",
    )
    return redirect(url_for(".show", token=token))


def _opened(session: Session, token: str, *, to_change: bool = False) -> ReferralDoor:
    secret = secret_in("referral_form.show", token)
    if secret is None:
        raise DoorClosed("link_tampered")
    return open_door(session, secret, now=now(), to_change=to_change)


def _said() -> RequestSaid:
    typed = {name: request.form.get(name, "").replace("\r\n", "\n") for name in TEXTS}
    try:
        day = typed_day(request.form["agreed_on"]) if request.form.get("agreed_on") else None
    except ValueError:
        raise Invalid({"agreed_on": "bad_date"}) from None
    return RequestSaid(**typed, agreed_on=day)


def _key() -> uuid.UUID:
    """Read which form this is; one that lost its number is a new one."""
    try:
        return uuid.UUID(request.form.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _page(token: str, refused: Invalid | Conflict | None = None) -> ResponseReturnValue:
    """Show the form; what was refused stands beside its field, and what was typed stays."""
    fields = refused.fields if isinstance(refused, Invalid) else {}
    try:
        with reading() as session:
            door = _opened(session, token)
            page = render_template(
                "referrals/by_form.html",
                token=token,
                door=door,
                came=latest_by(session, door),
                key=_key(),
                codes=[(code, coded("referral", code)) for code in RECIPIENTS],
                bases=list(Basis),
                latest=today_in_paris(now()),
                typed=request.form,
                name_length=NAME_LENGTH,
                words_length=WORDS_LENGTH,
                errors={name: sentence(code) for name, code in fields.items()},
                conflict=sentence(refused.code) if isinstance(refused, Conflict) else "",
            )
    except DoorClosed as closed:
        return _worthless(closed)
    status = 200 if refused is None else 409 if isinstance(refused, Conflict) else 422
    return page, status, PRIVATE


def _worthless(closed: DoorClosed) -> ResponseReturnValue:
    page = render_template("order_link/worthless.html", why=sentence(closed.code))
    return page, 410, PRIVATE
