"""Collective sessions: the list and the same as a file; one, with where it stands."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.people import Person
from visits.models.sessions import CollectiveSession, SessionState
from visits.people.people import with_homes
from visits.sessions.attendance import count_of, enrolments_of
from visits.sessions.moving import (
    WHY_LENGTH,
    cancel_session,
    hold_session,
    may_reach,
    take_move_back,
)
from visits.sessions.planning import MOST_SEATS, find_session
from visits.sessions.seats import Seats, is_full, seats_of, seats_of_one
from visits.sessions.session_list import (
    LISTS,
    SessionFilter,
    holders_in_use,
    list_sessions,
)
from visits.sight import Viewer
from visits.sight.listing import Listed, Wanted
from visits.sight.search import search_people
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import moment
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by, wanted_latest_first
from webapp.office.frame.moments import age, typed_day
from webapp.office.frame.programmes import programme_names, programmes_in_reach
from webapp.words import word

group_sessions = Blueprint("group_sessions", __name__, url_prefix="/group-sessions")

# What is to come is listed from now on; of what was, the latest stands first.
AHEAD = ("to_come", "to_confirm", "planned")
MOST_FOUND, LONGEST_SEARCH = 10, 100


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
            seats=_seats(session, listed.rows),
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
            session,
            one,
            turn=turn,
            people=viewer(Action.SEE_PERSONS),
            viewer=viewer(),
            now=now(),
        ),
    }
    act = acts.get(request.form.get("act", ""))
    return change_on_page(session_id, act or _no_such_act)


def _no_such_act(_session: Session, _one: CollectiveSession) -> None:
    raise Invalid({"act": "bad_choice"})


def change_on_page(
    session_id: uuid.UUID,
    change: Callable[[Session, CollectiveSession], None],
    *,
    back_to: str | None = None,
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
    return redirect(url_for("group_sessions.show", session_id=session_id, _anchor=back_to))


def typed_turn() -> int:
    """Read which turn was read; what is no number was never shown."""
    text = request.form.get("turn", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _page(session_id: uuid.UUID, *, errors: dict[str, str] | None = None, said: str = "") -> str:
    people = viewer(Action.SEE_PERSONS)
    with showing("group_session") as (session, shown):
        one = find_session(session, viewer(), session_id)
        enrolments = enrolments_of(session, one, people)
        found = _whom_to_enrol(session, one, people)
        shown.update(each.person_id for each in enrolments)
        shown.update(person.id for person in found.rows)
        seats = seats_of_one(session, people, one)
        return render_template(
            "sessions/show.html",
            one=one,
            enrolments=enrolments,
            seats=seats,
            full=is_full(one, seats),
            number_noted=count_of(session, one),
            most_seats=MOST_SEATS,
            text=_searched(),
            found=found.rows,
            more=found.total - len(found.rows),
            age=age,
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


def _searched() -> str:
    return request.args.get("q", "")[:LONGEST_SEARCH].strip()


def _whom_to_enrol(session: Session, one: CollectiveSession, people: Viewer) -> Listed[Person]:
    """Find whom the address looks for, among the tenants of the landlord whose session it is."""
    hers = replace(people, landlord_id=one.landlord_id)
    few = Wanted(size=MOST_FOUND)
    return search_people(session, hers, _searched(), wanted=few, options=with_homes())[0]


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


def _seats(session: Session, found: Sequence[CollectiveSession]) -> Mapping[uuid.UUID, Seats]:
    return seats_of(session, viewer(Action.SEE_PERSONS), [one.id for one in found])


def _wanted(only: SessionFilter) -> Wanted:
    return wanted_by("starts") if only.state in AHEAD else wanted_latest_first("starts")


def _lines(session: Session, found: Sequence[CollectiveSession]) -> Iterator[Sequence[object]]:
    heads = (
        _("When"), _("Minutes"), _("Title"), _("Kind"), _("Programme"), _("Place"), _("Held by"),
        _("Seats"), _("Seats taken"), _("Came to it"), _("State"), _("Cost"), _("Who pays"),
        *landlord_heads(),
    )  # fmt: skip
    yield heads
    names, seats = programme_names(session), _seats(session, found)
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
            seats[one.id].taken,
            "" if seats[one.id].came is None else seats[one.id].came,
            word("session_state", one.state),
            "" if one.cost_cents is None else f"{one.cost_cents // 100},{one.cost_cents % 100:02d}",
            one.payer or "",
            *landlord_cells(one.landlord_id),
        )
