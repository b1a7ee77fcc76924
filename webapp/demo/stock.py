"""An invented stock: streets, houses, blocks of flats and the dwellings in them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from webapp.demo.size import Size
from webapp.demo.towns import District, Town

KINDS = ("Rue", "Rue", "Rue", "Rue", "Avenue", "Allée", "Allée", "Impasse", "Chemin", "Place")
# Names that stand in no street directory for a reason of their own: trees, trades, fields.
STREETS = (
    "des Tilleuls", "des Acacias", "des Charmilles", "des Merisiers", "des Cytises",
    "des Aubépines", "des Églantiers", "des Glycines", "des Campanules", "des Bleuets",
    "des Coquelicots", "des Pervenches", "des Primevères", "du Chèvrefeuille", "des Sorbiers",
    "des Grands Saules", "du Vieux Noyer", "du Clos Fleuri", "du Clos des Poiriers",
    "des Noisetiers", "du Petit Pont",
    "du Moulin Vert", "du Lavoir Neuf", "du Puits Salé", "de la Fontaine Claire", "de la Source",
    "de la Prairie Haute", "de la Basse Prairie", "du Champ aux Alouettes", "du Champ du Loup",
    "des Hirondelles", "des Mésanges", "des Rouges-Gorges", "des Pinsons", "des Martinets Noirs",
    "des Bergeronnettes", "des Vanniers", "des Tonneliers", "des Tisserands", "des Chaudronniers",
    "des Bonnetiers", "des Faïenciers", "des Brossiers", "des Tabletiers", "des Maraîchers",
    "de la Petite Vitesse", "de l’Ancienne Sucrerie", "de la Briqueterie", "de la Râperie",
    "des Quatre Vents", "du Beau Regard", "de la Butte Ronde", "de la Longue Haie", "de la Cavée",
    "des Larris", "du Marais Blanc", "des Hortillons", "des Cressonnières", "de l’Aulnaie",
    "de la Peupleraie", "de la Saulaie", "du Bois Joli", "de la Garenne Blanche", "du Mail",
    "de la Croix Brisée", "du Gué d’Argent", "du Pré Martin", "de la Vigne au Chat",
    "du Soleil Levant",
    "de l’Horloge", "des Deux Clochers", "du Tour de Ville", "de la Tuilerie", "du Four à Chaux",
)  # fmt: skip
KM = 1 / 111.2
FLATS_OF_ALL = 0.675
ROOMS = {1: 30.0, 2: 46.0, 3: 63.0, 4: 77.0, 5: 92.0}
LABELS = "ABCDEFG"


@dataclass(frozen=True)
class Building:
    """A house (`storeys` 0, one dwelling) or a block of flats."""

    reference: str
    address: str
    town: Town
    lat: float
    lon: float
    built_year: int
    storeys: int
    has_lift: bool
    district: str
    label: str
    size: int


@dataclass(frozen=True)
class Home:
    """A dwelling."""

    reference: str
    building: Building
    floor: int
    door: str
    access_code: str
    rooms: int
    surface: float
    rent: float
    has_bath: bool
    is_adapted: bool
    label: str


def make_stock(rng: Random, towns: tuple[Town, ...], size: Size) -> list[Home]:
    """Make the dwellings, building by building."""
    homes: list[Home] = []
    built = 0
    left, weight = size.dwellings, sum(town.share for town in towns)
    for town in towns:
        wanted = min(left, round(left * town.share / weight))
        left, weight = left - wanted, weight - town.share
        for building in _buildings(rng, town, wanted, start=built):
            built += 1
            homes.extend(_homes(rng, building, start=len(homes)))
    return homes


def _buildings(rng: Random, town: Town, wanted: int, *, start: int) -> Iterator[Building]:
    streets = _streets(rng, town, wanted)
    flats = round(wanted * FLATS_OF_ALL)
    number = start
    while wanted > 0:
        block = flats >= 6
        size = min(_block_size(rng), flats) if block else 1
        number += 1
        yield _building(rng, town, streets, size=size, number=number)
        wanted -= size
        flats -= size if block else 0


def _block_size(rng: Random) -> int:
    return rng.choices((6, 8, 10, 12, 16, 20, 24, 30, 40), (12, 16, 16, 18, 14, 10, 7, 4, 3))[0]


@dataclass
class _Street:
    name: str
    lat: float
    lon: float
    bearing: float
    district: District | None
    last: int = 0


def _streets(rng: Random, town: Town, wanted: int) -> list[_Street]:
    spread = 0.35 + 0.024 * math.sqrt(town.share)
    names = rng.sample(STREETS, min(len(STREETS), 5 + wanted // 25))
    found = []
    for index, name in enumerate(names):
        district = town.districts[index % len(town.districts)] if town.districts else None
        if index % 3:
            district = None
        middle, around = (district, 0.16) if district else (town, spread)
        place = _near(rng, middle.lat, middle.lon, km=around)
        street = f"{rng.choice(KINDS)} {name}"
        found.append(_Street(street, *place, rng.uniform(0, math.pi), district))
    return found


def _near(rng: Random, lat: float, lon: float, *, km: float) -> tuple[float, float]:
    north, east = rng.gauss(0, km), rng.gauss(0, km)
    return lat + north * KM, lon + east * KM / math.cos(math.radians(lat))


def _building(
    rng: Random, town: Town, streets: list[_Street], *, size: int, number: int
) -> Building:
    in_district = [street for street in streets if street.district]
    wants_district = bool(in_district) and rng.random() < (0.7 if size > 1 else 0.05)
    street = rng.choice(in_district if wants_district else streets)
    street.last += rng.choice((1, 2, 2, 3))
    along = street.last * 0.012 * KM
    lat = street.lat + along * math.cos(street.bearing)
    lon = street.lon + along * math.sin(street.bearing) / math.cos(math.radians(street.lat))
    year = rng.randint(1956, 1984) if size > 1 and rng.random() < 0.72 else rng.randint(1950, 2021)
    storeys = max(2, round(size / rng.choice((2, 3, 3, 4)))) if size > 1 else 0
    storeys = min(storeys, 12)
    lift = storeys >= 2 and rng.random() < {2: 0.05, 3: 0.12, 4: 0.3}.get(storeys, 0.88)
    return Building(
        reference=f"B{number:04d}",
        address=f"{street.last} {street.name}",
        town=town,
        lat=round(lat, 6),
        lon=round(lon, 6),
        built_year=year,
        storeys=storeys,
        has_lift=lift,
        district=street.district.code if street.district else "",
        label=_label(rng, year),
        size=size,
    )


def _label(rng: Random, year: int) -> str:
    middle = 1.0 if year >= 2012 else 2.0 if year >= 1990 else 3.0 if year >= 1975 else 3.4
    return LABELS[min(6, max(0, round(rng.gauss(middle, 0.8))))]


def _homes(rng: Random, building: Building, *, start: int) -> Iterator[Home]:
    code = f"{rng.randint(0, 9999):04d}{rng.choice('AB')}" if building.size > 1 else ""
    bath = rng.random() < (0.72 if building.built_year < 1995 else 0.35)
    per_floor = math.ceil(building.size / (building.storeys + 1))
    for place in range(building.size):
        rooms = rng.choices((1, 2, 3, 4, 5), (3, 20, 36, 31, 10))[0]
        if building.size == 1:
            rooms = rng.choices((3, 4, 5), (22, 48, 30))[0]
        surface = round(ROOMS[rooms] * rng.uniform(0.92, 1.1), 1)
        adapted = rng.random() < 0.06
        yield Home(
            reference=f"L{start + place + 1:05d}",
            building=building,
            floor=place // per_floor if building.size > 1 else 0,
            door=f"{place % per_floor + 1}" if building.size > 1 else "",
            access_code=code,
            rooms=rooms,
            surface=surface,
            rent=round(surface * rng.uniform(5.1, 7.1), 2),
            has_bath=not adapted and (bath if rng.random() < 0.85 else not bath),
            is_adapted=adapted,
            label=building.label,
        )
