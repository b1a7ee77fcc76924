"""What the map asks for each view: a few kilobytes of GeoJSON, never the whole stock."""

import json
from typing import Any

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from maps import buildings, cells, layers
from maps.crowding import gather
from visits.mapping.views import (
    Area,
    CellCount,
    MapDwelling,
    MapFilter,
    count_buildings,
    count_cells,
    describe_dwellings,
    list_dwellings,
)
from visits.sight import Viewer
from webapp.access.auth import Action, may, requires, viewer
from webapp.api.map_counted import counted_view
from webapp.frame.errors import problem, sentence
from webapp.frame.schemas.map import MapViewSchema
from webapp.frame.transaction import reading
from webapp.words import word

FINEST_COUNTED = 8  # the finest resolution that counts are kept for
RISK_CODES = ("", "low", "moderate", "high")
Json = dict[str, Any]

map_views = Blueprint("map_views", __name__, url_prefix="/api/map", description="The map")


@map_views.get("/dwellings")
@map_views.arguments(MapViewSchema, location="query")
@map_views.response(200, description="GeoJSON; `more` says that not everything is in it")
@requires(Action.SEE_MAP)
def dwellings(asked: dict[str, Any]) -> ResponseReturnValue:
    """Give what a viewport shows: counts per cell, from zoom 15 buildings, from 18 dwellings.

    Those who may not read answers get cells of five dwellings and more, whatever they ask for.
    """
    only = MapFilter(asked["programme"], asked["status"], asked["risk"] or 0, asked["works"])
    try:
        with reading(widely=True) as session:
            view = _view(session, asked["bbox"], asked["z"], mode=asked["mode"], only=only)
    except cells.BadViewport as refused:
        code = f"viewport_{refused.problem}"
        return problem(400, sentence("bad_viewport"), detail=sentence(code), code=code)
    body = json.dumps(view, ensure_ascii=False, separators=(",", ":"))
    return Response(body, content_type="application/geo+json")


def _view(session: Session, bbox: str, zoom: int, *, mode: str, only: MapFilter) -> Json:
    box = cells.parse_bbox(bbox)
    if not may(Action.SEE_ANSWERS):
        return counted_view(session, box, zoom, asked=only)
    resolution = cells.resolution_for(zoom)
    if mode == "hexagons":
        resolution = FINEST_COUNTED if resolution is None else resolution
        counts = _counts(session, box, resolution, only=only, margin=0.25)
        return layers.hexagons([_cell_row(count) for count in counts])
    if resolution is not None:
        counts = _counts(session, box, resolution, only=only)
        return layers.clusters(gather(map(_cell_row, counts), zoom=zoom))
    area = _area(box)
    if zoom >= buildings.FANNED_FROM_ZOOM:
        found, more = list_dwellings(session, viewer(), area=area, only=only)
        rows = buildings.fan_out(map(_dwelling_row, found), zoom=zoom)
        return layers.dwellings(rows) | _more(more)
    return _by_building(session, area, only)


def _by_building(session: Session, area: Area, only: MapFilter) -> Json:
    found, more = count_buildings(session, viewer(), area=area, only=only)
    alone = [building.dwelling_id for building in found if building.dwellings == 1]
    described = describe_dwellings(session, alone, programme=only.programme)
    houses = layers.dwellings(map(_dwelling_row, described.values()))
    several = layers.clusters(
        layers.CellRow(
            cells.locate_cell(building.lat, building.lon),
            building.dwellings,
            building.at_risk,
            building.open_works,
            building.lat,
            building.lon,
            RISK_CODES[building.worst_risk],
            building.known,
        )
        for building in found
        if building.dwellings > 1
    )
    return several | {"features": several["features"] + houses["features"]} | _more(more)


def _more(more: bool) -> Json:
    return {"more": _("Not everything fits: zoom in to see the rest.")} if more else {}


def _area(box: cells.BBox, margin: float = 0) -> Area:
    high, wide = (box.north - box.south) * margin, (box.east - box.west) * margin
    return Area(box.south - high, box.west - wide, box.north + high, box.east + wide)


def _counts(
    session: Session, box: cells.BBox, resolution: int, *, only: MapFilter, margin: float = 0
) -> list[CellCount]:
    looking: Viewer = viewer()
    return count_cells(
        session,
        looking,
        resolution=resolution,
        parents=cells.cover(box, resolution),
        area=_area(box, margin),
        only=only,
    )


def _cell_row(count: CellCount) -> layers.CellRow:
    return layers.CellRow(
        count.cell,
        count.dwellings,
        count.at_risk,
        count.open_works,
        count.lat,
        count.lon,
        RISK_CODES[count.worst_risk],
        count.known,
    )


def _dwelling_row(found: MapDwelling) -> layers.DwellingRow:
    return layers.DwellingRow(
        id=str(found.id),
        reference=found.reference,
        address=found.address,
        lat=found.lat,
        lon=found.lon,
        status=word("case", found.status) if found.status else _("Not in a programme"),
        risk=word("risk", found.risk),
        open_works=found.open_works,
        url=url_for("homes.show", dwelling_id=found.id),
        worst=RISK_CODES[found.risk],
    )
