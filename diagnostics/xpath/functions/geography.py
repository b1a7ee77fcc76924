"""Lengths and areas of what was drawn or walked."""

from __future__ import annotations

import math

from ..scope import Scope
from ..values import NAN, Value, items_of, text_of
from .registry import function

EARTH_RADIUS = 6_378_100.0  # metres, as JavaRosa has it


def _points(*values: Value) -> list[tuple[float, float]] | None:
    """Read points "lat lon …;lat lon …" in radians; None when one is not a place on Earth."""
    found: list[tuple[float, float]] = []
    for value in values:
        for item in items_of(value):
            for part in filter(None, (one.strip() for one in text_of(item).split(";"))):
                point = _point(part)
                if point is None:
                    return None
                found.append(point)
    return found


def _point(text: str) -> tuple[float, float] | None:
    try:
        latitude, longitude, *_ = (float(number) for number in text.split())
    except ValueError:
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return math.radians(latitude), math.radians(longitude)


def _apart(first: tuple[float, float], second: tuple[float, float]) -> float:
    (lat1, lon1), (lat2, lon2) = first, second
    cosine = math.sin(lat1) * math.sin(lat2)
    cosine += math.cos(lat1) * math.cos(lat2) * math.cos(lon1 - lon2)
    return math.acos(max(-1.0, min(1.0, cosine))) * EARTH_RADIUS


@function("distance", 1, None)
def distance(scope: Scope, *values: Value) -> Value:
    """Give the length of a line in metres, to the centimetre."""
    points = _points(*values)
    if points is None:
        return NAN
    metres = sum(_apart(a, b) for a, b in zip(points, points[1:], strict=False))
    return math.floor(metres * 100 + 0.5) / 100


@function("area", 1)
def area(scope: Scope, value: Value) -> Value:
    """Give the area of a shape in square metres, to the square centimetre."""
    points = _points(value)
    if points is None or len(points) < 3:
        return NAN if points is None else 0.0
    if points[0] != points[-1]:
        points.append(points[0])
    total = sum(
        (lon2 - lon1) * (2 + math.sin(lat1) + math.sin(lat2))
        for (lat1, lon1), (lat2, lon2) in zip(points, points[1:], strict=False)
    )
    return math.floor(abs(total) * EARTH_RADIUS**2 / 2 * 100 + 0.5) / 100


@function("geofence", 2)
def geofence(scope: Scope, place: Value, fence: Value) -> Value:
    """Tell whether a point lies inside a closed shape."""
    points, corners = _points(place), _points(fence)
    if not points or not corners or len(corners) < 2 or corners[0] != corners[-1]:
        return False
    (lat, lon), inside = points[0], False
    for (lat1, lon1), (lat2, lon2) in zip(corners, corners[1:], strict=False):
        if (lat2 > lat) != (lat1 > lat):
            crossing = (lon1 - lon2) * (lat - lat2) / (lat1 - lat2) + lon2
            inside ^= lon < crossing
    return inside
