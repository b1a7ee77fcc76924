"""Rounds asked for: whose, of which days, how far that goes; and those asked for so far."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import User
from visits.models.rounds import ProposalState, RoundProposal
from visits.programmes.published import load_programmes
from visits.rounds.candidates import count_candidates
from visits.rounds.proposals import ask_for_rounds, list_proposals
from visits.rounds.scope import (
    MOST_WEEKS,
    WEEK,
    Scope,
    check_scope,
    count_visitor_days,
    visitors_offered,
)
from visits.rounds.viewing import count_waited, sums_of
from visits.sight.listing import Listed
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day, moment
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_latest_first
from webapp.office.frame.moments import optional_day
from webapp.office.rounds.saying import kilometres
from webapp.words import word

rounds = Blueprint("rounds", __name__, url_prefix="/rounds")

SPANS = ("day", "week", "campaign")
CAMPAIGN_WEEKS = 4


@rounds.get("/")
@requires(Action.PLAN)
def index() -> ResponseReturnValue:
    """List the rounds one asked for."""
    with reading() as session:
        listed = _listed(session)
        return render_template(
            "rounds/index.html",
            listed=listed,
            waited={one.id: count_waited(session, one, viewer()) for one in listed.rows},
            states=list(ProposalState),
            state=request.args.get("state", ""),
        )


@rounds.get("/rounds.csv")
@requires(Action.PLAN)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with reading() as session:
        listed = _listed(session, all_of_it=True)
        lines = list(_lines(session, listed.rows))
    return list_file("tournees.csv", lines, of=listed)


def _listed(session: Session, *, all_of_it: bool = False) -> Listed[RoundProposal]:
    wanted = wanted_latest_first("asked")
    state = request.args.get("state", "")
    wanted = whole(wanted) if all_of_it else wanted
    return list_proposals(session, viewer(), state=state, wanted=wanted)


def _lines(session: Session, rows: Sequence[RoundProposal]) -> Iterator[Sequence[object]]:
    yield (
        _("Asked on"), _("From"), _("To"), _("Visits to plan"), _("Visitor days"), _("State"),
        _("Driven, km"),
    )  # fmt: skip
    for one in rows:
        driven = kilometres(sums_of(session, one, viewer()).metres) if one.days else ""
        yield (
            moment(one.asked_at),
            day(one.first_on),
            day(one.last_on),
            count_waited(session, one, viewer()),
            one.visitor_days,
            word("round", one.state),
            driven,
        )


@rounds.get("/new")
@requires(Action.PLAN)
def new() -> ResponseReturnValue:
    """Ask for which days and visitors; says how far that goes."""
    return _form(request.args)


@rounds.post("/new")
@requires(Action.PLAN)
def ask() -> ResponseReturnValue:
    """Ask for rounds to be worked out."""
    try:
        with transaction() as session:
            scope = _scope(request.form, visitors_offered(session, viewer()))
            proposal = ask_for_rounds(session, scope, viewer=viewer(), now=now())
            proposal_id = proposal.id
    except Invalid as refused:
        return _form(request.form, refused), 422
    except Conflict as refused:
        return _form(request.form, said=refused.code), 409
    flash(_("The rounds are being worked out. You may leave this page meanwhile."), "success")
    return redirect(url_for("round_pages.show", proposal_id=proposal_id))


def _form(typed: "MultiDict[str, str]", refused: Invalid | None = None, *, said: str = "") -> str:
    with reading() as session:
        offered = visitors_offered(session, viewer())
        errors = _said_of(refused) if refused else {}
        scope, visits, days = None, 0, 0
        try:
            scope = _scope(typed, offered)
            check_scope(session, scope, viewer=viewer(), now=now())
            visits = count_candidates(session, scope, viewer())
            days = count_visitor_days(session, scope)
        except Invalid as unclear:
            errors = errors or _said_of(unclear)
            scope = None
        return render_template(
            "rounds/new.html",
            typed=typed,
            first=typed.get("first_on") or _next_monday(),
            chosen=set(typed.getlist("visitors")) if typed else {str(one.id) for one in offered},
            offered=offered,
            programmes=load_programmes(session).values(),
            spans=SPANS,
            weeks={"usual": CAMPAIGN_WEEKS, "most": MOST_WEEKS},
            scope=scope,
            visits=visits,
            days=days,
            said=sentence(said) if said else "",
            errors=errors if typed else {},
        )


def _scope(typed: "MultiDict[str, str]", offered: Sequence[User]) -> Scope:
    """Read what is asked; raises Invalid. What is not said is a week of all her visitors."""
    first = optional_day(typed.get("first_on", ""), field="first_on") or _next_monday()
    span = typed.get("span", "week")
    if span not in SPANS:
        raise Invalid({"span": "bad_choice"})
    weeks = typed.get("weeks", str(CAMPAIGN_WEEKS))
    if span == "campaign" and weeks not in {str(one) for one in range(1, MOST_WEEKS + 1)}:
        raise Invalid({"weeks": "rounds_too_long"})
    lasts = {"day": 1, "week": WEEK, "campaign": int(weeks) * WEEK if weeks.isdecimal() else 0}
    return Scope(
        first,
        first + timedelta(days=lasts[span] - 1),
        _chosen(typed, offered),
        typed.get("programme", "")[:40],
        moves_planned=typed.get("planned") == "moves",
        same_visitor=not typed or typed.get("same_visitor") == "yes",
    )


def _chosen(typed: "MultiDict[str, str]", offered: Sequence[User]) -> frozenset[uuid.UUID]:
    if not typed:
        return frozenset(one.id for one in offered)
    try:
        return frozenset(uuid.UUID(one) for one in typed.getlist("visitors"))
    except ValueError:
        raise Invalid({"visitors": "unknown_visitor"}) from None


def _next_monday() -> date:
    today = today_in_paris(now())
    return today + timedelta(days=WEEK - today.weekday())


def _said_of(refused: Invalid) -> dict[str, str]:
    return {name: sentence(code, refused.details) for name, code in refused.fields.items()}
