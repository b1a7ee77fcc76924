"""What a list of tenants says of persons: who is who, where they live, since when.

Who is believed: a line with a reference of the person replaces what is there, one without does so
only while the person has none; afterwards it fills gaps. Phones are always the latest.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TypeVar

from visits.models.people import Person
from visits.portfolio.ledger import Ledger, Record
from visits.portfolio.names import name_key
from visits.portfolio.protected import set_unseen_aside
from visits.portfolio.rows import Reading, Row, care
from visits.portfolio.stock import plan_let_dwellings
from visits.portfolio.values import fold
from visits.queries.reach import Viewer

PERSON_FACTS = ("civility", "born_on")


def plan_tenants(ledger: Ledger, reading: Reading, *, today: date, viewer: Viewer | None) -> None:
    """Write a list of tenants into the ledger: their dwellings, then themselves."""
    plan_let_dwellings(ledger, reading)
    ledger.persons.load(
        ledger.session, Person.reference, {row.get("person_reference") for row in reading.rows}
    )
    ledger.persons.load(
        ledger.session, Person.name_key, {_key(row) for row in reading.rows if row.get("born_on")}
    )
    ledger.load_households()
    set_unseen_aside(ledger, viewer)
    households = Households(ledger, reading, today=today)
    matches = Matches(households, reading)
    matches.find()
    for row in reading.rows:
        if (person := matches.persons.get(row.line)) is not None:
            _describe_person(ledger, person, row)
    households.settle(matches.persons)


class Households:
    """Who lives where, in a ledger."""

    def __init__(self, ledger: Ledger, reading: Reading, *, today: date) -> None:
        self.ledger, self.reading, self.today = ledger, reading, today
        self.dwellings = ledger.dwellings.find("reference")
        self.occupancies: dict[uuid.UUID, list[Record]] = defaultdict(list)
        self.tenancies: dict[uuid.UUID, list[Record]] = defaultdict(list)
        self.by_tenancy: dict[uuid.UUID, list[Record]] = defaultdict(list)
        self.occupants: dict[uuid.UUID, list[Record]] = defaultdict(list)
        for tenancy in ledger.tenancies:
            self.tenancies[tenancy["dwelling_id"]].append(tenancy)
        for occupancy in ledger.occupancies:
            self._keep(occupancy)
            tenancy = ledger.tenancies.records[occupancy["tenancy_id"]]
            if self._is_open(occupancy):
                person = ledger.persons.records[occupancy["person_id"]]
                self.occupants[tenancy["dwelling_id"]].append(person)

    def dwelling_of(self, row: Row) -> Record:
        """Give the dwelling a line speaks of."""
        return self.dwellings[row.values["dwelling_reference"]]

    def settle(self, persons: dict[int, Record]) -> None:
        """Open, keep and end tenancies and occupancies as the lines say."""
        by_dwelling: dict[uuid.UUID, list[Row]] = defaultdict(list)
        for row in self.reading.rows:
            if row.line in persons:
                by_dwelling[self.dwelling_of(row).id].append(row)
        for dwelling_id, rows in by_dwelling.items():
            people = {row.line: persons[row.line] for row in rows}
            tenancy = self._tenancy(dwelling_id, rows, {person.id for person in people.values()})
            for row in rows:
                self._lodge(people[row.line], tenancy, row)

    def _tenancy(self, dwelling_id: uuid.UUID, rows: list[Row], people: set[uuid.UUID]) -> Record:
        """Find the open lease of a dwelling or make one; another lease ends the one before."""
        holder_first = sorted(rows, key=lambda row: row.get("role") not in (None, "holder"))
        reference = _first(row.get("tenancy_reference") for row in holder_first)
        started_on = _first(row.get("started_on") for row in holder_first)
        current = [t for t in self.tenancies[dwelling_id] if t["ended_on"] is None]
        found = next((t for t in current if reference and t["reference"] == reference), None)
        found = found or next(iter(current), None)
        if found and self._is_another_lease(found, reference, started_on, people):
            self._end_tenancy(found, rows[0])
            found = None
        if found is None:
            found = self.ledger.tenancies.new(rows[0].line, dwelling_id=dwelling_id)
            self.tenancies[dwelling_id].append(found)
        found.put("reference", reference)
        found.put("started_on", started_on)
        return found

    def _is_another_lease(
        self,
        tenancy: Record,
        reference: str | None,
        started_on: date | None,
        people: set[uuid.UUID],
    ) -> bool:
        occupants = {occupancy["person_id"] for occupancy in self._open_occupancies(tenancy)}
        if not occupants or occupants & people:
            return False
        other = reference and tenancy["reference"] and reference != tenancy["reference"]
        later = started_on and tenancy["started_on"] and started_on > tenancy["started_on"]
        return bool(other or later)

    def _end_tenancy(self, tenancy: Record, row: Row) -> None:
        for occupancy in self._open_occupancies(tenancy):
            occupancy.values["ended_on"] = self.today
            self.ledger.occupancies.touch(occupancy, row.line)
        tenancy.values["ended_on"] = self.today
        self.reading.warn(row, "dwelling_reference", "household_replaced")

    def _lodge(self, person: Record, tenancy: Record, row: Row) -> None:
        here = next((o for o in self.occupancies[person.id] if o["tenancy_id"] == tenancy.id), None)
        for other in self.occupancies[person.id]:
            if other is not here and self._is_open(other):
                self._leave(other, row)
        if here is None:
            here = self.ledger.occupancies.new(row.line, person_id=person.id, tenancy_id=tenancy.id)
            self._keep(here)
        here.values["ended_on"] = None
        strong = row.get("person_reference") or person["reference"] is None
        (here.put if strong else here.fill)("role", row.get("role"))

    def _leave(self, occupancy: Record, row: Row) -> None:
        occupancy.values["ended_on"] = self.today
        old = self.ledger.tenancies.records[occupancy["tenancy_id"]]
        known = self.ledger.dwellings.records[old["dwelling_id"]]["reference"]
        self.reading.warn(row, "dwelling_reference", "moved", value=_name(row), known=known)
        if not self._open_occupancies(old):
            old.values["ended_on"] = self.today

    def _open_occupancies(self, tenancy: Record) -> list[Record]:
        return [
            occupancy for occupancy in self.by_tenancy[tenancy.id] if occupancy["ended_on"] is None
        ]

    def _keep(self, occupancy: Record) -> None:
        self.occupancies[occupancy["person_id"]].append(occupancy)
        self.by_tenancy[occupancy["tenancy_id"]].append(occupancy)

    def _is_open(self, occupancy: Record) -> bool:
        tenancy = self.ledger.tenancies.records[occupancy["tenancy_id"]]
        return occupancy["ended_on"] is None and tenancy["ended_on"] is None


Test = Callable[[Row, Record], bool]


class Matches:
    """Which person each line means. `persons` is by line number; duplicates are not in it."""

    def __init__(self, households: Households, reading: Reading) -> None:
        self.households, self.reading = households, reading
        self.ledger = households.ledger
        self.persons: dict[int, Record] = {}
        self.claims: dict[uuid.UUID, int] = {}
        self.open = list(reading.rows)
        self.by_reference = self.ledger.persons.find("reference")
        self.by_key: dict[str, list[Record]] = defaultdict(list)
        for person in self.ledger.persons:
            self.by_key[person["name_key"]].append(person)

    def find(self) -> None:
        """Match lines to persons, the surest first; make persons of the lines that are left.

        A line that names the same person as an earlier one is a duplicate.
        """
        self._pass(self._referenced)
        for same in (_same, _same_but_a_date, _same_but_a_first_name):
            self._pass(lambda row, same=same: self._in_dwelling(row, same))  # type: ignore[misc]
        self._pass(self._elsewhere)
        # The fullest lines become persons first, so that a poorer one can find itself in them.
        for row in sorted(self.open, key=_fullness):
            self._find_or_make(row)

    def _pass(self, look: Callable[[Row], Record | None]) -> None:
        left = []
        for row in self.open:
            person = look(row)
            if person is None:
                left.append(row)
            else:
                self._claim(row, person)
        self.open = left

    def _claim(self, row: Row, person: Record) -> None:
        first = self.claims.setdefault(person.id, row.line)
        if first != row.line:
            self.reading.warn(row, "last_name", "duplicate_line", value=_name(row), line=str(first))
            return
        self.persons[row.line] = person
        self.ledger.persons.touch(person, row.line)

    def _referenced(self, row: Row) -> Record | None:
        reference = row.get("person_reference")
        return self.by_reference.get(reference) if reference else None

    def _in_dwelling(self, row: Row, same: Test) -> Record | None:
        return next((person for person in self._candidates(row) if same(row, person)), None)

    def _elsewhere(self, row: Row) -> Record | None:
        """Find one who has moved: same name, same birth date, and nobody else like that."""
        if not row.get("born_on") or not row.get("first_name"):
            return None
        found = [
            person
            for person in self.by_key[_key(row)]
            if person["born_on"] == row.get("born_on") and _may_be(row, person)
            if person.id not in self.claims
        ]
        return found[0] if len(found) == 1 else None

    def _find_or_make(self, row: Row) -> None:
        person = self._referenced(row)
        for same in (_same, _same_but_a_date, _same_but_a_first_name):
            person = person or self._in_dwelling(row, same)
        person = person or self._only_namesake(row)
        if person is None:
            person = self._make(row)
        self._claim(row, person)

    def _only_namesake(self, row: Row) -> Record | None:
        """Find the one unclaimed person of that last name when the line says too little."""
        found = [
            person
            for person in self._candidates(row)
            if person.id not in self.claims and _may_be_namesake(row, person)
        ]
        return found[0] if len(found) == 1 else None

    def _candidates(self, row: Row) -> Iterator[Record]:
        occupants = self.households.occupants[self.households.dwelling_of(row).id]
        return (person for person in occupants if _may_be(row, person))

    def _warn_of_twin(self, row: Row) -> None:
        """Say when another line has the same name and birth date: one person, or two by chance.

        Both are kept, as one too many on a list is better than somebody who is never visited.
        """
        for person in self.by_key[_key(row)]:
            if row.get("born_on") and person["born_on"] == row.get("born_on"):
                line = self.claims.get(person.id)
                if line and row.get("first_name"):
                    self.reading.warn(row, "last_name", "same_person_elsewhere", line=str(line))
                    return

    def _make(self, row: Row) -> Record:
        namesakes = [p for p in self._candidates(row) if p["name_key"] == _key(row)]
        if namesakes and row.get("first_name"):
            self.reading.warn(row, "born_on", "same_name_other_birth_date", value=_name(row))
        self._warn_of_twin(row)
        person = self.ledger.persons.new(
            row.line,
            reference=row.get("person_reference"),
            last_name=row.values["last_name"],
            first_name=row.get("first_name") or "",
            name_key=_key(row),
            born_on=row.get("born_on"),
        )
        self.households.occupants[self.households.dwelling_of(row).id].append(person)
        self.by_key[person["name_key"]].append(person)
        if person["reference"]:
            self.by_reference[person["reference"]] = person
        return person


def _describe_person(ledger: Ledger, person: Record, row: Row) -> None:
    strong = bool(row.get("person_reference")) or person["reference"] is None
    for name in PERSON_FACTS:
        (person.put if strong else person.fill)(name, row.get(name))
    person.put("phone", row.get("mobile") or row.get("phone"))
    person.fill("reference", row.get("person_reference"))
    for name in ("last_name", "first_name"):
        written = row.get(name)
        if written and strong and not row.get("person_reference"):
            written = max(person[name], written, key=care)
        (person.put if strong else person.fill)(name, written)
    person.values["name_key"] = name_key(person["last_name"], person["first_name"])


def _key(row: Row) -> str:
    return name_key(row.values["last_name"], row.get("first_name") or "")


def _name(row: Row) -> str:
    return f"{row.values['last_name']} {row.get('first_name') or ''}".strip()


def _fullness(row: Row) -> tuple[bool, bool, int]:
    return not row.get("first_name"), not row.get("born_on"), row.line


def _may_be(row: Row, person: Record) -> bool:
    reference = row.get("person_reference")
    return not reference or person["reference"] in (None, reference)


def _same(row: Row, person: Record) -> bool:
    born = row.get("born_on")
    return bool(person["name_key"] == _key(row) and person["born_on"] == born)


def _same_but_a_date(row: Row, person: Record) -> bool:
    unknown = row.get("born_on") is None or person["born_on"] is None
    return unknown and person["name_key"] == _key(row)


def _same_but_a_first_name(row: Row, person: Record) -> bool:
    born = row.get("born_on")
    lacking = not row.get("first_name") or not person["first_name"]
    return lacking and born is not None and person["born_on"] == born and _namesake(row, person)


def _may_be_namesake(row: Row, person: Record) -> bool:
    lacking = not row.get("first_name") or not person["first_name"]
    unknown = row.get("born_on") is None or person["born_on"] is None
    return lacking and unknown and _namesake(row, person)


def _namesake(row: Row, person: Record) -> bool:
    return fold(row.values["last_name"]) == fold(person["last_name"])


T = TypeVar("T")


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
