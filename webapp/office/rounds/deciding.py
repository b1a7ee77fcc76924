"""What is made of a proposal: stopped, accepted whole or in part, taken back."""

import uuid
from collections.abc import Collection

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from visits.ground.errors import Conflict, Invalid
from visits.models.rounds import RoundStop
from visits.rounds.accepting import Part, accept, accepted_stops, take_back, to_accept
from visits.rounds.proposals import find_proposal, stop
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.moments import optional_day
from webapp.office.rounds.proposal import shown

round_decisions = Blueprint("round_decisions", __name__, url_prefix="/rounds")


@round_decisions.post("/<uuid:proposal_id>/stop")
@requires(Action.PLAN)
def stop_it(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Stop working a proposal out."""
    try:
        with transaction() as session:
            stop(session, find_proposal(session, viewer(), proposal_id, to_change=True), now=now())
    except Conflict as refused:
        return shown(proposal_id, said=refused.code), 409
    flash(_("Stopped. Nothing was planned."), "success")
    return redirect(url_for("round_pages.show", proposal_id=proposal_id))


@round_decisions.post("/<uuid:proposal_id>/acceptance")
@requires(Action.PLAN)
def accept_it(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Plan what is proposed: all of it, of a visitor or a day, or the stops that are ticked.

    Each visitor's day has a transaction of its own: nobody waits while a whole campaign is planned.
    """
    done, refused_stops = 0, 0
    try:
        part = _part()
        with reading() as session:
            days = to_accept(session, find_proposal(session, viewer(), proposal_id), part)
        for each in days:
            planned, refused = _accept(proposal_id, each)
            done += planned
            refused_stops += len(refused)
    except Invalid:
        return shown(proposal_id, said="rounds_nothing_waits"), 422
    except Conflict as refused_all:
        return shown(proposal_id, said=refused_all.code), 409
    if done:
        flash(ngettext("%(num)d visit is planned.", "%(num)d visits are planned.", done), "success")
    if refused_stops:
        flash(
            ngettext(
                "%(num)d visit is not: something changed meanwhile, as is said beside it.",
                "%(num)d visits are not: something changed meanwhile, as is said beside each.",
                refused_stops,
            ),
            "warning",
        )
    return redirect(url_for("round_pages.show", proposal_id=proposal_id))


def _accept(proposal_id: uuid.UUID, stops: Collection[uuid.UUID]) -> tuple[int, list[RoundStop]]:
    with transaction() as session:
        proposal = find_proposal(session, viewer(), proposal_id, to_change=True)
        return accept(session, proposal, stops, viewer=viewer(), now=now())


def _part() -> Part:
    """Read which part is accepted. Raises Invalid for what names none."""
    typed = request.form
    try:
        return Part(
            uuid.UUID(typed["visitor_id"]) if typed.get("visitor_id") else None,
            optional_day(typed.get("day", ""), field="day"),
            frozenset(uuid.UUID(one) for one in typed.getlist("stop"))
            if typed.get("which") == "ticked"
            else None,
        )
    except ValueError:
        raise Invalid({"stop": "bad_choice"}) from None


@round_decisions.post("/<uuid:proposal_id>/withdrawal")
@requires(Action.PLAN)
def take_it_back(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Take back all that was accepted and stands as it was planned."""
    back = stay = 0
    why = request.form.get("why", "")
    try:
        with reading() as session:
            days = accepted_stops(session, find_proposal(session, viewer(), proposal_id))
        for each in days:
            with transaction() as session:
                proposal = find_proposal(session, viewer(), proposal_id, to_change=True)
                done, left = take_back(session, proposal, each, why=why, viewer=viewer(), now=now())
            back, stay = back + done, stay + left
    except Invalid as refused:
        return shown(proposal_id, why=refused.fields["why"]), 422
    except Conflict as refused:
        return shown(proposal_id, said=refused.code), 409
    flash(
        ngettext("%(num)d visit is taken back.", "%(num)d visits are taken back.", back), "success"
    )
    if stay:
        flash(
            ngettext(
                "%(num)d visit stays as it is now: it was changed since.",
                "%(num)d visits stay as they are now: they were changed since.",
                stay,
            ),
            "warning",
        )
    return redirect(url_for("round_pages.show", proposal_id=proposal_id))
