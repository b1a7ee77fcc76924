"""Counts that would cover one another on the screen become one, so that each can be read."""

import math
from collections.abc import Iterable
from dataclasses import replace

from maps.layers import CellRow

_WORLD_PIXELS = 256  # the width of the whole world at zoom 0
_MOST_OVERLAP = 0.75  # marks may come this near, as a part of the sum of their radii
_WORST_FIRST = ("high", "moderate", "low", "")
_NORTHERNMOST = 85.0511


def gather(rows: Iterable[CellRow], *, zoom: int) -> list[CellRow]:
    """Merge counts whose marks would overlap at a zoom, into the largest of each heap."""
    kept: list[tuple[CellRow, float, float]] = []
    for row in sorted(rows, key=lambda row: (-row.count, row.cell)):
        x, y = _pixels(row, zoom)
        for place, (other, left, top) in enumerate(kept):
            near = _MOST_OVERLAP * (_radius(row) + _radius(other))
            if math.hypot(x - left, y - top) < near:
                kept[place] = (_together(other, row), left, top)
                break
        else:
            kept.append((row, x, y))
    return [row for row, _x, _y in kept]


def _together(one: CellRow, other: CellRow) -> CellRow:
    # The larger one keeps its place: a mean could lie where nothing stands.
    return replace(
        one,
        count=one.count + other.count,
        known=one.known + other.known,
        at_risk=one.at_risk + other.at_risk,
        open_works=one.open_works + other.open_works,
        worst=min(one.worst, other.worst, key=_WORST_FIRST.index),
    )


def _radius(row: CellRow) -> float:
    return (26 + 11 * math.log10(max(row.count, 1))) / 2  # as the script draws them


def _pixels(row: CellRow, zoom: int) -> tuple[float, float]:
    """Project to Web Mercator."""
    world = _WORLD_PIXELS * 2**zoom
    sine = math.sin(math.radians(max(min(row.lat, _NORTHERNMOST), -_NORTHERNMOST)))
    return (
        (row.lon + 180) / 360 * world,
        (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * world,
    )
