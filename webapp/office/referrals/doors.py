"""The doors by which partners without an account ask things of us: listed, made, revoked."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Invalid
from visits.referrals.doors import (
    DAYS,
    list_doors,
    make_door,
    requests_by_door,
    revoke_door,
)
from visits.referrals.referrals import NAME_LENGTH
from visits.sight.homes import landlords_run
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.signed_links import signed_address

referral_doors = Blueprint("referral_doors", __name__, url_prefix="/referrals/doors")


@referral_doors.get("/")
@requires(Action.FOLLOW_REFERRALS)
def index() -> ResponseReturnValue:
    """List the doors, and let one be made."""
    return _page()


@referral_doors.post("/")
@requires(Action.FOLLOW_REFERRALS)
def make() -> ResponseReturnValue:
    """Make a door; its address is shown this once."""
    typed = request.form
    days = {str(one): one for one in DAYS}.get(typed.get("days", ""), 0)
    try:
        with transaction() as session:
            secret = make_door(
                session,
                _typed_landlord(),
                typed.get("partner", ""),
                days,
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return _page(refused), 422
    return _page(made=signed_address("referral_form.show", secret))


@referral_doors.post("/<uuid:door_id>/revocation")
@requires(Action.FOLLOW_REFERRALS)
def revoke(door_id: uuid.UUID) -> ResponseReturnValue:
    """Let nothing more be asked by a door."""
    with transaction() as session:
        revoke_door(session, door_id, viewer=viewer(), now=now())
    flash(_("The address is revoked: nothing more comes by it. What came stays."), "success")
    return redirect(url_for(".index"))


def _page(refused: Invalid | None = None, *, made: str = "") -> str:
    fields = refused.fields if refused else {}
    with reading() as session:
        landlords = landlords_run(session, viewer())
        return render_template(
            "referrals/doors.html",
            doors=list_doors(session, viewer()),
            counts=requests_by_door(session, viewer()),
            landlords=[(str(one.id), one.name) for one in landlords],
            days=DAYS,
            name_length=NAME_LENGTH,
            made=made,
            now=now(),
            typed=request.form if refused else {},
            errors={name: sentence(code) for name, code in fields.items()},
        )


def _typed_landlord() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form.get("landlord", ""))
    except ValueError:
        return None
