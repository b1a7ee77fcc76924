"""The dwellings of one building: all at one position, and yet each to be seen and opened."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from maps.layers import DwellingRow

FANNED_FROM_ZOOM = 18
"""From this zoom the dwellings of a building stand side by side instead of as one count."""

_PIXELS_APART = 34
_METRES_PER_PIXEL = 156_543.034  # at zoom 0 on the equator: Web Mercator's pyramid of 256 px tiles
_METRES_PER_DEGREE = 111_195.0
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


def fan_out(rows: Iterable[DwellingRow], *, zoom: int) -> list[DwellingRow]:
    """Set the dwellings that share a position around it, like the seeds of a sunflower.

    Neighbours stand about a mark apart on a screen at `zoom`; one that is alone stays in place.
    """
    buildings: dict[tuple[float, float], list[DwellingRow]] = defaultdict(list)
    for row in rows:
        buildings[row.lat, row.lon].append(row)
    return [
        moved
        for dwellings in buildings.values()
        for moved in (dwellings if len(dwellings) == 1 else _around(dwellings, zoom))
    ]


def _around(dwellings: list[DwellingRow], zoom: int) -> Iterable[DwellingRow]:
    for seed, row in enumerate(dwellings):
        shrink = max(math.cos(math.radians(row.lat)), 0.01)
        step = _PIXELS_APART * _METRES_PER_PIXEL * shrink / 2**zoom / _METRES_PER_DEGREE
        reach, angle = step * 0.6 * math.sqrt(seed + 0.5), seed * _GOLDEN_ANGLE
        lat = row.lat + reach * math.sin(angle)
        yield replace(row, lat=lat, lon=row.lon + reach * math.cos(angle) / shrink)
