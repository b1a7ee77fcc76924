"""Travel times between positions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

Position = tuple[float, float]
"""Latitude and longitude, in degrees."""

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG), in metres."""


class TravelTime(Protocol):
    """Tell how long it takes to go from each source to each destination."""

    def matrix(
        self, sources: Sequence[Position], destinations: Sequence[Position]
    ) -> list[list[int]]:
        """Return seconds, one row a source, one column a destination."""
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """Seconds and metres from each place to each, one row a source, one column a destination.

    `missing` is how many pairs an engine had no answer for: they are guessed.
    """

    seconds: list[list[int]]
    metres: list[list[int]]
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Geodesic:
    """Guess a drive as the straight line, times a detour, at a mean speed.

    `detour` is the road over the straight line; `kmh` counts stops and parking.
    """

    detour: float = 1.3
    kmh: float = 35.0
    by: ClassVar[str] = "geodesic"

    def __post_init__(self) -> None:
        """Refuse what is no detour or no speed."""
        if not (1 <= self.detour < math.inf and 0 < self.kmh < math.inf):
            raise ValueError("the detour is at least 1 and the speed above 0")

    def matrix(
        self, sources: Sequence[Position], destinations: Sequence[Position]
    ) -> list[list[int]]:
        """Return seconds, one row a source, one column a destination."""
        seconds_per_m = self.detour * 3.6 / self.kmh
        ends = [_unit(place) for place in destinations]
        return [
            [round(_arc(start, end) * seconds_per_m) for end in ends]
            for start in map(_unit, sources)
        ]

    def table(self, places: Sequence[Position]) -> Table:
        """Guess all ways between some places; there and back are alike."""
        units = [_unit(place) for place in places]
        metres = [[0] * len(units) for _ in units]
        for row, start in enumerate(units):
            for column in range(row):
                metres[row][column] = self._way(start, units[column])
                metres[column][row] = metres[row][column]
        seconds_per_m = 3.6 / self.kmh
        return Table([[round(one * seconds_per_m) for one in row] for row in metres], metres)

    def metres(self, here: Position, there: Position) -> int:
        """Guess how long the way between two places is, on foot as by road, in metres."""
        return self._way(_unit(here), _unit(there))

    def _way(self, here: tuple[float, float, float], there: tuple[float, float, float]) -> int:
        return round(_arc(here, there) * self.detour)


def metres_between(here: Position, there: Position) -> float:
    """Return the length of the great circle between two positions."""
    return _arc(_unit(here), _unit(there))


def _unit(place: Position) -> tuple[float, float, float]:
    lat, lon = math.radians(place[0]), math.radians(place[1])
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def _arc(here: tuple[float, float, float], there: tuple[float, float, float]) -> float:
    # From the chord: unlike the scalar product it stays exact between neighbours.
    return 2 * EARTH_M * math.asin(min(1.0, math.dist(here, there) / 2))
