"""H3 cells: where a dwelling is counted, which cells a viewport shows.

A cell is a whole H3 index as an integer; it fits a signed 64-bit column.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

import h3.api.basic_int as h3

FINEST = 12
"""Resolution at which a dwelling is kept: cells of about 300 m2."""

RAW_FROM_ZOOM = 15
"""From this zoom a view shows dwellings themselves, not counts."""

LEVELS_UP = 3
"""A count is kept under its parent this many levels up, and found through it."""

MOST_CELLS = 1_000
"""A cover larger than this is no screen: refuse it before H3 allocates it."""

_RESOLUTIONS = {6: 3, 7: 4, 8: 4, 9: 5, 10: 5, 11: 6, 12: 7, 13: 7, 14: 8}
_KM_PER_DEGREE = 111.195
_EARTH_KM = 6371.0088
_LONGEST_TEXT = 200


class ViewportProblem(StrEnum):
    """What is wrong with a viewport."""

    NOT_FOUR_NUMBERS = "not_four_numbers"
    OUT_OF_RANGE = "out_of_range"
    INVERTED = "inverted"
    CROSSES_ANTIMERIDIAN = "crosses_antimeridian"
    TOO_LARGE = "too_large"


class BadViewport(ValueError):
    """Refuse a viewport; `problem` says why."""

    def __init__(self, problem: ViewportProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class BBox:
    """Hold a viewport, in degrees; raise BadViewport if it is none."""

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        """Refuse what is not a rectangle on the globe."""
        if not all(math.isfinite(getattr(self, side.name)) for side in fields(self)):
            raise BadViewport(ViewportProblem.NOT_FOUR_NUMBERS)
        if max(abs(self.south), abs(self.north)) > 90 or max(abs(self.west), abs(self.east)) > 180:
            raise BadViewport(ViewportProblem.OUT_OF_RANGE)
        if self.south >= self.north:
            raise BadViewport(ViewportProblem.INVERTED)
        if self.west >= self.east:
            raise BadViewport(ViewportProblem.CROSSES_ANTIMERIDIAN)


def parse_bbox(text: str) -> BBox:
    """Read "south,west,north,east" in degrees; raise BadViewport."""
    parts = text[:_LONGEST_TEXT].split(",")
    if len(parts) != 4:
        raise BadViewport(ViewportProblem.NOT_FOUR_NUMBERS)
    try:
        south, west, north, east = map(float, parts)
    except ValueError:
        raise BadViewport(ViewportProblem.NOT_FOUR_NUMBERS) from None
    return BBox(south, west, north, east)


def locate_cell(lat: float, lon: float) -> int:
    """Return the resolution 12 cell of a position in degrees; raise ValueError off the globe."""
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError("not a position on the globe")
    return int(h3.latlng_to_cell(lat, lon, FINEST))


def resolution(cell: int) -> int:
    """Return the resolution of a cell, 0 (coarsest) to 15."""
    return cell >> 52 & 0xF


def parent(cell: int, res: int) -> int:
    """Return the cell of resolution `res` that a cell counts in.

    Pure integer arithmetic, which a database can repeat without an extension: bits 52 to 55 hold
    the resolution, then come three bits a level, all ones for the levels not used.

        (cell & ~(0xF << 52)) | (res << 52) | ((1 << (3 * (15 - res))) - 1)
    """
    if not 0 <= res <= resolution(cell):
        raise ValueError("a parent is coarser than its cell")
    return (cell & ~(0xF << 52)) | (res << 52) | ((1 << (3 * (15 - res))) - 1)


def cover_resolution(res: int) -> int:
    """Return the resolution of the parents under which cells of resolution `res` are kept."""
    return max(res - LEVELS_UP, 0)


def resolution_for(zoom: int) -> int | None:
    """Return the resolution that a map zoom shows, or None where it shows dwellings."""
    if zoom >= RAW_FROM_ZOOM:
        return None
    return _RESOLUTIONS.get(zoom, 2)


def cover(bbox: BBox, res: int) -> list[int]:
    """Return the parent cells that hold every cell of resolution `res` with a dwelling in view.

    Raise BadViewport when that takes more than MOST_CELLS.
    """
    coarse = cover_resolution(res)
    if _estimate(bbox, coarse) > MOST_CELLS:
        raise BadViewport(ViewportProblem.TOO_LARGE)
    found: set[int] = set()
    for strip in _strips(_padded(bbox, coarse)):
        found.update(h3.h3shape_to_cells_experimental(strip, coarse, contain="overlap"))
    return sorted(found)


def centre(cell: int) -> tuple[float, float]:
    """Return the (lat, lon) of the middle of a cell."""
    lat, lon = h3.cell_to_latlng(cell)
    return float(lat), float(lon)


def outline(cell: int) -> list[tuple[float, float]]:
    """Return the (lat, lon) corners of a cell, counterclockwise, not closed."""
    return [(float(lat), float(lon)) for lat, lon in h3.cell_to_boundary(cell)]


def token(cell: int) -> str:
    """Return a cell as the hexadecimal text H3 tools know; JavaScript would round the integer."""
    return f"{cell:x}"


def _estimate(bbox: BBox, res: int) -> float:
    sines = math.sin(math.radians(bbox.north)) - math.sin(math.radians(bbox.south))
    area = _EARTH_KM**2 * math.radians(bbox.east - bbox.west) * sines
    return area / float(h3.average_hexagon_area(res, unit="km^2"))


def _padded(bbox: BBox, res: int) -> tuple[float, float, float, float]:
    """Widen a viewport, since a small cell may stick out of the parent it counts in.

    One dwelling in fourteen lies outside the outline of its parent, by up to 0.16 edges (0.42
    for the few huge cells of resolution 0), measured over the globe.
    """
    edges = 0.6 if res == 0 else 0.25
    margin = edges * float(h3.average_hexagon_edge_length(res, unit="km")) / _KM_PER_DEGREE
    south, north = max(bbox.south - margin, -90.0), min(bbox.north + margin, 90.0)
    narrowest = math.cos(math.radians(max(abs(south), abs(north))))
    aside = min(margin / max(narrowest, 1e-6), 180.0)
    return south, bbox.west - aside, north, bbox.east + aside


def _strips(box: tuple[float, float, float, float]) -> Iterator[h3.LatLngPoly]:
    """Cut a box in strips that H3 cannot take for ones around the back of the globe."""
    south, west, north, east = box
    east = min(east, west + 360)
    bounds = sorted({west, east, *(deg for deg in range(-540, 541, 60) if west < deg < east)})
    for left, right in zip(bounds, bounds[1:], strict=False):
        shift = 360 * math.floor((left + 180) / 360)
        corners = ((south, left), (south, right), (north, right), (north, left))
        yield h3.LatLngPoly([(lat, lon - shift) for lat, lon in corners])
