"""What the map shows of a view: counts per cell, counts per building, or dwellings one by one.

Everything is read from the rows that `visits.mapping.points` keeps, where protected persons never
count. A viewer with a territory sees that territory alone, one of a landlord that landlord's stock.
Whoever reaches cases alone has no map: it counts homes, whoever looks after their cases.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, false, func, select
from sqlalchemy.orm import Session

from visits.models.map import ANY_PROGRAMME, MapCell, MapPoint
from visits.models.portfolio import Dwelling, Residence
from visits.sight.homes import STOCK, hidden_houses, stock_of
from visits.sight.reach import Reach, Viewer

MOST_ROWS = 500
HIGH_RISK = 3
MICRO = 1_000_000
# Whose counts no territory bounds; a landlord may.
EVERYWHERE = (Reach.ALL, Reach.LANDLORD)


@dataclass(frozen=True)
class Area:
    """A rectangle in degrees."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True)
class MapFilter:
    """Which dwellings. `risk` is the lowest to show; `works` asks for open work orders."""

    programme: str = ANY_PROGRAMME
    status: str = ""
    risk: int = 0
    works: bool = False


@dataclass(frozen=True)
class CellCount:
    """The dwellings of one cell, and their mean position; `known` have a known risk."""

    cell: int
    dwellings: int
    known: int
    at_risk: int
    open_works: int
    lat: float
    lon: float
    worst_risk: int


@dataclass(frozen=True)
class BuildingCount:
    """The dwellings at one position; `dwelling_id` is one of them, `known` have a known risk."""

    lat: float
    lon: float
    dwellings: int
    known: int
    at_risk: int
    open_works: int
    worst_risk: int
    dwelling_id: uuid.UUID


@dataclass(frozen=True)
class MapDwelling:
    """One dwelling as the map shows it: never who lives there."""

    id: uuid.UUID
    reference: str
    address: str
    lat: float
    lon: float
    status: str
    risk: int
    open_works: int


def count_cells(
    session: Session,
    viewer: Viewer,
    *,
    resolution: int,
    parents: Sequence[int],
    area: Area,
    only: MapFilter,
) -> list[CellCount]:
    """Count dwellings per H3 cell, for the cells whose mean position lies in the area."""
    total = func.sum(MapCell.dwellings)
    lat, lon = func.sum(MapCell.lat_sum), func.sum(MapCell.lon_sum)
    known = func.sum(case((MapCell.risk > 0, MapCell.dwellings), else_=0))
    at_risk = func.sum(case((MapCell.risk >= HIGH_RISK, MapCell.dwellings), else_=0))
    statement = (
        select(MapCell.cell, total, known, at_risk, func.sum(MapCell.open_works), lat, lon)
        .add_columns(func.max(MapCell.risk))
        .where(MapCell.resolution == resolution, MapCell.programme == only.programme)
        .where(MapCell.parent.in_(parents), *_cell_filter(viewer, only))
        .group_by(MapCell.cell)
        .having(lat >= total * round(area.south * MICRO), lat <= total * round(area.north * MICRO))
        .having(lon >= total * round(area.west * MICRO), lon <= total * round(area.east * MICRO))
    )
    return [_cell_count(row) for row in session.execute(statement)]


def _cell_count(row: Any) -> CellCount:
    cell, total, known, at_risk, works, lat, lon, worst = row
    scale = int(total) * MICRO
    counts = (int(total), int(known), int(at_risk), int(works))
    return CellCount(cell, *counts, int(lat) / scale, int(lon) / scale, worst)


