"""An invented stock as large as asked: one département as the demo has it, or a country."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from webapp.demo.size import Size
from webapp.demo.stock import Building, Home, make_stock
from webapp.demo.towns import Town, read_towns

DEPARTMENT = 13_000
ACROSS, UP = 8, 12  # départements from west to east and from south to north
WIDE, HIGH = 1.05, 0.64  # degrees of one
WEST, SOUTH = -1.4, 43.3


def make_country(rng: Random, dwellings: int) -> Iterator[list[Home]]:
    """Make the dwellings of one département after the other, the largest first.

    Up to 13,000 it is the demo's own; above, copies of it all over France, of very unequal size:
    the largest has one dwelling in fifteen.
    """
    if dwellings <= DEPARTMENT:
        yield make_stock(rng, read_towns(), Size(dwellings=dwellings))
        return
    weights = [1 / (rank + 5) for rank in range(ACROSS * UP)]
    corners = [(SOUTH + row * HIGH, WEST + column * WIDE) for row in range(UP)
               for column in range(ACROSS)]  # fmt: skip
    rng.shuffle(corners)
    left, weight = dwellings, sum(weights)
    for number, (share, corner) in enumerate(zip(weights, corners, strict=True)):
        wanted = round(left * share / weight)
        left, weight = left - wanted, weight - share
        yield _numbered(make_stock(rng, _towns_at(*corner), Size(dwellings=wanted)), number)


def _towns_at(south: float, west: float) -> tuple[Town, ...]:
    towns = read_towns()
    up = south - min(town.lat for town in towns)
    aside = west - min(town.lon for town in towns)
    return tuple(_moved(town, up, aside) for town in towns)


def _moved(town: Town, up: float, aside: float) -> Town:
    districts = tuple(replace(one, lat=one.lat + up, lon=one.lon + aside) for one in town.districts)
    return replace(town, lat=town.lat + up, lon=town.lon + aside, districts=districts)


def _numbered(homes: list[Home], number: int) -> list[Home]:
    """Tell the references of one département from those of the next."""
    buildings: dict[Building, Building] = {}
    for home in homes:
        if home.building not in buildings:
            town = replace(home.building.town, agency=f"{home.building.town.agency} {number}")
            reference = f"{number}-{home.building.reference}"
            buildings[home.building] = replace(home.building, reference=reference, town=town)
    return [
        replace(home, reference=f"{number}-{home.reference}", building=buildings[home.building])
        for home in homes
    ]
