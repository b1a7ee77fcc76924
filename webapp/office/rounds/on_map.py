"""The rounds of a proposal on a map: a line a visitor’s day, of whoever the reader may see."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from maps.cells import BBox
from maps.page import Page, Way, draw_ways
from maps.tiles import tiles_from_setting
from visits.models.rounds import RoundProposal
from visits.rounds.proposals import find_proposal
from visits.rounds.scope import WEEK
from visits.rounds.viewing import ShownDay, shown_days, weeks_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.assets import vendored
from webapp.frame.transaction import house
from webapp.office.frame.access import showing
from webapp.office.rounds.proposal import asked_visitor, asked_week

round_map = Blueprint("round_map", __name__, url_prefix="/rounds")

# Colours that are told apart by whoever sees few of them, on a light and a dark ground.
COLOURS = ("#117733", "#cc6677", "#332288", "#999933", "#aa4499", "#44aa99", "#882255", "#6699cc")
SMALLEST = 0.01  # degrees: a single residence still shows the streets around it


@round_map.get("/<uuid:proposal_id>/map")
@requires(Action.PLAN)
def show(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Show a week of a proposal on a map."""
    with showing("rounds") as (session, persons):
        proposal, days, told = _week(session, proposal_id, persons)
        drawn = _drawn(days)
        return render_template(
            "rounds/map.html",
            proposal=proposal,
            page_parts=drawn,
            scripts=_ours(drawn.scripts) if drawn else (),
            sheets=_ours(drawn.styles) if drawn else (),
            legend=sorted(_colours(days).items()),
            **told,
        )


@round_map.get("/<uuid:proposal_id>/map.js")
@requires(Action.PLAN)
def script(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Send the script folium wrote, as a file of our own."""
    with showing("rounds") as (session, persons):
        _proposal, days, _told = _week(session, proposal_id, persons)
        drawn = _drawn(days)
    answer = Response(drawn.script if drawn else "", content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ours(files: Sequence[str]) -> list[str]:
    return [vendored(one.removeprefix("vendor/")) for one in files]


def _week(
    session: Session, proposal_id: uuid.UUID, persons: set[uuid.UUID | None]
) -> tuple[RoundProposal, list[ShownDay], dict[str, Any]]:
    proposal = find_proposal(session, viewer(), proposal_id)
    first = asked_week(proposal)
    days = shown_days(
        session,
        proposal,
        first=first,
        last=first + timedelta(days=WEEK - 1),
        visitor_id=asked_visitor(),
        viewer=viewer(),
    )
    persons.update(stop.case.person_id for one in days for stop in one.stops)
    told = {"weeks": weeks_of(proposal), "week": first, "visitor": asked_visitor()}
    return proposal, days, told


def _colours(days: Sequence[ShownDay]) -> dict[str, str]:
    names = sorted({one.visitor.name for one in days})
    return {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(names)}


def _ways(days: Sequence[ShownDay]) -> Iterator[Way]:
    colours = _colours(days)
    for one in days:
        places = [
            (home.lat, home.lon)
            for stop in one.stops
            if (home := stop.case.residence) and home.lat is not None and home.lon is not None
        ]
        if places:
            yield Way(colours[one.visitor.name], places)


def _drawn(days: Sequence[ShownDay]) -> Page | None:
    ways = list(_ways(days))
    if not ways:
        return None
    lats = [lat for way in ways for lat, _lon in way.places]
    lons = [lon for way in ways for _lat, lon in way.places]
    return draw_ways(
        ways,
        bounds=BBox(
            min(lats) - SMALLEST, min(lons) - SMALLEST, max(lats) + SMALLEST, max(lons) + SMALLEST
        ),
        tiles=tiles_from_setting(house().settings.basemap),
        zoom=(_("Zoom in"), _("Zoom out")),
    )
