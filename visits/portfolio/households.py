"""Who lives where by a list of tenants: under which lease, since when, until when, beside whom.

Nobody is put out by a line about somebody else: a new lease in a dwelling where others live stands
beside theirs, unless whoever imports decides that it follows theirs.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from visits.ground.folding import name_key
from visits.life.moves import left_by_word
from visits.portfolio.household_said import HouseholdSaid
from visits.portfolio.ledger import Ledger, Record
from visits.portfolio.roles import CONTACTS
from visits.portfolio.rows import Reading, Row

# What whoever imports may answer to a new lease in a dwelling where others live.
TOGETHER, SUCCESSIVE = "together", "successive"
# Who is certainly no occupant; a carer may be one.
_NEVER_OCCUPANTS = CONTACTS - {"carer"}


@dataclass
class Lease:
    """The rows of one dwelling that stand under one lease."""

    rows: list[Row]
    reference: str | None
    started_on: date | None
    persons: set[uuid.UUID]

    @property
    def over(self) -> bool:
        """Say whether nobody of these rows lives there any more."""
        return all(row.get("gone_on") for row in self.rows)


class Households:
    """Who lives where, in a ledger."""

    def __init__(
        self, ledger: Ledger, reading: Reading, *, today: date, choices: Mapping[str, str]
    ) -> None:
        self.ledger, self.reading, self.today, self.choices = ledger, reading, today, choices
        self.dwellings = ledger.dwellings.find("reference")
        known = {person.id for person in ledger.persons if person.before is not None}
        self.left = left_by_word(ledger.session, known)
        self.said = HouseholdSaid(ledger, reading)
        self.occupancies: dict[uuid.UUID, list[Record]] = defaultdict(list)
        self.tenancies: dict[uuid.UUID, list[Record]] = defaultdict(list)
        self.by_tenancy: dict[uuid.UUID, list[Record]] = defaultdict(list)
        self.occupants: dict[uuid.UUID, list[Record]] = defaultdict(list)
        self.former: dict[uuid.UUID, list[Record]] = defaultdict(list)
        for tenancy in ledger.tenancies:
            self.tenancies[tenancy["dwelling_id"]].append(tenancy)
        for occupancy in ledger.occupancies:
            self._keep(occupancy)
            tenancy = ledger.tenancies.records[occupancy["tenancy_id"]]
            person = ledger.persons.records[occupancy["person_id"]]
            here = self.occupants if self._is_open(occupancy) else self.former
            here[tenancy["dwelling_id"]].append(person)

    def dwelling_of(self, row: Row) -> Record:
        """Give the dwelling a line speaks of."""
        return self.dwellings[row.values["dwelling_reference"]]

    def home_of(self, person: Record) -> str:
        """Give the reference of the dwelling where somebody lives, or lived last."""
        lived_in = sorted(self.occupancies[person.id], key=lambda o: not self._is_open(o))
        for occupancy in lived_in:
            tenancy = self.ledger.tenancies.records[occupancy["tenancy_id"]]
            return str(self.ledger.dwellings.records[tenancy["dwelling_id"]]["reference"])
        return ""

    def settle(self, rows: Sequence[Row], persons: Mapping[int, Record]) -> None:
        """Open, keep and end tenancies and occupancies as the lines say."""
        by_dwelling: dict[uuid.UUID, list[Row]] = defaultdict(list)
        for row in rows:
            if row.key in persons:
                self._read_departure(row, persons[row.key])
                by_dwelling[self.dwelling_of(row).id].append(row)
        for dwelling_id, found in by_dwelling.items():
            taken: dict[uuid.UUID, Record] = {}
            leases = _leases(found, persons)
            for lease, tenancy in self._known(dwelling_id, leases):
                self._settle(lease, tenancy, persons)
                taken[tenancy.id] = tenancy
                leases.remove(lease)
            for lease in leases:
                tenancy = self._tenancy(dwelling_id, lease, taken)
                self._settle(lease, tenancy, persons)
                taken[tenancy.id] = tenancy

    def _read_departure(self, row: Row, person: Record) -> None:
        """Note on a row since when somebody no longer lives there, by any of its cells."""
        died_on, ended_on = row.get("died_on"), row.get("ended_on")
        marks = {row.get("role"), row.get("status")}
        if not (died_on or ended_on or marks & {"dead", "former"}):
            self._keep_away(row, person)
            return
        if row.get("role") in ("dead", "former"):
            row.values.pop("role")
        if died_on or "dead" in marks:
            died_on = died_on or person["died_on"] or ended_on or self.today
            row.values["gone_on"] = died_on
            if not person["died_on"]:
                self.reading.warn(row, "died_on", "dead", read=f"{died_on:%d/%m/%Y}")
            person.fill("died_on", died_on)
            person.values["do_not_contact"] = True
        elif (ended_on and ended_on <= self.today) or "former" in marks:
            row.values["gone_on"] = min(ended_on or self.today, self.today)
            if not ended_on or person.before is None or self._lives_in(row, person):
                self.reading.warn(row, "ended_on", "gone", read=f"{row.values['gone_on']:%d/%m/%Y}")
        elif ended_on:
            self.reading.warn(row, "ended_on", "leaves", read=f"{ended_on:%d/%m/%Y}")

    def is_away(self, person: Record, home: uuid.UUID) -> bool:
        """Tell whether it is known, by more than a file, that somebody lives in a home no more."""
        left = self.left.get(person.id)
        dead = person.before is not None and person["died_on"] is not None
        return dead or (left is not None and left[0] == home)

    def _keep_away(self, row: Row, person: Record) -> None:
        """Let a file that does not know yet that somebody died or left not bring her back."""
        if not self.is_away(person, self.dwelling_of(row).id):
            return
        dead = person["died_on"]
        gone_on = dead or self.left[person.id][1]
        if not dead and row.get("started_on") and row.values["started_on"] > gone_on:
            return  # she came back since
        row.values["gone_on"] = gone_on
        code = "known_dead" if dead else "known_gone"
        self.reading.warn(row, "last_name", code, value=row.name, read=f"{gone_on:%d/%m/%Y}")

    def _lives_in(self, row: Row, person: Record) -> bool:
        return person in self.occupants[self.dwelling_of(row).id]

    def _known(self, dwelling_id: uuid.UUID, leases: list[Lease]) -> list[tuple[Lease, Record]]:
        """Find for leases the tenancies that bear their number: before any other is taken."""
        found, taken = [], set()
        open_first = sorted(self.tenancies[dwelling_id], key=lambda t: t["ended_on"] is not None)
        for lease in leases:
            for tenancy in open_first:
                same = lease.reference and tenancy["reference"] == lease.reference
                usable = tenancy["ended_on"] is None or lease.over
                if same and usable and tenancy.id not in taken:
                    found.append((lease, tenancy))
                    taken.add(tenancy.id)
                    break
        return found

    def _tenancy(
        self, dwelling_id: uuid.UUID, lease: Lease, taken: Mapping[uuid.UUID, Record]
    ) -> Record:
        """Find the lease that rows mean without its number, or make it."""
        if lease.over and (lived := self._lived_under(dwelling_id, lease)):
            return lived
        here = [t for t in self.tenancies[dwelling_id] if t["ended_on"] is None]
        free = [t for t in here if t.id not in taken]
        for tenancy in sorted(free, key=lambda t: not self._people(t) & lease.persons):
            if not self._is_another_lease(tenancy, lease):
                return tenancy
        lived_in = [tenancy for tenancy in here if self._people(tenancy) - lease.persons]
        new = self.ledger.tenancies.new(lease.rows[0].line, dwelling_id=dwelling_id)
        self.tenancies[dwelling_id].append(new)
        if lived_in and not lease.over:
            self._decide(lease, lived_in)
        return new

    def _lived_under(self, dwelling_id: uuid.UUID, lease: Lease) -> Record | None:
        """Find the lease, over or not, under which somebody who has left lived in a dwelling."""
        for tenancy in self.tenancies[dwelling_id]:
            if {
                occupancy["person_id"] for occupancy in self.by_tenancy[tenancy.id]
            } & lease.persons:
                return tenancy
        return None

    def _is_another_lease(self, tenancy: Record, lease: Lease) -> bool:
        occupants = self._people(tenancy)
        if occupants & lease.persons:
            return False
        if lease.over:
            return True
        if not occupants:
            return bool(
                lease.reference and tenancy["reference"] and lease.reference != tenancy["reference"]
            )
        other = lease.reference and tenancy["reference"] and lease.reference != tenancy["reference"]
        started_on = lease.started_on
        later = started_on and tenancy["started_on"] and started_on > tenancy["started_on"]
        return bool(other or later)

    def _decide(self, lease: Lease, lived_in: list[Record]) -> None:
        """Ask what a new lease means for those who live there; unanswered, they all stay."""
        row = lease.rows[0]
        people = {person for tenancy in lived_in for person in self._people(tenancy)}
        self.ask_of_new_lease(row, [self.ledger.persons.records[person] for person in people])
        if self.chosen_for(row) != SUCCESSIVE:
            return
        day = lease.started_on - timedelta(days=1) if lease.started_on else self.today
        for tenancy in lived_in:
            for occupancy in self._open_occupancies(tenancy):
                if occupancy["person_id"] not in lease.persons:
                    occupancy.values["ended_on"] = day
                    self.ledger.occupancies.touch(occupancy, row.line)
            tenancy.values["ended_on"] = day

    def ask_of_new_lease(self, row: Row, living: Iterable[Record]) -> None:
        """Ask whether a new lease follows that of those who live there."""
        people = {person.id: person for person in living}
        # Whom this very file brings nobody can have looked at before it is imported.
        self.ledger.named |= {id for id, person in people.items() if person.before is not None}
        known = ", ".join(sorted(_name(person) for person in people.values()))
        self.reading.warn(row, "dwelling_reference", "new_lease", known=known)

    def chosen_for(self, row: Row) -> str | None:
        """Give the answer of whoever imports to what a new lease means."""
        return self.choices.get(f"new_lease_{row.line}") or self.choices.get("new_lease")

    def _settle(self, lease: Lease, tenancy: Record, persons: Mapping[int, Record]) -> None:
        tenancy.put("reference", lease.reference)
        # Whoever joins a household says nothing of when its lease began.
        joins = self._people(tenancy) and not self._people(tenancy) & lease.persons
        (tenancy.fill if joins or lease.over else tenancy.put)("started_on", lease.started_on)
        alone = _first(row.get("lives_alone") for row in lease.rows)
        sizes = [row.values["household_size"] for row in lease.rows if row.get("household_size")]
        told = max(sizes) == 1 if sizes else alone
        if not self.said.keeps_alone(tenancy, lease.rows[0], told):
            tenancy.put("lives_alone", told)
        for name in ("income_band", "arrears"):
            tenancy.put(name, _first(row.get(name) for row in lease.rows))
        for row in lease.rows:
            self._lodge(persons[row.key], tenancy, row)
        if lease.over and not self._open_occupancies(tenancy):
            last = max(row.values["gone_on"] for row in lease.rows)
            tenancy.fill("ended_on", last)

    def _lodge(self, person: Record, tenancy: Record, row: Row) -> None:
        gone_on = row.get("gone_on")
        here = next((o for o in self.occupancies[person.id] if o["tenancy_id"] == tenancy.id), None)
        for other in self.occupancies[person.id]:
            if other is not here and self._is_open(other):
                self._leave(other, row, gone_on)
        if here is None:
            here = self.ledger.occupancies.new(row.line, person_id=person.id, tenancy_id=tenancy.id)
            self._keep(here)
        if gone_on:
            here.fill("ended_on", gone_on)
        else:
            here.values["ended_on"] = None
        strong = row.get("person_reference") or person["reference"] is None
        if not self.said.keeps_role(here, row):
            (here.put if strong else here.fill)("role", row.get("role"))

    def _leave(self, occupancy: Record, row: Row, gone_on: date | None) -> None:
        old = self.ledger.tenancies.records[occupancy["tenancy_id"]]
        if gone_on and not row.get("died_on") and old["dwelling_id"] != self.dwelling_of(row).id:
            return  # she left this dwelling, and lives in another one already
        occupancy.values["ended_on"] = gone_on or self.today
        known = self.ledger.dwellings.records[old["dwelling_id"]]["reference"]
        if not gone_on:
            self.reading.warn(row, "dwelling_reference", "moved", value=row.name, known=known)
        if not self._open_occupancies(old):
            old.values["ended_on"] = gone_on or self.today

    def end(self, occupancy: Record, row: Row) -> None:
        """End an occupancy today: the line says that its person does not live there."""
        occupancy.values["ended_on"] = self.today
        self.ledger.occupancies.touch(occupancy, row.line)

    def lease_of(self, row: Row) -> Record | None:
        """Find the lease that somebody beside a household stands on."""
        here = self.tenancies[self.dwelling_of(row).id]
        number = row.get("tenancy_reference")
        named = [tenancy for tenancy in here if number and tenancy["reference"] == number]
        return next(iter(named or [t for t in here if t["ended_on"] is None] or here), None)

    def occupancies_in(self, row: Row) -> list[Record]:
        """Give the open occupancies of a dwelling."""
        here = self.tenancies[self.dwelling_of(row).id]
        return [o for tenancy in here for o in self._open_occupancies(tenancy)]

    def _open_occupancies(self, tenancy: Record) -> list[Record]:
        return [
            occupancy for occupancy in self.by_tenancy[tenancy.id] if occupancy["ended_on"] is None
        ]

    def _people(self, tenancy: Record) -> set[uuid.UUID]:
        return {occupancy["person_id"] for occupancy in self._open_occupancies(tenancy)}

    def _keep(self, occupancy: Record) -> None:
        self.occupancies[occupancy["person_id"]].append(occupancy)
        self.by_tenancy[occupancy["tenancy_id"]].append(occupancy)

    def _is_open(self, occupancy: Record) -> bool:
        tenancy = self.ledger.tenancies.records[occupancy["tenancy_id"]]
        return occupancy["ended_on"] is None and tenancy["ended_on"] is None


def _leases(rows: Iterable[Row], persons: Mapping[int, Record]) -> list[Lease]:
    """Group the rows of a dwelling by lease, the one that began first before the others.

    Rows without a number belong to the only lease there is; of several, to those still there.
    """
    groups: dict[tuple[str | None, bool], list[Row]] = defaultdict(list)
    found = list(rows)
    numbers = {row.get("tenancy_reference") for row in found} - {None}
    for row in found:
        number = row.get("tenancy_reference") or (
            next(iter(numbers)) if len(numbers) == 1 else None
        )
        groups[number, number is None and _left_before(row, found)].append(row)
    leases = [
        Lease(
            rows=group,
            reference=number,
            started_on=_first(row.get("started_on") for row in _holder_first(group)),
            persons={persons[row.key].id for row in group},
        )
        for (number, _before), group in groups.items()
    ]
    return sorted(leases, key=lambda lease: lease.started_on or date.min)


def _left_before(row: Row, rows: Iterable[Row]) -> bool:
    """Say whether somebody had left when those who live there now came."""
    came = [other.get("started_on") for other in rows if not other.get("gone_on")]
    gone_on = row.get("gone_on")
    return bool(gone_on and came and all(day is not None and gone_on <= day for day in came))


def _holder_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.get("role") not in (None, "holder"))


def keep_contacts(households: Households, rows: Iterable[Row]) -> None:
    """Keep those on a lease who do not live under it; nobody counts, calls or visits them."""
    ledger = households.ledger
    contacts: dict[tuple[uuid.UUID, str, str], Record] = {}
    for contact in ledger.contacts:
        name = name_key(contact["last_name"], contact["first_name"])
        contacts[contact["tenancy_id"], contact["role"], name] = contact
    for row in rows:
        _end_occupancy(households, row)
        tenancy = households.lease_of(row)
        if tenancy is None:
            tenancy = ledger.tenancies.new(row.line, dwelling_id=households.dwelling_of(row).id)
            tenancy.put("reference", row.get("tenancy_reference"))
            households.tenancies[tenancy["dwelling_id"]].append(tenancy)
        last_name, first_name = row.values["last_name"], row.get("first_name") or ""
        key = (tenancy.id, row.values["role"], name_key(last_name, first_name))
        if key not in contacts:
            households.reading.warn(row, "role", "contact_kept", value=row.name)
            contacts[key] = ledger.contacts.new(
                row.line, tenancy_id=tenancy.id, role=row.values["role"], last_name=last_name,
                first_name=first_name,
            )  # fmt: skip
        if contacts[key]["noted_by_id"] is None:  # what was noted by hand, no file replaces
            contacts[key].put("civility", row.get("civility"))
            contacts[key].put("phone", row.get("mobile") or row.get("phone"))
        ledger.contacts.touch(contacts[key], row.line)


def _end_occupancy(households: Households, row: Row) -> None:
    """End the stay of somebody who was taken for an occupant and is none."""
    if row.get("role") not in _NEVER_OCCUPANTS:
        return
    for occupancy in households.occupancies_in(row):
        person = households.ledger.persons.records[occupancy["person_id"]]
        same = person["name_key"] == name_key(row.values["last_name"], row.get("first_name") or "")
        same = same and person["born_on"] in (None, row.get("born_on"))
        if same and not households.said.keeps_role(occupancy, row):
            households.end(occupancy, row)
            households.reading.warn(row, "role", "was_occupant", value=row.name)


def _name(person: Record) -> str:
    return f"{person['last_name']} {person['first_name']}".strip()


T = TypeVar("T")


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
