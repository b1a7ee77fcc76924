"""A collective session planned, alone or week after week, and said anew."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import Organisation
from visits.models.sessions import CollectiveSession
from visits.programmes import Programme
from visits.sessions.planning import (
    ELSEWHERE,
    MOST_SEATS,
    MOST_WEEKS,
    NOTE_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    SessionSaid,
    change_session,
    find_session,
    holders_known,
    landlords_planned_for,
    plan_session,
    residence_as_typed,
)
from visits.sight.reach import BY_MANDATE
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.moments import clock, iso_day, required_moment, unusual
from webapp.office.frame.programmes import chosen_in_reach, programme_names, programmes_in_reach
from webapp.office.sessions.sessions import typed_turn

session_planning = Blueprint("session_planning", __name__, url_prefix="/group-sessions")


@session_planning.get("/new")
@requires(Action.RUN_SESSIONS)
def new() -> ResponseReturnValue:
    """Ask what to plan."""
    return _form({})


@session_planning.post("/new")
@requires(Action.RUN_SESSIONS)
def plan() -> ResponseReturnValue:
    """Plan a session, or one a week."""
    try:
        with transaction() as session:
            planned = plan_session(
                session,
                _programme(session),
                _said(),
                landlord_id=_landlord(),
                weeks=request.form.get("weeks", ""),
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return _form(refused.fields), 422
    except Conflict as refused:
        return _form({}, said=refused.code), 409
    said = ngettext("%(num)d session is planned.", "%(num)d sessions are planned.", len(planned))
    flash(said, "success")
    _remark(planned)
    return redirect(url_for("group_sessions.show", session_id=planned[0].id))


@session_planning.get("/<uuid:session_id>/edit")
@requires(Action.RUN_SESSIONS)
def edit(session_id: uuid.UUID) -> ResponseReturnValue:
    """Show a session to be said anew."""
    return _form({}, session_id=session_id)


@session_planning.post("/<uuid:session_id>/edit")
@requires(Action.RUN_SESSIONS)
def change(session_id: uuid.UUID) -> ResponseReturnValue:
    """Say a session anew."""
    try:
        with transaction() as session:
            one = find_session(session, viewer(), session_id, to_change=True)
            change_session(
                session,
                one,
                _said(),
                turn=typed_turn(),
                people=viewer(Action.SEE_PERSONS),
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return _form(refused.fields, session_id=session_id), 422
    except Conflict as refused:
        return _form({}, said=refused.code, session_id=session_id), 409
    flash(_("The session is up to date."), "success")
    _remark([one])
    return redirect(url_for("group_sessions.show", session_id=session_id))


def _remark(planned: Sequence[CollectiveSession]) -> None:
    """Tell which sessions are on a day or at an hour at which hardly anybody comes."""
    each = (
        unusual(one.starts_at, one.starts_at + timedelta(minutes=one.minutes)) for one in planned
    )
    if odd := ", ".join(filter(None, each)):
        flash(
            _("At an unusual time: %(when)s. Change or cancel what is not meant.", when=odd),
            "warning",
        )


def _programme(session: Session) -> str:
    """Read which programme it is of, among those in reach."""
    code = request.form.get("programme", "")
    if code not in {one.code for one in programmes_in_reach(session, viewer())}:
        raise Invalid({"programme": "bad_choice" if code else "required"})
    return code


def _landlord() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form["landlord"]) if request.form.get("landlord") else None
    except ValueError:
        raise Invalid({"landlord": "bad_choice"}) from None


def _said() -> SessionSaid:
    typed = {
        name: request.form.get(name, "")
        for name in SessionSaid.__dataclass_fields__
        if name != "starts_at"
    }
    typed["note"] = typed["note"].replace("\r\n", "\n")
    return SessionSaid(**typed, starts_at=_typed_start())


def _typed_start() -> datetime:
    return required_moment(request.form.get("day", ""), request.form.get("time", ""), field="day")


def _as_typed(one: CollectiveSession) -> dict[str, object]:
    """Write a session as somebody would type it."""
    cost = one.cost_cents
    return {
        "title": one.title,
        "kind": one.kind,
        "day": iso_day(one.starts_at),
        "time": clock(one.starts_at),
        "minutes": one.minutes,
        "residence": residence_as_typed(one),
        "place": one.place or "",
        "capacity": one.capacity or "",
        "held_by": one.held_by_id or ELSEWHERE,
        "held_by_name": one.held_by_name or "",
        "cost": "" if cost is None else f"{cost // 100},{cost % 100:02d}",
        "payer": one.payer or "",
        "note": one.note or "",
        "turn": one.turn,
    }


def _form(errors: Mapping[str, str], *, said: str = "", session_id: uuid.UUID | None = None) -> str:
    with reading() as session:
        one = find_session(session, viewer(), session_id) if session_id else None
        offered = {} if one else _to_choose(session)
        before = _as_typed(one) if one else {}
        return render_template(
            "sessions/form.html",
            one=one,
            programme=programme_names(session).get(one.programme, "") if one else "",
            holders=holders_of(session, one),
            typed=request.form or before,
            may_name=viewer().reach not in BY_MANDATE,
            lengths={"title": TITLE_LENGTH, "text": TEXT_LENGTH, "note": NOTE_LENGTH},
            most={"seats": MOST_SEATS, "weeks": MOST_WEEKS},
            elsewhere=ELSEWHERE,
            said=sentence(said) if said else "",
            errors={name: sentence(code) for name, code in errors.items()},
            **offered,
        )


def _to_choose(session: Session) -> dict[str, object]:
    programmes = programmes_in_reach(session, viewer())
    return {
        "programmes": programmes,
        "landlords": _landlords(session, programmes),
        "chosen": chosen_in_reach(session, viewer(), "").code if programmes else "",
    }


def _landlords(session: Session, programmes: list[Programme]) -> list[Organisation]:
    given = {
        one.id: one
        for programme in programmes
        for one in landlords_planned_for(session, viewer(), programme.code)
    }
    return sorted(given.values(), key=lambda one: one.name)


def holders_of(session: Session, one: CollectiveSession | None) -> list[Organisation]:
    """List who may hold a session, whoever holds it already among them."""
    known = list(holders_known(session, viewer()))
    if one is not None and one.held_by is not None and one.held_by not in known:
        known.append(one.held_by)
    return known
