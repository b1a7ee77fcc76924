"""Lines of a table into checked values; what cannot be read is refused line by line."""

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from visits.homes.corrections import DOOR_LENGTH
from visits.portfolio.addresses import address_key, city_key, read_address
from visits.portfolio.fields import REQUIRED, Field, Kind, fields_of
from visits.portfolio.mapping import Columns
from visits.portfolio.names import PersonName, are_several, is_couple, is_dead, nobody
from visits.portfolio.roles import is_known_role
from visits.portfolio.tables import Table, TableRow
from visits.portfolio.values import BadValue, UnknownDate, has_short_year, is_no_value

SPELLED_OFTEN = 3


@dataclass(frozen=True)
class Problem:
    """Something about one cell: `code` is a key of messages.MESSAGES, with its details.

    `place` says where the line stands, in which sheet, where several are read.
    """

    line: int
    field: str
    heading: str
    value: str
    code: str
    details: dict[str, str] = dataclasses.field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True)
class Row:
    """One line as values by field name; absent and empty cells are absent.

    `second` is the spouse whom the same line names.
    """

    line: int
    values: dict[str, Any]
    second: bool = False

    @property
    def key(self) -> int:
        """Tell the two persons of one line apart."""
        return -self.line if self.second else self.line

    @property
    def departs(self) -> bool:
        """Say whether the row tells that somebody is dead or gone, or is to go."""
        marks = {self.get("role"), self.get("status")} & {"dead", "former"}
        return bool(marks or self.get("died_on") or self.get("ended_on"))

    @property
    def name(self) -> str:
        """Say whom the row names."""
        return f"{self.values['last_name']} {self.get('first_name') or ''}".strip()

    def begins_after(self, today: date) -> bool:
        """Tell whether the row speaks of a lease to come."""
        return bool(self.get("started_on") and self.values["started_on"] > today)

    @property
    def birth_year(self) -> int | None:
        """Give the year of birth, by the day or alone."""
        born_on = self.get("born_on")
        year: int | None = born_on.year if born_on else self.get("birth_year")
        return year

    def get(self, name: str) -> Any:
        """Give a value or None."""
        return self.values.get(name)


@dataclass
class Reading:
    """All the lines of a table as read: what to import, what is refused, what to tell.

    `left_out` are lines that are right and speak of nobody: a dwelling that is vacant, say.
    """

    rows: list[Row] = dataclasses.field(default_factory=list)
    refusals: list[Problem] = dataclasses.field(default_factory=list)
    warnings: list[Problem] = dataclasses.field(default_factory=list)
    left_out: list[Problem] = dataclasses.field(default_factory=list)
    headings: dict[str, str] = dataclasses.field(default_factory=dict)

    def refuse(self, rows: Iterable[Row], name: str, code: str, /, **details: str) -> None:
        """Refuse lines that cannot be right, judging by the others; each is told once."""
        told = {(problem.line, problem.code) for problem in self.refusals}
        refused = {row.line: row for row in rows}
        for line, row in refused.items():
            if (line, code) not in told:
                value = str(row.get(name) or "")
                problem = Problem(line, name, self.headings.get(name, ""), value, code, details)
                self.refusals.append(problem)
        self.rows[:] = [row for row in self.rows if row.line not in refused]

    def warn(
        self, row: Row, name: str, code: str, /, *, value: object = "", **details: str
    ) -> None:
        """Add a warning about a line that is imported all the same."""
        heading = self.headings.get(name, "")
        shown = "" if value is None else str(value)
        self.warnings.append(Problem(row.line, name, heading, shown, code, details))


def read_rows(table: Table, *, kind: Kind, mapping: Columns, today: date) -> Reading:
    """Read every line; a line with a problem in a strict field is refused whole."""
    known = fields_of(kind)
    columns = [(column, known[name]) for column, name in sorted(mapping.items())]
    reading = Reading(headings={field.name: table.headings[column] for column, field in columns})
    for line in table.rows:
        row, refusals = _read_line(line, columns, reading, today=today)
        if not refusals and (reason := _nobody(line, columns, row)):
            reading.left_out.append(reason)
            continue
        told = {problem.field for problem in refusals}
        missing = [] if line.broken is not None else _missing(row, kind, reading)
        refusals += [problem for problem in missing if problem.field not in told]
        if refusals:
            reading.refusals.extend(refusals)
        else:
            reading.rows.extend(_persons(row, reading))
    _warn_of_cities(reading)
    return reading


