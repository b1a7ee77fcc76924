"""A file of services as places: what each line is, and what to do with one that is none."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from visits.ground.errors import Invalid
from visits.ground.folding import fold
from visits.portfolio.headings import find_columns, unread_headings
from visits.portfolio.tables import Table, TableRow, read_table
from visits.portfolio.values import (
    BadValue,
    is_no_value,
    read_latitude,
    read_longitude,
    read_phone,
)
from visits.surroundings.kinds import KINDS, kind_called
from visits.surroundings.said import LENGTHS

MOST_LINES = 50_000
MOST_BYTES = 10 * 1024 * 1024
# The columns of a file of services with what their headings may be called, folded.
HEADINGS: Mapping[str, frozenset[str]] = {
    "kind": frozenset(
        {"type", "kind", "categorie", "nature", "sorte", "amenity", "shop", "type de service",
         "type equipement", "equipement", "category"}
    ),
    "name": frozenset({"nom", "name", "libelle", "enseigne", "denomination", "nom du service"}),
    "lat": frozenset({"lat", "latitude", "y wgs84"}),
    "lon": frozenset({"lon", "long", "lng", "longitude", "x wgs84"}),
    "place": frozenset({"adresse", "address", "adresse complete", "rue"}),
    "city": frozenset({"commune", "ville", "city"}),
    "open_days": frozenset({"horaires", "heures d ouverture", "opening hours", "ouverture"}),
    "phone": frozenset({"telephone", "tel", "phone", "numero de telephone"}),
}  # fmt: skip
NEEDED = ("kind", "lat", "lon")


class Fault(StrEnum):
    """Why a line is taken in nowhere; screens say it in words."""

    BROKEN = "broken"
    NO_VALUE = "no_value"
    NO_KIND = "no_kind"
    OTHER_KIND = "other_kind"
    NO_PLACE = "no_place"
    BAD_PLACE = "bad_place"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Point:
    """A line that is a service at a place; one without a name bears its kind’s.

    `phone` is empty where what the file says is no phone number: the service is there all the same.
    """

    line: int
    kind: str
    name: str
    lat: float
    lon: float
    place: str = ""
    open_days: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Left:
    """A line that is no service we can place: why, and what it says."""

    line: int
    why: Fault
    text: str


@dataclass(frozen=True)
class ServicesRead:
    """What a file holds, every line under its heading accounted for."""

    points: tuple[Point, ...]
    left: tuple[Left, ...]
    read: Mapping[str, str]
    unread: tuple[str, ...]
    table: Table

    @property
    def skipped(self) -> int:
        """Count the titles and totals among its lines."""
        return sum(one.reason not in ("blank", "heading") for one in self.table.skipped)

    @property
    def faults(self) -> Counter[Fault]:
        """Count by reason the lines that are left out."""
        return Counter(one.why for one in self.left)


def read_services(data: bytes, *, file_name: str) -> ServicesRead:
    """Read a CSV, XLSX or ODS file of services.

    Raises NotATable for what is none, Invalid for one that counts services by commune instead of
    placing them, that lacks a column or is too big.
    """
    if len(data) > MOST_BYTES:
        raise Invalid({"file": "services_file_too_big"})
    table = read_table(data, file_name=file_name)
    columns = find_columns(table.headings, HEADINGS)
    if not columns.keys() >= set(NEEDED):
        counted = [one for one in table.headings if kind_called(one)]
        why = "services_only_counted" if len(counted) > 1 else "services_columns_missing"
        raise Invalid({"file": why})
    if len(table.rows) > MOST_LINES:
        raise Invalid({"file": "services_file_too_big"})
    found = [_read(row, columns) for row in table.rows]
    return ServicesRead(
        points=tuple(one for one in found if isinstance(one, Point)),
        left=tuple(one for one in found if isinstance(one, Left)),
        read={name: table.headings[at] for name, at in columns.items()},
        unread=unread_headings(table.headings, columns),
        table=table,
    )


def _read(row: TableRow, columns: Mapping[str, int]) -> Point | Left:
    said = {name: " ".join(row.cells[at].split()) for name, at in columns.items()}
    text = " · ".join(cell for cell in row.cells if cell)[:200]
    if row.broken is not None or row.overflows:
        return Left(row.line_number, Fault.BROKEN, text)
    if any(map(is_no_value, said.values())):
        return Left(row.line_number, Fault.NO_VALUE, text)
    if not said["kind"]:
        return Left(row.line_number, Fault.NO_KIND, text)
    kind = kind_called(said["kind"])
    if kind is None:
        return Left(row.line_number, Fault.OTHER_KIND, text)
    if not said["lat"] or not said["lon"]:
        return Left(row.line_number, Fault.NO_PLACE, text)
    try:
        lat, lon = read_latitude(said["lat"]), read_longitude(said["lon"])
    except BadValue:
        return Left(row.line_number, Fault.BAD_PLACE, text)
    name = said.get("name", "")
    where = ", ".join(part for part in (said.get("place", ""), said.get("city", "")) if part)
    words = {"name": name, "place": where, "open_days": said.get("open_days", "")}
    if any(len(value) > LENGTHS[field] for field, value in words.items()):
        return Left(row.line_number, Fault.TOO_LONG, text)
    return Point(
        row.line_number,
        kind,
        name if fold(name) else KINDS[kind].name.fr,
        lat,
        lon,
        place=where,
        open_days=words["open_days"],
        phone=_phone(said.get("phone", "")),
    )


def _phone(text: str) -> str:
    try:
        return read_phone(text) if text else ""
    except BadValue:
        return ""
