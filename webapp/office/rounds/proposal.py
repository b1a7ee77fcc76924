"""A proposal read: how far it is, its days on a page and a map, who was left out, as files."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.models.rounds import (
    KEPT,
    OPEN,
    UNDER_WAY,
    LeftWhy,
    RoundLeftOut,
    RoundProposal,
    RoundStop,
)
from visits.rounds.proposals import find_proposal
from visits.rounds.scope import WEEK
from visits.rounds.viewing import (
    count_left_out,
    count_waited,
    list_left_out,
    shown_days,
    sums_of,
    visible_stops,
    weeks_of,
)
from visits.sight.listing import Listed
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted_by
from webapp.office.frame.moments import clock, typed_day
from webapp.office.rounds.saying import kilometres
from webapp.words import word

round_pages = Blueprint("round_pages", __name__, url_prefix="/rounds")


@round_pages.get("/<uuid:proposal_id>")
@requires(Action.PLAN)
def show(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Show a proposal, or how far it is."""
    return shown(proposal_id)


def shown(proposal_id: uuid.UUID, *, said: str = "", why: str = "") -> str:
    """Give the page of a proposal; `said` is the code of what was refused, `why` of the reason."""
    stands_at("round_pages.show", proposal_id=proposal_id)
    with showing("rounds") as (session, persons):
        proposal = find_proposal(session, viewer(), proposal_id)
        weeks, first = weeks_of(proposal), asked_week(proposal)
        visitor = asked_visitor()
        days = shown_days(
            session,
            proposal,
            first=first,
            last=first + timedelta(days=WEEK - 1),
            visitor_id=visitor,
            viewer=viewer(),
        )
        persons.update(stop.case.person_id for one in days for stop in one.stops)
        persons.update(entry.person_id for one in days for entry in one.planned)
        return render_template(
            "rounds/show.html",
            proposal=proposal,
            is_under_way=proposal.state in UNDER_WAY,
            is_open=proposal.state in OPEN,
            is_kept=proposal.state in KEPT,
            days=days,
            sums=sums_of(session, proposal, viewer()),
            waited=count_waited(session, proposal, viewer()),
            weeks=weeks,
            week=first,
            visitor=visitor,
            visitors=sorted({(str(one.visitor.id), one.visitor.name) for one in days}),
            left=count_left_out(session, proposal, viewer()),
            said=sentence(said) if said else "",
            errors={"why": sentence(why)} if why else {},
            typed=request.form,
        )


def asked_week(proposal: RoundProposal) -> date:
    """Read which week is asked; the first one with something in it where it is none of them."""
    weeks = weeks_of(proposal)
    try:
        asked = typed_day(request.args.get("week", ""))
    except ValueError:
        asked = proposal.first_on
    return asked if asked in weeks else next(iter(weeks), proposal.first_on)


def asked_visitor() -> uuid.UUID | None:
    """Read which visitor is asked; nonsense is any."""
    try:
        return uuid.UUID(request.args["visitor"]) if request.args.get("visitor") else None
    except ValueError:
        return None


@round_pages.get("/<uuid:proposal_id>/stops.csv")
@requires(Action.PLAN)
def export(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Give the stops as a file."""
    with showing("rounds") as (session, persons):
        proposal = find_proposal(session, viewer(), proposal_id)
        stops = visible_stops(session, proposal, viewer())
        persons.update(one.case.person_id for one in stops)
        lines = list(_stop_lines(stops))
    return list_file("tournees-proposees.csv", lines)


def _stop_lines(stops: Sequence[RoundStop]) -> Iterator[Sequence[object]]:
    yield (
        pgettext("who visits", "Visitor"), _("Day"), _("Begins"), _("Ends"), _("Person"), _("City"),
        _("Minutes on the road"), _("Kilometres"), _("State"),
    )  # fmt: skip
    for one in stops:
        yield (
            " + ".join(each.name for each in (one.visitor, one.second_visitor) if each),
            day(one.start_at),
            clock(one.start_at),
            clock(one.end_at),
            one.case.person.name,
            one.case.residence.city if one.case.residence else "",
            round((one.drive + (one.second_drive or 0)) / 60),
            kilometres(one.metres + (one.second_metres or 0)),
            word("round_stop", one.state),
        )


@round_pages.get("/<uuid:proposal_id>/left-out")
@requires(Action.PLAN)
def left_out(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """List who is in no round, and why."""
    with showing("rounds") as (session, persons):
        proposal = find_proposal(session, viewer(), proposal_id)
        listed = _left_out(session, proposal)
        persons.update(one.case.person_id for one in listed.rows)
        return render_template(
            "rounds/left_out.html",
            proposal=proposal,
            listed=listed,
            reasons=list(LeftWhy),
            why=request.args.get("why", ""),
        )


@round_pages.get("/<uuid:proposal_id>/left-out.csv")
@requires(Action.PLAN)
def export_left_out(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("rounds") as (session, persons):
        proposal = find_proposal(session, viewer(), proposal_id)
        listed = _left_out(session, proposal, all_of_it=True)
        persons.update(one.case.person_id for one in listed.rows)
        lines = list(_left_lines(listed.rows))
    return list_file("visites-sans-tournee.csv", lines, of=listed)


def _left_out(
    session: Session, proposal: RoundProposal, *, all_of_it: bool = False
) -> Listed[RoundLeftOut]:
    wanted = wanted_by("name")
    return list_left_out(
        session,
        proposal,
        viewer(),
        why=request.args.get("why", ""),
        wanted=whole(wanted) if all_of_it else wanted,
    )


def _left_lines(rows: Sequence[RoundLeftOut]) -> Iterator[Sequence[object]]:
    yield _("Person"), _("City"), _("Why in no round")
    for one in rows:
        residence = one.case.residence
        yield one.case.person.name, residence.city if residence else "", word("left_out", one.why)