def _read_line(
    line: TableRow, columns: Sequence[tuple[int, Field]], reading: Reading, *, today: date
) -> tuple[Row, list[Problem]]:
    row, refusals = Row(line.line_number, {}), list[Problem]()
    if line.broken is not None:
        return row, [_open_quote(line, columns, reading)]
    if line.overflows:
        refusals.append(Problem(row.line, "", "", "", "more_cells_than_headings"))
    for column, spec in columns:
        text = line.cells[column]
        if not text:
            continue
        try:
            value = _value(spec, text, today=today)
        except BadValue as bad:
            problem = Problem(row.line, spec.name, reading.headings[spec.name], text[:80], bad.code)
            refuses = _refuses(spec, bad)
            (refusals if refuses else reading.warnings).append(problem)
            continue
        if spec.name.endswith("born_on") and isinstance(value, int):
            row.values[spec.name.replace("born_on", "birth_year")] = value
            reading.warn(row, spec.name, "birth_year_alone", value=text, read=str(value))
        elif value is not None and value != "":
            row.values[spec.name] = value
        if spec.name == "full_name" and is_couple(text):
            row.values.update(lives_alone=False, couple=True)
        if spec.dated and has_short_year(text) and isinstance(value, date):
            reading.warn(row, spec.name, "short_year", value=text, read=f"{value:%d/%m/%Y}")
        if spec.name == "role" and not is_known_role(text):
            reading.warn(row, "role", "unknown_role", value=text)
    for column, spec in columns:
        if spec.name.removeprefix("spouse_") in _NAMES and is_dead(line.cells[column]):
            row.values["spouse_status" if spec.name.startswith("spouse_") else "status"] = "dead"
    places = _join_parts(row.values)
    if len(places) > DOOR_LENGTH:
        reading.warn(row, "door", "too_long", value=places)
    elif places:
        row.values["door"] = places
    return row, refusals


def _value(spec: Field, text: str, *, today: date) -> Any:
    """Read a cell; what a spreadsheet writes instead of a value is none, whatever the field."""
    if not spec.name.endswith("born_on") and (code := is_no_value(text)):
        raise BadValue(code)
    return spec.value(text, today=today)


def _refuses(spec: Field, bad: BadValue) -> bool:
    """Say whether a cell that cannot be read refuses its line; a day nobody knows never does."""
    if isinstance(bad, UnknownDate):
        return False
    error = bad.code in ("spreadsheet_error", "scientific_number")
    return spec.strict and not (error and spec.dated) or (error and spec.name == "city")


def _open_quote(line: TableRow, columns: Sequence[tuple[int, Field]], reading: Reading) -> Problem:
    spec = next((spec for column, spec in columns if column == line.broken), None)
    name = spec.name if spec else ""
    text = line.cells[line.broken or 0] if (line.broken or 0) < len(line.cells) else ""
    return Problem(line.line_number, name, reading.headings.get(name, ""), text[:80], "open_quote")


_NAMES = ("full_name", "last_name", "first_name", "birth_name")


def _nobody(line: TableRow, columns: Sequence[tuple[int, Field]], row: Row) -> Problem | None:
    """Say why a line names no occupant, if it names none."""
    for column, spec in columns:
        text = line.cells[column]
        if text and spec.name in _NAMES and spec.name != "first_name":
            alone = spec.name == "full_name" or not row.get("first_name")
            if code := nobody(text, alone=alone):
                return Problem(row.line, spec.name, "", text[:80], code)
    return None


def _persons(row: Row, reading: Reading) -> list[Row]:
    """Give a line as a row for each person it names: the holder, then the spouse.

    Where it names more than it gives names of, that is told.
    """
    couple = row.values.pop("couple", False)
    spouse = {
        name.removeprefix("spouse_"): row.values.pop(name)
        for name in list(row.values)
        if name.startswith("spouse_")
    }
    told = couple or spouse.keys() - {"civility"}
    both = _TWO_FIRST_NAMES.fullmatch(row.get("first_name") or "")
    if both and not spouse and (couple or " " not in both[2]):
        row.values["first_name"], spouse = both[1], {"first_name": both[2]}
    if isinstance(full := spouse.pop("full_name", None), PersonName):
        parts = {"last_name": full.last_name, "first_name": full.first_name}
        spouse = {name: part for name, part in parts.items() if part} | spouse
        spouse.setdefault("civility", full.civility)
    named = spouse.get("first_name") or spouse.get("last_name") not in (None, row.get("last_name"))
    if not named:
        if told or are_several(row.get("last_name") or "", row.get("first_name") or ""):
            name = next((name for name in _NAMES if name in reading.headings), "last_name")
            reading.warn(row, name, "more_than_one_named", value=row.name)
        return [row]
    home = {name: value for name, value in row.values.items() if name not in _PERSONAL}
    spouse.setdefault("last_name", row.values["last_name"])
    return [row, Row(row.line, {**home, "role": "spouse", **spouse}, second=True)]


