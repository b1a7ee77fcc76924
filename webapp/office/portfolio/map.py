"""The map: the page that folium draws, served without an inline script."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from maps.cells import BBox
from maps.page import Page, draw
from maps.tiles import tiles_from_setting
from visits.calls.call_list import NO_HOME, CaseFilter, count_cases
from visits.mapping.views import Area, located_area
from visits.models.cases import CaseState
from visits.portfolio.placing import unplaced
from visits.programmes import Programme
from visits.programmes.published import load_programmes
from visits.sight.listing import JUST_COUNT
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.assets import vendored
from webapp.frame.transaction import house, now, reading

map_page = Blueprint("map_page", __name__, url_prefix="/map")

SMALLEST = 0.01  # degrees: a single residence still shows the streets around it


@map_page.get("/")
@requires(Action.SEE_MAP)
def index() -> ResponseReturnValue:
    """Show the map with its filters, its legend and its table."""
    area = _area()
    drawn = _drawn(area) if area else None
    return render_template(
        "map/index.html",
        page_parts=drawn,
        scripts=[vendored(_vendor_name(script)) for script in drawn.scripts] if drawn else (),
        sheets=[vendored(_vendor_name(sheet)) for sheet in drawn.styles] if drawn else (),
        texts=_texts(),
        programmes=_programmes(),
        states=list(CaseState),
        chosen=request.args,
        may_import=may(Action.IMPORT_STOCK),
        counted=not may(Action.SEE_ANSWERS),
        nowhere=_nowhere(),
        unplaced=_unplaced(),
    )


@map_page.get("/script.js")
@requires(Action.SEE_MAP)
def script() -> ResponseReturnValue:
    """Send the script folium wrote, as a file of our own."""
    area = _area()
    text = _drawn(area).script if area else ""
    return Response(text, content_type="text/javascript; charset=utf-8")


def _programmes() -> list[Programme]:
    with reading() as session:
        return list(load_programmes(session).values())


def _nowhere() -> list[tuple[Programme, int]]:
    """Count by programme the open cases without a home here, for whoever may list them."""
    if not may(Action.SEE_CASES):
        return []
    with reading() as session:
        eyes, counted = viewer(Action.SEE_CASES), []
        for programme in load_programmes(session).values():
            only = CaseFilter(programme=programme.code, state=NO_HOME)
            counted.append((programme, count_cases(session, eyes, only=only, now=now())))
        return [one for one in counted if one[1]]


def _unplaced() -> int:
    """Count the residences on no map, for whoever may place them."""
    if not may(Action.EDIT_HOMES):
        return 0
    with reading() as session:
        listed, _answered = unplaced(session, viewer(Action.EDIT_HOMES), wanted=JUST_COUNT)
        return listed.total


def _area() -> Area | None:
    with reading() as session:
        return located_area(session, viewer())


def _drawn(area: Area) -> Page:
    return draw(
        data_url=url_for("map_views.dwellings"),
        bounds=BBox(
            max(area.south - SMALLEST, -90),
            max(area.west - SMALLEST, -180),
            min(area.north + SMALLEST, 90),
            min(area.east + SMALLEST, 180),
        ),
        tiles=tiles_from_setting(house().settings.basemap),
        options={"filters": "#map-filters"},
        zoom=(_("Zoom in"), _("Zoom out")),
    )


def _vendor_name(place: str) -> str:
    return place.removeprefix("vendor/")


def _texts() -> dict[str, Any]:
    """Give the words of the map's script in the reader's language."""
    return {
        "in_view": _("{n} dwellings in view"),
        "in_view_one": _("1 dwelling in view"),
        "failed": _("The map could not be brought up to date."),
        "retry": _("Try again"),
        "one": _("1 dwelling"),
        "several": _("{n} dwellings"),
        "at_risk": _("{n} at high risk of {known} whose risk is known"),
        "with_works": _("open works: {n}"),
        "reference": _("Reference"),
        "address": _("Address"),
        "status": _("State"),
        "risk": _("Risk"),
        "works": _("Open works"),
        "open": _("See the person") if may(Action.SEE_PERSONS) else _("See its work orders"),
        "zoom": _("Zoom in"),
        "empty": _("No dwelling in view."),
        "filter": _("{name}: {value}"),
        "place": _("centre {lat}; {lon}, zoom {zoom}"),
        "worst": {
            "high": _("high risk"),
            "moderate": _("intermediate risk"),
            "low": _("low risk"),
            "unknown": _("risk not known"),
        },
    }
