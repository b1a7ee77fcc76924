"""The rota: who is on duty for what is urgent, changed and put back, and when nobody is."""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from diagnostics.codes import TRADES
from visits.ground.errors import Conflict, Invalid
from visits.models.duty import DutyTurn
from visits.sight.homes import landlords_run
from visits.works.duty import (
    AHEAD,
    PHONE_LENGTH,
    PLACES,
    WEEKS,
    Hole,
    TurnSaid,
    agencies_of,
    change_turn,
    find_turn,
    may_be_on_duty,
    note_turns,
    put_back_turn,
    turns_between,
    withdraw_turn,
)
from visits.works.duty_holes import holes
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.listing import pairs
from webapp.office.frame.moments import clock, iso_day, required_moment

duty = Blueprint("duty", __name__, url_prefix="/duty")
WEEKS_SHOWN = (2, 4, 8, 26)
AGAIN = (1, 2, 4, 8, 13, 26)


@duty.get("/")
@requires(Action.OPEN_WORKS)
def index() -> ResponseReturnValue:
    """Show who is on duty in the weeks to come, and when nobody is."""
    return _page()


@duty.post("/")
@requires(Action.GIVE_WORKS)
def note() -> ResponseReturnValue:
    """Note a turn of duty, once or for several weeks."""
    try:
        with transaction() as session:
            weeks = request.form.get("weeks", "1")
            if not weeks.isascii() or not weeks.isdigit() or int(weeks[:4]) not in WEEKS:
                raise Invalid({"weeks": "bad_choice"})
            noted = note_turns(session, _said(), weeks=int(weeks), viewer=viewer(), now=now())
            count = len(noted)
    except Invalid as refused:
        return _page(fields=refused.fields), 422
    except Conflict as refused:
        return _page(said=sentence(refused.code, refused.details)), 409
    said = ngettext("%(num)d turn of duty is noted.", "%(num)d turns of duty are noted.", count)
    flash(said, "success")
    return redirect(url_for(".index"))


