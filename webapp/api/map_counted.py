"""The map of those who may not read answers: counts that point at nobody.

The server decides, whatever is asked: cells of five dwellings and more, counted after filtering
and rounded to five, no finer than H3 level 8, and one filter beside the programme, since two
answers under free filters could be subtracted. What stands in a cell follows from the cell alone,
never from where the view ends. The technical service sees, close by, the dwellings with open works.
"""

from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from maps import buildings, cells, layers
from visits.mapping.views import (
    Area,
    CellCount,
    MapDwelling,
    MapFilter,
    count_buildings,
    count_cells,
    list_dwellings,
)
from visits.models.map import ANY_PROGRAMME
from webapp.access.auth import Action, may, viewer

Json = dict[str, Any]
FINEST = 8
WORLD = Area(-90, -180, 90, 180)


def counted_view(session: Session, box: cells.BBox, zoom: int, *, asked: MapFilter) -> Json:
    """Give what a viewport shows to somebody who may not read answers."""
    only, notes = _published(asked)
    if zoom >= cells.RAW_FROM_ZOOM and may(Action.DO_WORKS) and not _about_persons(only):
        return _works(session, box, zoom)
    resolution = min(cells.resolution_for(zoom) or FINEST, FINEST)
    counts = count_cells(
        session,
        viewer(),
        resolution=resolution,
        parents=cells.cover(box, resolution),
        area=WORLD,
        only=only,
    )
    shown = layers.hexagons([_row(one, only) for one in counts if _in_view(one.cell, box)])
    return shown | ({"more": " ".join(notes)} if notes else {})


def _published(asked: MapFilter) -> tuple[MapFilter, list[str]]:
    """Keep the programme and one filter, and say which were left out."""
    given = [name for name in ("status", "risk", "works") if getattr(asked, name)]
    if len(given) < 2:
        return asked, []
    nothing = MapFilter()
    only = replace(asked, **{name: getattr(nothing, name) for name in given[1:]})
    return only, [_("One filter at a time: the first one counts.")]


def _about_persons(only: MapFilter) -> bool:
    return bool(only.programme or only.status or only.risk)


def _row(count: CellCount, only: MapFilter) -> layers.CellRow:
    """Tell what is in a cell; under a filter the number alone, or it would be a second filter."""
    filtered = bool(only.status or only.risk or only.works)
    inner = (0, 0, 0) if filtered else (count.at_risk, count.open_works, count.known)
    at_risk, works, known = inner
    return layers.CellRow(
        count.cell, count.dwellings, at_risk, works, count.lat, count.lon, known=known
    )


def _in_view(cell: int, box: cells.BBox) -> bool:
    """Tell by the outline of a cell alone whether it shows in a view."""
    corners = cells.outline(cell)
    lats, lons = [lat for lat, _lon in corners], [lon for _lat, lon in corners]
    return (
        min(lats) <= box.north
        and max(lats) >= box.south
        and min(lons) <= box.east
        and max(lons) >= box.west
    )


def _works(session: Session, box: cells.BBox, zoom: int) -> Json:
    area = Area(box.south, box.west, box.north, box.east)
    only = MapFilter(ANY_PROGRAMME, works=True)
    if zoom >= buildings.FANNED_FROM_ZOOM:
        found, more = list_dwellings(session, viewer(), area=area, only=only)
        shown = layers.dwellings(buildings.fan_out(map(_dwelling, found), zoom=zoom))
    else:
        several, more = count_buildings(session, viewer(), area=area, only=only)
        shown = layers.clusters(
            layers.CellRow(
                cells.locate_cell(one.lat, one.lon), one.dwellings, 0, one.open_works, one.lat,
                one.lon,
            )
            for one in several
        )  # fmt: skip
    notes = [_("Only dwellings with open works are shown one by one.")]
    if more:
        notes.append(_("Not everything fits: zoom in to see the rest."))
    return shown | {"more": " ".join(notes)}


def _dwelling(found: MapDwelling) -> layers.DwellingRow:
    return layers.DwellingRow(
        id=str(found.id),
        reference=found.reference,
        address=found.address,
        lat=found.lat,
        lon=found.lon,
        status="",
        risk="",
        open_works=found.open_works,
        url=url_for("work_orders.index", q=found.reference),
    )
