"""The part of the stock a file touches, loaded in a few queries and compared in memory."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from visits.ground.db import Base
from visits.models.people import HouseholdContact, Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy

if TYPE_CHECKING:
    from visits.portfolio.to_come import ToCome

CHUNK = 2_000


@dataclass(eq=False, slots=True)
class Record:
    """One row of a table: as it is in the database (None: not there yet) and as it will be."""

    values: dict[str, Any]
    before: dict[str, Any] | None = None
    line: int = 0
    deleted: bool = False

    @property
    def id(self) -> uuid.UUID:
        """Give the row's id."""
        found: uuid.UUID = self.values["id"]
        return found

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def fill(self, name: str, value: Any) -> None:
        """Set a value only where there is none."""
        if value is not None and self.values[name] in (None, ""):
            self.values[name] = value

    def put(self, name: str, value: Any) -> None:
        """Set a value; nothing is erased by an empty cell."""
        if value is not None:
            self.values[name] = value

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Give old and new of every column that changes; nothing for a new row."""
        if self.before is None:
            return {}
        return {
            name: (self.before[name], value)
            for name, value in self.values.items()
            if self.before[name] != value
        }


@dataclass
class Shelf:
    """The loaded rows of one table; of stock and persons, those of one landlord alone."""

    model: type[Base]
    landlord_id: uuid.UUID
    records: dict[uuid.UUID, Record] = field(default_factory=dict)
    touched: dict[uuid.UUID, Record] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """Give the table itself."""
        table = self.model.__table__
        assert isinstance(table, Table)
        return table

    def __iter__(self) -> Iterator[Record]:
        return (record for record in self.records.values() if not record.deleted)

    def load(
        self, session: Session, column: InstrumentedAttribute[Any], keys: Iterable[Any]
    ) -> None:
        """Load the rows whose `column` is one of `keys`; what is loaded already stays as it is."""
        wanted = iter({key for key in keys if key is not None})
        while chunk := list(islice(wanted, CHUNK)):
            self.load_where(session, column.in_(chunk))

    def load_where(self, session: Session, condition: ColumnElement[bool]) -> None:
        """Load the rows that meet a condition."""
        of_landlord = self.table.c.get("landlord_id")
        if of_landlord is not None:
            condition = and_(condition, of_landlord == self.landlord_id)
        for row in session.execute(select(self.table).where(condition)).mappings():
            if row["id"] not in self.records:
                values = dict(row)
                self.records[row["id"]] = Record(values, before=dict(values))

    def new(self, line: int, **values: Any) -> Record:
        """Add a row that is not in the database yet."""
        blank = {column.name: _default(column.name) for column in self.table.columns}
        if "landlord_id" in blank:
            blank["landlord_id"] = self.landlord_id
        record = Record({**blank, **values, "id": uuid.uuid4()}, line=line)
        self.records[record.id] = record
        return record

    def touch(self, record: Record, line: int) -> None:
        """Count a row as spoken of by the file, at the first line that does."""
        if record.id not in self.touched:
            self.touched[record.id] = record
            record.line = line

    def find(self, name: str) -> dict[Any, Record]:
        """Index the rows by a column, those without a value left out."""
        return {record[name]: record for record in self if record[name] is not None}


class Ledger:
    """What a landlord's file may touch: residences, dwellings, tenancies, persons, occupancies."""

    def __init__(self, session: Session, landlord_id: uuid.UUID) -> None:
        self.session, self.landlord_id = session, landlord_id
        self.residences = Shelf(Residence, landlord_id)
        self.dwellings = Shelf(Dwelling, landlord_id)
        self.tenancies = Shelf(Tenancy, landlord_id)
        self.persons = Shelf(Person, landlord_id)
        self.occupancies = Shelf(Occupancy, landlord_id)
        self.contacts = Shelf(HouseholdContact, landlord_id)
        self.new_territories: dict[str, uuid.UUID] = {}
        # Persons whom the file's sender may not see, with where they live.
        self.unseen: Ledger | None = None
        # Whom an import protects as somebody protected lives with them.
        self.protected_too: set[uuid.UUID] = set()
        # Lines of leases that begin later.
        self.to_come: list[ToCome] = []
        # Persons whom a warning names though the file does not.
        self.named: set[uuid.UUID] = set()

    @property
    def shelves(self) -> Sequence[Shelf]:
        """Give the tables in the order in which they may be written."""
        homes = (self.residences, self.dwellings, self.tenancies)
        return (*homes, self.persons, self.occupancies, self.contacts)

    def load_dwellings(self, references: Collection[str]) -> None:
        """Load dwellings by reference, and the residences they stand in."""
        self.dwellings.load(self.session, Dwelling.reference, references)
        self.load_residences_of_dwellings()

    def load_residences_of_dwellings(self) -> None:
        """Load the residences of every dwelling loaded so far."""
        ids = {dwelling["residence_id"] for dwelling in self.dwellings} - set(
            self.residences.records
        )
        self.residences.load(self.session, Residence.id, ids)

    def load_households(self) -> None:
        """Load who lives in the loaded dwellings, and where else the loaded persons live."""
        self.tenancies.load(self.session, Tenancy.dwelling_id, self.dwellings.records)
        self.occupancies.load(self.session, Occupancy.tenancy_id, self.tenancies.records)
        self.persons.load(
            self.session, Person.id, {occupancy["person_id"] for occupancy in self.occupancies}
        )
        self.occupancies.load(self.session, Occupancy.person_id, self.persons.records)
        self.tenancies.load(
            self.session, Tenancy.id, {occupancy["tenancy_id"] for occupancy in self.occupancies}
        )
        self.occupancies.load(self.session, Occupancy.tenancy_id, self.tenancies.records)
        self.contacts.load(self.session, HouseholdContact.tenancy_id, self.tenancies.records)
        # A namesake elsewhere brings along whom he lives with.
        self.persons.load(
            self.session, Person.id, {occupancy["person_id"] for occupancy in self.occupancies}
        )
        self.dwellings.load(
            self.session, Dwelling.id, {tenancy["dwelling_id"] for tenancy in self.tenancies}
        )
        self.load_residences_of_dwellings()

    def persons_elsewhere(self) -> set[uuid.UUID]:
        """Name the persons whose home or lease changes."""
        tenancies = {t.id for t in self.tenancies if t.changes() or t.before is None}
        return {
            occupancy["person_id"]
            for occupancy in self.occupancies
            if occupancy.before is None
            or occupancy.changes()
            or occupancy["tenancy_id"] in tenancies
        }

    def persons_written(self) -> set[uuid.UUID]:
        """Name the persons that are new, or that change in themselves or in where they live."""
        own = {p.id for p in self.persons if p.before is None or p.changes()}
        return own | self.persons_elsewhere() | self.protected_too

    def homes_joined(self) -> dict[uuid.UUID, uuid.UUID]:
        """Give by person the dwelling that she comes to live in."""
        return {
            occupancy["person_id"]: self.tenancies.records[occupancy["tenancy_id"]]["dwelling_id"]
            for occupancy in self.occupancies
            if occupancy["ended_on"] is None
            and (occupancy.before is None or occupancy.before["ended_on"] is not None)
        }

    def days_joined(self) -> dict[uuid.UUID, date]:
        """Give by person the day on which a lease that the file brings began, where it says one."""
        new = {lease.id: lease["started_on"] for lease in self.tenancies if lease.before is None}
        return {
            occupancy["person_id"]: day
            for occupancy in self.occupancies
            if (day := new.get(occupancy["tenancy_id"])) is not None
        }

    def deaths(self) -> dict[uuid.UUID, tuple[date, dict[str, Any]]]:
        """Give known persons who are dead now: the day, and how they and their homes stood."""
        left = self._ended_by_person()
        died = {}
        for person in self.persons:
            stood = person.before
            if stood is not None and person["died_on"] and not stood["died_on"]:
                before = {"died_on": None, "do_not_contact": stood["do_not_contact"]}
                before |= self._left_by(left.get(person.id, []))
                died[person.id] = (person["died_on"], before)
        return died

    def departures(self) -> dict[uuid.UUID, tuple[uuid.UUID, date, dict[str, Any]]]:
        """Give known persons who live nowhere now: the home they left, the day, how it stood."""
        at_home = {o["person_id"] for o in self.occupancies if o["ended_on"] is None}
        return {
            person_id: (
                self.tenancies.records[left[-1]["tenancy_id"]]["dwelling_id"],
                left[-1]["ended_on"],
                self._left_by(left),
            )
            for person_id, left in self._ended_by_person().items()
            if person_id not in at_home
        }

    def _ended_by_person(self) -> dict[uuid.UUID, list[Record]]:
        ended: dict[uuid.UUID, list[Record]] = {}
        for occupancy in self.occupancies:
            stood = occupancy.before
            if stood is not None and stood["ended_on"] is None and occupancy["ended_on"]:
                ended.setdefault(occupancy["person_id"], []).append(occupancy)
        return ended

    def _left_by(self, left: Sequence[Record]) -> dict[str, Any]:
        leases = (self.tenancies.records[occupancy["tenancy_id"]] for occupancy in left)
        over = {
            str(lease.id)
            for lease in leases
            if lease.before and lease.before["ended_on"] is None and lease["ended_on"]
        }
        return {
            "occupancies": [str(occupancy.id) for occupancy in left], "tenancies": sorted(over),
            "alone": [],
        }  # fmt: skip


def _default(column: str) -> Any:
    return {"protected": False, "do_not_contact": False, "first_name": ""}.get(column)