@duty.get("/<uuid:turn_id>")
@requires(Action.GIVE_WORKS)
def edit(turn_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what of a turn of duty is to be changed."""
    return _edit_page(turn_id)


@duty.post("/<uuid:turn_id>")
@requires(Action.GIVE_WORKS)
def change(turn_id: uuid.UUID) -> ResponseReturnValue:
    """Let another turn stand in the place of one."""
    try:
        with transaction() as session:
            change_turn(session, turn_id, _said(), viewer=viewer(), now=now())
    except Invalid as refused:
        return _edit_page(turn_id, fields=refused.fields), 422
    except Conflict as refused:
        return _edit_page(turn_id, said=sentence(refused.code, refused.details)), 409
    flash(_("The turn of duty is changed. The one before can be put back."), "success")
    return redirect(url_for(".index"))


@duty.post("/<uuid:turn_id>/withdrawal")
@requires(Action.GIVE_WORKS)
def withdraw(turn_id: uuid.UUID) -> ResponseReturnValue:
    """Let a turn of duty not be."""
    with transaction() as session:
        withdraw_turn(session, turn_id, viewer=viewer(), now=now())
    flash(_("The turn of duty is withdrawn. It can be put back."), "success")
    return redirect(url_for(".index"))


@duty.post("/<uuid:turn_id>/return")
@requires(Action.GIVE_WORKS)
def put_back(turn_id: uuid.UUID) -> ResponseReturnValue:
    """Let a withdrawn turn of duty be again."""
    try:
        with transaction() as session:
            put_back_turn(session, turn_id, viewer=viewer(), now=now())
    except Conflict as refused:
        return _page(said=sentence(refused.code, refused.details)), 409
    flash(_("The turn of duty stands again."), "success")
    return redirect(url_for(".index"))


def _said() -> TurnSaid:
    """Read what was typed of a turn. Raises Invalid, field by field."""
    typed, place = request.form, request.form.get("place", "")
    fields, moments = dict[str, str](), {}
    for name in ("starts", "ends"):
        try:
            day, hour = typed.get(f"{name}_on", ""), typed.get(f"{name}_clock", "")
            moments[f"{name}_at"] = required_moment(day, hour, field=f"{name}_at")
        except Invalid as refused:
            fields |= refused.fields
    if fields:
        raise Invalid(fields)
    return TurnSaid(
        landlord_id=_chosen("landlord"),
        user_id=_chosen("user"),
        place=int(place) if place in map(str, PLACES) else 0,
        phone=typed.get("phone", ""),
        agency_id=_chosen("agency"),
        trade=typed.get("trade", ""),
        **moments,
    )


def _chosen(name: str) -> uuid.UUID | None:
    if not request.form.get(name):
        return None
    try:
        return uuid.UUID(request.form[name])
    except ValueError:
        raise Invalid({name: "bad_choice"}) from None


def _page(*, fields: dict[str, str] | None = None, said: str = "") -> str:
    weeks = request.args.get("weeks", type=int)
    until = now() + timedelta(weeks=weeks if weeks in WEEKS_SHOWN else WEEKS_SHOWN[0])
    with reading() as session:
        landlords = landlords_run(session, viewer())
        ids = [one.id for one in landlords]
        turns = turns_between(session, ids, now(), until)
        return render_template(
            "duty/index.html",
            turns=turns,
            holes=_holes(session, turns_between(session, ids, now(), now() + AHEAD)),
            withdrawn=turns_between(session, ids, now(), until, withdrawn=True),
            weeks_shown=[(one, _weeks(one)) for one in WEEKS_SHOWN],
            weeks=weeks or WEEKS_SHOWN[0],
            again=[(1, _("Once")), *((one, _weeks(one)) for one in AGAIN[1:])],
            may_note=may(Action.GIVE_WORKS),
            said=said,
            now=now(),
            **_choices(session, fields, typed=lambda name: request.form.get(name, "")),
        )


def _edit_page(turn_id: uuid.UUID, *, fields: dict[str, str] | None = None, said: str = "") -> str:
    with reading() as session:
        turn = find_turn(session, turn_id, viewer=viewer())
        if turn.withdrawn_at is not None:
            raise Conflict("duty_withdrawn")
        typed = request.form if request.method == "POST" else _as_typed(turn)
        choices = _choices(session, fields, typed=lambda name: typed.get(name, ""))
        return render_template("duty/edit.html", turn=turn, said=said, **choices)


def _as_typed(turn: DutyTurn) -> dict[str, str]:
    return {
        "landlord": str(turn.landlord_id),
        "user": str(turn.user_id),
        "agency": str(turn.agency_id or ""),
        "trade": turn.trade or "",
        "place": str(turn.place),
        "phone": turn.phone,
        "starts_on": iso_day(turn.starts_at),
        "starts_clock": clock(turn.starts_at),
        "ends_on": iso_day(turn.ends_at),
        "ends_clock": clock(turn.ends_at),
    }


def _holes(session: Session, turns: Sequence[DutyTurn]) -> list[Hole]:
    found = list[Hole]()
    for landlord in landlords_run(session, viewer()):
        its = [one for one in turns if one.landlord_id == landlord.id]
        agencies = agencies_of(session, [landlord.id], viewer=viewer())
        found += holes(landlord, agencies, its, since=now(), until=now() + AHEAD)
    return found


def _choices(
    session: Session, fields: dict[str, str] | None, *, typed: Callable[[str], str]
) -> dict[str, object]:
    landlords = landlords_run(session, viewer())
    ids = [one.id for one in landlords]
    return {
        "landlords": pairs(landlords, "id", "name"),
        "people": pairs(may_be_on_duty(session, ids), "id", "name"),
        "agencies": pairs(agencies_of(session, ids, viewer=viewer()), "id", "name"),
        "trades": list(TRADES),
        "places": PLACES,
        "phone_length": PHONE_LENGTH,
        "typed": typed,
        "errors": {name: sentence(code) for name, code in (fields or {}).items()},
    }


def _weeks(count: int) -> str:
    return str(ngettext("%(num)d week", "%(num)d weeks", count))
