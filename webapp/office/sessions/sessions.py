"""Collective sessions: the list and the same as a file; one, with where it stands."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.sessions import CollectiveSession, SessionState
from visits.sessions.moving import (
    WHY_LENGTH,
    cancel_session,
    hold_session,
    may_reach,
    take_move_back,
)
from visits.sessions.planning import find_session
from visits.sessions.session_list import (
    LISTS,
    SessionFilter,
    holders_in_use,
    list_sessions,
)
from visits.sight.listing import Wanted
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import moment
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by, wanted_latest_first
from webapp.office.frame.moments import typed_day
from webapp.office.frame.programmes import programme_names, programmes_in_reach
from webapp.words import word

group_sessions = Blueprint("group_sessions", __name__, url_prefix="/group-sessions")

# What is to come is listed from now on; of what was, the latest stands first.
AHEAD = ("to_come", "to_confirm", "planned")


@group_sessions.get("/")
@requires(Action.RUN_SESSIONS)
def index() -> ResponseReturnValue:
    """List the sessions, the next one first."""
    only = _only()
    with reading() as session:
        listed = list_sessions(session, viewer(), only=only, wanted=_wanted(only), now=now())
        return render_template(
            "sessions/index.html",
            listed=listed,
            only=only,
            lists=LISTS,
            programmes=programmes_in_reach(session, viewer()),
            names=programme_names(session),
            holders=holders_in_use(session, viewer()),
            begun=now(),
        )


@group_sessions.get("/sessions.csv")
@requires(Action.RUN_SESSIONS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    only = _only()
    with reading() as session:
        listed = list_sessions(session, viewer(), only=only, wanted=whole(_wanted(only)), now=now())
        lines = list(_lines(session, listed.rows))
    return list_file("actions-collectives.csv", lines, of=listed)


@group_sessions.get("/<uuid:session_id>")
@requires(Action.RUN_SESSIONS)
def show(session_id: uuid.UUID) -> ResponseReturnValue:
    """Show one session: when, where, who holds it, where it stands."""
    return _page(session_id)


@group_sessions.post("/<uuid:session_id>/state")
@requires(Action.RUN_SESSIONS)
def move(session_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a session was held, cancel it, or take either back."""
    turn = typed_turn()
    acts: dict[str, Callable[[Session, CollectiveSession], None]] = {
        "hold": lambda session, one: hold_session(
            session, one, turn=turn, viewer=viewer(), now=now()
        ),
        "cancel": lambda session, one: cancel_session(
            session, one, request.form.get("why", ""), turn=turn, viewer=viewer(), now=now()
        ),
        "back": lambda session, one: take_move_back(
            session, one, turn=turn, viewer=viewer(), now=now()
        ),
    }
    act = acts.get(request.form.get("act", ""))
    return change_on_page(session_id, act or _no_such_act)


def _no_such_act(_session: Session, _one: CollectiveSession) -> None:
    raise Invalid({"act": "bad_choice"})


def change_on_page(
    session_id: uuid.UUID, change: Callable[[Session, CollectiveSession], None]
) -> ResponseReturnValue:
    """Change a session and say so; what is refused comes back beside what was typed."""
    try:
        with transaction() as session:
            change(session, find_session(session, viewer(), session_id, to_change=True))
    except Invalid as refused:
        return _page(session_id, errors=refused.fields), 422
    except Conflict as refused:
        return _page(session_id, said=refused.code), 409
    flash(_("The session is up to date."), "success")
    return redirect(url_for("group_sessions.show", session_id=session_id))


def typed_turn() -> int:
    """Read which turn was read; what is no number was never shown."""
    text = request.form.get("turn", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _page(session_id: uuid.UUID, *, errors: dict[str, str] | None = None, said: str = "") -> str:
    with reading() as session:
        one = find_session(session, viewer(), session_id)
        return render_template(
            "sessions/show.html",
            one=one,
            programme=programme_names(session).get(one.programme, one.programme),
            begun=one.starts_at <= now(),
            may_hold=may_reach(one, SessionState.HELD),
            may_cancel=may_reach(one, SessionState.CANCELLED),
            may_go_back=may_reach(one, SessionState.PLANNED),
            why_length=WHY_LENGTH,
            typed=request.form,
            said=sentence(said) if said else "",
            errors={name: sentence(code) for name, code in (errors or {}).items()},
        )


def _only() -> SessionFilter:
    asked = request.args
    return SessionFilter(
        state=asked.get("state", "to_come"),
        programme=asked.get("programme", ""),
        kind=asked.get("kind", ""),
        holder=asked.get("holder", ""),
        series=asked.get("series", ""),
        text=asked.get("q", ""),
        first=_day("from"),
        last=_day("to"),
    )


def _day(name: str) -> date | None:
    """Read the day of a filter; nonsense filters nothing."""
    try:
        return typed_day(request.args[name]) if request.args.get(name) else None
    except ValueError:
        return None


def _wanted(only: SessionFilter) -> Wanted:
    return wanted_by("starts") if only.state in AHEAD else wanted_latest_first("starts")


def _lines(session: Session, found: Sequence[CollectiveSession]) -> Iterator[Sequence[object]]:
    heads = (
        _("When"), _("Minutes"), _("Title"), _("Kind"), _("Programme"), _("Place"), _("Held by"),
        _("Seats"), _("State"), _("Cost"), _("Who pays"), *landlord_heads(),
    )  # fmt: skip
    yield heads
    names = programme_names(session)
    for one in found:
        yield (
            moment(one.starts_at),
            one.minutes,
            one.title,
            word("session_kind", one.kind),
            names.get(one.programme, one.programme),
            one.where,
            one.holder,
            "" if one.capacity is None else one.capacity,
            word("session_state", one.state),
            "" if one.cost_cents is None else f"{one.cost_cents // 100},{one.cost_cents % 100:02d}",
            one.payer or "",
            *landlord_cells(one.landlord_id),
        )
