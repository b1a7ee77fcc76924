"""The communes of the demo: real places of the Oise; everything put there is invented."""

import csv
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class District:
    """A priority district (QPV 2024) by its code and its middle."""

    code: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Town:
    """A commune; `share` weighs how many of the dwellings stand there."""

    insee: str
    name: str
    postcode: str
    lat: float
    lon: float
    share: int
    agency: str
    districts: tuple[District, ...]


def read_towns() -> tuple[Town, ...]:
    """Read the communes, the largest stock first."""
    text = resources.files(__package__).joinpath("towns.csv").read_text("utf-8")
    return tuple(_town(row) for row in csv.DictReader(text.splitlines()))


def _town(row: dict[str, str]) -> Town:
    return Town(
        insee=row["insee"],
        name=row["name"],
        postcode=row["postcode"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        share=int(row["share"]),
        agency=f"Agence de {row['agency']}",
        districts=tuple(_district(part) for part in row["districts"].split()),
    )


def _district(part: str) -> District:
    code, _, place = part.partition("@")
    lat, lon = place.split(",")
    return District(code, float(lat), float(lon))