_TWO_FIRST_NAMES = re.compile(r"(?i)(\S.*?)\s+et\s+(?!mme|mlle|m\.|mr|son |sa |ses )(\S.*)")
# What a line says of the holder alone: her spouse has none of it.
_PERSONAL = frozenset(
    {"person_reference", "last_name", "first_name", "birth_name", "civility", "born_on",
     "birth_year", "role", "phone", "mobile", "status", "died_on", "ended_on"}
)  # fmt: skip


def _join_parts(values: dict[str, Any]) -> str:
    """Turn a full name into its parts, and an address in two columns into one.

    Gives where in the building it is: its part, its staircase, its door.
    """
    full = values.pop("full_name", None)
    if isinstance(full, PersonName):
        parts = {"last_name": full.last_name, "first_name": full.first_name}
        values |= {name: part for name, part in parts.items() if part and name not in values}
        if full.civility:
            values.setdefault("civility", full.civility)
    if (birth_name := values.pop("birth_name", "")) and not values.get("last_name"):
        values["last_name"] = birth_name
    number, street = values.pop("street_number", ""), values.pop("street", "")
    if street:
        values.setdefault("address", f"{number} {street}".strip())
    inside = [values.pop("building", ""), values.pop("staircase", "")]
    places = [_named("Bât", inside[0]), _named("Esc.", inside[1])]
    if "address" in values:
        address = read_address(values["address"])
        values |= {"address": address.street, "address_key": address_key(address.street)}
        if not any(places):
            places = [address.inside]
    if door := values.get("door", ""):
        places.append(door)
    return ", ".join(place for place in places if place)


def _named(kind: str, number: str) -> str:
    return f"{kind} {number}" if number and len(number) <= 4 else number


def _missing(row: Row, kind: Kind, reading: Reading) -> list[Problem]:
    """Name the required cells that are empty, as read: a full name has become its parts."""
    read_as = {"full_name": "last_name", "birth_name": "last_name", "street": "address"}
    problems = []
    for group in REQUIRED[kind]:
        if any(read_as.get(name, name) in row.values for name in group):
            continue
        name = next((name for name in group if name in reading.headings), group[0])
        problems.append(Problem(row.line, name, reading.headings.get(name, ""), "", "missing"))
    return problems


def _warn_of_cities(reading: Reading) -> None:
    """Warn where a postcode and a city, both seen often, never go together elsewhere."""
    pairs: Counter[tuple[str, str]] = Counter()
    for row in reading.rows:
        if "postcode" in row.values and "city" in row.values:
            pairs[row.values["postcode"], city_key(row.values["city"])] += 1
    postcodes, cities = _totals(pairs)
    for row in reading.rows:
        code, city = row.get("postcode"), row.get("city")
        if not code or not city or pairs[code, city_key(city)] > 1:
            continue
        if postcodes[code] > SPELLED_OFTEN and cities[city_key(city)] > SPELLED_OFTEN:
            reading.warn(row, "city", "city_disagrees", value=city, postcode=code)


def _totals(pairs: Mapping[tuple[str, str], int]) -> tuple[Counter[str], Counter[str]]:
    postcodes, cities = Counter[str](), Counter[str]()
    for (postcode, city), count in pairs.items():
        postcodes[postcode] += count
        cities[city] += count
    return postcodes, cities


def best_spellings(cities: Iterable[str]) -> dict[str, str]:
    """Choose one spelling for each commune: the one with most accents and hyphens."""
    spellings: dict[str, set[str]] = defaultdict(set)
    for city in cities:
        spellings[city_key(city)].add(city)
    return {key: max(found, key=care) for key, found in spellings.items()}


def care(text: str) -> tuple[bool, int, int, str]:
    """Weigh how carefully something was written, to choose between two spellings of it."""
    mixed = not (text.isupper() or text.islower())
    return mixed, sum(not char.isascii() or char == "-" for char in text), len(text), text
