"""Rows to GeoJSON: counts, dwellings, and hexagons for those who may not see persons.

GeoJSON is longitude before latitude (RFC 7946); everything else here is latitude first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from maps import cells

Json = dict[str, Any]
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class CellRow:
    """Count the dwellings of one cell; lat and lon are their mean position.

    `worst` is the worst risk found in it (high, moderate, low), or empty;
    `known` counts those whose risk is known, the whole that `at_risk` is a part of.
    """

    cell: int
    count: int
    at_risk: int
    open_works: int
    lat: float
    lon: float
    worst: str = ""
    known: int = 0


@dataclass(frozen=True, slots=True)
class DwellingRow:
    """Show one dwelling; `status` and `risk` are words to read, `worst` a code as in CellRow.

    `url` is its page, empty for those who may not open it.
    """

    id: str
    reference: str
    address: str
    lat: float
    lon: float
    status: str
    risk: str
    open_works: int
    url: str
    worst: str = ""


def clusters(rows: Iterable[CellRow]) -> Json:
    """Draw each cell as a point with its counts."""
    return _collection(
        _feature(
            cells.token(row.cell),
            _point(row.lat, row.lon),
            {
                "kind": "cluster",
                "count": row.count,
                "known": row.known or None,
                "at_risk": row.at_risk,
                "open_works": row.open_works,
                "worst": row.worst,
            },
        )
        for row in rows
        if row.count > 0
    )


def dwellings(rows: Iterable[DwellingRow]) -> Json:
    """Draw each dwelling as a point; those of one building share its position."""
    return _collection(
        _feature(
            row.id,
            _point(row.lat, row.lon),
            {
                "kind": "dwelling",
                "reference": row.reference,
                "address": row.address,
                "status": row.status,
                "risk": row.risk,
                "open_works": row.open_works,
                "url": row.url,
                "worst": row.worst,
            },
        )
        for row in rows
    )


def hexagons(
    rows: Iterable[CellRow], *, floor: int = 5, round_to: int = 5, finest: int = 8
) -> Json:
    """Draw counts that point at nobody.

    Cells finer than `finest` are merged into it; a cell of fewer than `floor` dwellings is left
    out; counts are rounded to `round_to`; an inner count below `floor` is not told, nor is the
    worst, which may be one person's, unless `floor` dwellings are at risk.
    Two answers under different filters may still be subtracted: offer only published filters.
    """
    totals = _merge(rows, finest)
    return _collection(
        _feature(
            cells.token(cell),
            _polygon(cell),
            {
                "kind": "cell",
                "count": _rounded(count, round_to),
                "known": _blurred(known, floor=floor, round_to=round_to),
                "at_risk": _blurred(at_risk, floor=floor, round_to=round_to),
                "open_works": _blurred(open_works, floor=floor, round_to=round_to),
                "worst": "high" if at_risk >= floor else "",
            },
        )
        for cell, (count, known, at_risk, open_works) in sorted(totals.items())
        if count >= floor
    )


def _merge(rows: Iterable[CellRow], finest: int) -> dict[int, tuple[int, int, int, int]]:
    totals: dict[int, tuple[int, int, int, int]] = {}
    for row in rows:
        cell = cells.parent(row.cell, min(cells.resolution(row.cell), finest))
        before = totals.get(cell, (0, 0, 0, 0))
        counts = (row.count, row.known, row.at_risk, row.open_works)
        count, known, at_risk, open_works = map(sum, zip(before, counts, strict=True))
        totals[cell] = (count, known, at_risk, open_works)
    return totals


def _rounded(count: int, round_to: int) -> int:
    return (count + round_to // 2) // round_to * round_to


def _blurred(count: int, *, floor: int, round_to: int) -> int | None:
    return _rounded(count, round_to) if count >= floor else None


def _collection(features: Iterable[Json]) -> Json:
    return {"type": "FeatureCollection", "features": list(features)}


def _feature(key: str, geometry: Json, properties: Json) -> Json:
    told = {name: value for name, value in properties.items() if value not in (None, "")}
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": told}


def _point(lat: float, lon: float) -> Json:
    return {"type": "Point", "coordinates": _position(lat, lon)}


def _polygon(cell: int) -> Json:
    corners = cells.outline(cell)
    lons = [lon for _, lon in corners]
    # A cell over the antimeridian goes on past 180 degrees rather than around the globe.
    turn = 360 if max(lons) - min(lons) > 180 else 0
    ring = [_position(lat, lon + turn if lon < 0 else lon) for lat, lon in corners]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _position(lat: float, lon: float) -> list[float]:
    return [round(lon, DECIMALS), round(lat, DECIMALS)]