def _cell_filter(viewer: Viewer, only: MapFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if viewer.reach not in STOCK:
        conditions.append(false())
    if viewer.landlord_id:
        conditions.append(MapCell.landlord == str(viewer.landlord_id))
    if viewer.reach not in EVERYWHERE:
        conditions.append(MapCell.territory == str(viewer.territory_id))
    if only.status:
        conditions.append(MapCell.status == only.status)
    if only.risk:
        conditions.append(MapCell.risk >= only.risk)
    if only.works:
        conditions.append(MapCell.works == 1)
    return conditions


def count_buildings(
    session: Session, viewer: Viewer, *, area: Area, only: MapFilter
) -> tuple[list[BuildingCount], bool]:
    """Count dwellings per position, at most MOST_ROWS positions; says whether there are more."""
    with_risk = func.sum(case((MapPoint.risk > 0, 1), else_=0))
    at_risk = func.sum(case((MapPoint.risk >= HIGH_RISK, 1), else_=0))
    statement = (
        select(MapPoint.lat, MapPoint.lon, func.count(), with_risk, at_risk)
        # PostgreSQL has no largest UUID, but a largest text.
        .add_columns(func.sum(MapPoint.open_works), func.max(MapPoint.risk))
        .add_columns(func.max(cast(MapPoint.dwelling_id, String(36))))
        .where(*_point_filter(viewer, area, only))
        .group_by(MapPoint.lat, MapPoint.lon)
        .order_by(MapPoint.lat, MapPoint.lon)
        .limit(MOST_ROWS + 1)
    )
    rows = session.execute(statement).all()
    found = [
        BuildingCount(lat, lon, count, int(known), int(risky), int(works), worst, uuid.UUID(one))
        for lat, lon, count, known, risky, works, worst, one in rows[:MOST_ROWS]
    ]
    return found, len(rows) > MOST_ROWS


def list_dwellings(
    session: Session, viewer: Viewer, *, area: Area, only: MapFilter
) -> tuple[list[MapDwelling], bool]:
    """List the dwellings of an area, at most MOST_ROWS; says whether there are more."""
    ordered = (
        _dwellings(*_point_filter(viewer, area, only))
        .order_by(MapPoint.lat, MapPoint.lon, Dwelling.reference, Dwelling.id)
        .limit(MOST_ROWS + 1)
    )
    rows = [MapDwelling(*row) for row in session.execute(ordered)]
    return rows[:MOST_ROWS], len(rows) > MOST_ROWS


def describe_dwellings(
    session: Session, ids: Sequence[uuid.UUID], *, programme: str
) -> dict[uuid.UUID, MapDwelling]:
    """Describe the dwellings that a count named, by id."""
    # In no order: sorting by place would make SQLite walk every place there is.
    named = _dwellings(MapPoint.dwelling_id.in_(ids), MapPoint.programme == programme)
    found = (MapDwelling(*row) for row in session.execute(named))
    return {dwelling.id: dwelling for dwelling in found}


def _dwellings(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(Dwelling.id, Dwelling.reference, Residence.address, MapPoint.lat, MapPoint.lon)
        .add_columns(MapPoint.status, MapPoint.risk, MapPoint.open_works)
        .select_from(MapPoint)
        .join(Dwelling, Dwelling.id == MapPoint.dwelling_id)
        .join(Dwelling.residence)
        .where(*conditions)
    )


def _point_filter(viewer: Viewer, area: Area, only: MapFilter) -> list[ColumnElement[bool]]:
    conditions = [
        MapPoint.programme == only.programme,
        MapPoint.lat.between(area.south, area.north),
        MapPoint.lon.between(area.west, area.east),
    ]
    if viewer.reach not in STOCK:
        conditions.append(false())
    if viewer.landlord_id:
        conditions.append(MapPoint.landlord_id == viewer.landlord_id)
    if viewer.reach not in EVERYWHERE:
        conditions.append(MapPoint.territory_id == viewer.territory_id)
    if only.status:
        conditions.append(MapPoint.status == only.status)
    if only.risk:
        conditions.append(MapPoint.risk >= only.risk)
    if only.works:
        conditions.append(MapPoint.open_works > 0)
    return conditions


def located_area(session: Session, viewer: Viewer) -> Area | None:
    """Give the rectangle that holds every located residence the viewer may see, if any."""
    corners = select(
        func.min(Residence.lat),
        func.min(Residence.lon),
        func.max(Residence.lat),
        func.max(Residence.lon),
    )
    # A house where a protected person lives would draw the edge of the map.
    located = corners.where(
        Residence.lat.is_not(None),
        Residence.h3.is_not(None),
        Residence.id.not_in(hidden_houses()),
        stock_of(viewer),
    )
    found = [corner for corner in session.execute(located).one() if corner is not None]
    return Area(*found) if len(found) == 4 else None
