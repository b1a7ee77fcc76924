"""What a list of tenants says of persons: who is who, where they live, since when.

Who is believed: a line with a reference of the person replaces what is there, one without does so
only while the person has none; afterwards it fills gaps. Phones are the latest, but none that was
found wrong, and over one that was corrected by hand only where whoever imports says so. A name or
a birth date that was corrected by hand stands until that is taken back.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from visits.ground.folding import fold, name_key
from visits.life.moves import cases_that_follow
from visits.models.people import Person
from visits.portfolio.by_hand import ByHand
from visits.portfolio.households import Households, keep_contacts
from visits.portfolio.ledger import Ledger, Record
from visits.portfolio.phones import Phones
from visits.portfolio.protected import set_unseen_aside
from visits.portfolio.roles import CONTACTS
from visits.portfolio.rows import Reading, Row, care
from visits.portfolio.stock import plan_let_dwellings
from visits.portfolio.to_come import set_apart
from visits.sight.reach import Viewer

PERSON_FACTS = ("civility", "born_on")


def plan_tenants(
    ledger: Ledger, reading: Reading, *, today: date, viewer: Viewer | None,
    choices: Mapping[str, str],
) -> None:  # fmt: skip
    """Write a list of tenants into the ledger: their dwellings, then themselves."""
    plan_let_dwellings(ledger, reading)
    plan_persons(ledger, reading, today=today, viewer=viewer, choices=choices)


def plan_persons(
    ledger: Ledger, reading: Reading, *, today: date, viewer: Viewer | None,
    choices: Mapping[str, str],
) -> None:  # fmt: skip
    """Write the persons of a list of tenants into a ledger that has their dwellings."""
    ledger.persons.load(
        ledger.session, Person.reference, {row.get("person_reference") for row in reading.rows}
    )
    ledger.persons.load(
        ledger.session, Person.name_key, {_key(row) for row in reading.rows if row.get("born_on")}
    )
    merged = _merged_aside(ledger)
    ledger.load_households()
    set_unseen_aside(ledger, viewer)
    households = Households(ledger, reading, today=today, choices=choices)
    beside = [row for row in reading.rows if row.get("role") in CONTACTS]
    occupants = [row for row in reading.rows if row.get("role") not in CONTACTS]
    now = [row for row in occupants if not row.begins_after(today)]
    corrected = ByHand(ledger, reading)
    corrected.read_rows(households, now)
    matches = Matches(households, reading, now, presumed=choices.get("presumed_date") == "same")
    for reference, kept_id in merged.items():
        if (kept := ledger.persons.records.get(kept_id)) is not None:
            matches.by_reference[reference] = kept
    matches.find()
    phones = Phones(ledger, reading, choices, matches.persons.values())
    for row in matches.rows:
        if (person := matches.persons.get(row.key)) is not None:
            corrected.keep(row, person)
            _describe_person(person, row)
            phones.take(person, row)
    households.settle(matches.rows, matches.persons)
    keep_contacts(households, beside)
    later = [row for row in occupants if row.begins_after(today)]
    ledger.to_come = set_apart(households, later, viewer=viewer)
    _tell_of_cases(ledger, reading, matches)


def _merged_aside(ledger: Ledger) -> dict[str, uuid.UUID]:
    """Take shells of merged files out of the ledger; gives by reference the file that was kept."""
    found: dict[str, uuid.UUID] = {}
    while shells := [one for one in ledger.persons if one["merged_into_id"] is not None]:
        into = {one.id: one["merged_into_id"] for one in shells}
        found = {reference: into.get(kept, kept) for reference, kept in found.items()}
        for shell in shells:
            del ledger.persons.records[shell.id]
            if shell["reference"]:
                found[shell["reference"]] = into[shell.id]
        ledger.persons.load(ledger.session, Person.id, into.values())
    return found


def _tell_of_cases(ledger: Ledger, reading: Reading, matches: "Matches") -> None:
    """Say that what is open, or was until she moved, goes on where the file finds somebody."""
    homes = ledger.homes_joined()
    known = {id: home for id, home in homes.items() if ledger.persons.records[id].before}
    follow = cases_that_follow(ledger.session, known)
    for row in matches.rows:
        person = matches.persons.get(row.key)
        if person is None or person.id not in known:
            continue
        cases = [one for one in follow.get(person.id, ()) if one.dwelling_id != known[person.id]]
        if cases:
            number = str(len(cases))
            reading.warn(row, "dwelling_reference", "cases_follow", value=row.name, num=number)


Test = Callable[[Row, Record], bool]


class Matches:
    """Which person each line means. `persons` is by the rows' keys; duplicates are not in it.

    `presumed`: a first of January proves who somebody is, as whoever imports has decided.
    """

    def __init__(
        self, households: Households, reading: Reading, rows: list[Row], *, presumed: bool
    ) -> None:
        self.households, self.reading, self.presumed = households, reading, presumed
        self.ledger = households.ledger
        self.persons: dict[int, Record] = {}
        self.claims: dict[uuid.UUID, Row] = {}
        self.rows = rows
        self.open = list(self.rows)
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
        first = self.claims.setdefault(person.id, row)
        if first is not row:
            code = "duplicate_person" if row.second else "duplicate_line"
            self.reading.warn(row, "last_name", code, value=row.name, line=str(first.line))
            return
        self.persons[row.key] = person
        self.ledger.persons.touch(person, row.line)

    def _referenced(self, row: Row) -> Record | None:
        reference = row.get("person_reference")
        return self.by_reference.get(reference) if reference else None

    def _in_dwelling(self, row: Row, same: Test) -> Record | None:
        return next((person for person in self._candidates(row) if same(row, person)), None)

    def _elsewhere(self, row: Row) -> Record | None:
        """Find one who has moved: same name, same birth date, and nobody else like that."""
        if not self._proves(row.get("born_on")) or not row.get("first_name"):
            return None
        found = [
            person
            for person in self.by_key[_key(row)]
            if person["born_on"] == row.get("born_on") and _may_be(row, person)
            if person.id not in self.claims
        ]
        return found[0] if len(found) == 1 else None

    def _proves(self, born_on: date | None) -> bool:
        """Say whether a birth date tells persons apart: one on 1 January is mostly presumed."""
        return born_on is not None and (self.presumed or (born_on.month, born_on.day) != (1, 1))

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
        home = self.households.dwelling_of(row).id
        occupants = [*self.households.occupants[home]]
        former = self.households.former[home]
        if row.departs:
            occupants += former
        else:
            occupants += [one for one in former if self.households.is_away(one, home)]
        return (person for person in occupants if _may_be(row, person))

    def _warn_of_twin(self, row: Row) -> None:
        """Say when another line has the same name and birth date: one person, or two by chance.

        Both are kept, as one too many on a list is better than somebody who is never visited.
        """
        for person in self.by_key[_key(row)]:
            if row.get("born_on") and person["born_on"] == row.get("born_on"):
                first = self.claims.get(person.id)
                if first and row.get("first_name"):
                    self.reading.warn(
                        row, "last_name", "same_person_elsewhere", line=str(first.line)
                    )
                elif row.get("first_name") and not self._proves(row.get("born_on")):
                    known = self.households.home_of(person)
                    self.reading.warn(row, "born_on", "presumed_date", known=known)
                return

    def _make(self, row: Row) -> Record:
        namesakes = [p for p in self._candidates(row) if p["name_key"] == _key(row)]
        if namesakes and row.get("first_name"):
            self.reading.warn(row, "born_on", "same_name_other_birth_date", value=row.name)
        self._warn_of_twin(row)
        person = self.ledger.persons.new(
            row.line,
            reference=row.get("person_reference"),
            last_name=row.values["last_name"],
            first_name=row.get("first_name") or "",
            name_key=_key(row),
            born_on=row.get("born_on"),
            birth_year=row.get("birth_year"),
        )
        self.households.occupants[self.households.dwelling_of(row).id].append(person)
        self.by_key[person["name_key"]].append(person)
        if person["reference"]:
            self.by_reference[person["reference"]] = person
        return person


def _describe_person(person: Record, row: Row) -> None:
    strong = bool(row.get("person_reference")) or person["reference"] is None
    for name in PERSON_FACTS:
        (person.put if strong else person.fill)(name, row.get(name))
    if person["born_on"]:
        person.values["birth_year"] = None
    else:
        (person.put if strong else person.fill)("birth_year", row.get("birth_year"))
    person.fill("reference", row.get("person_reference"))
    for name in ("last_name", "first_name"):
        written = row.get(name)
        if written and strong and not row.get("person_reference"):
            written = max(person[name], written, key=care)
        (person.put if strong else person.fill)(name, written)
    person.values["name_key"] = name_key(person["last_name"], person["first_name"])


def _key(row: Row) -> str:
    return name_key(row.values["last_name"], row.get("first_name") or "")


def _fullness(row: Row) -> tuple[bool, bool, int]:
    return not row.get("first_name"), not row.get("born_on"), row.line


def _may_be(row: Row, person: Record) -> bool:
    reference = row.get("person_reference")
    other = reference and person["reference"] not in (None, reference)
    return not other and _years_agree(row, person)


def _years_agree(row: Row, person: Record) -> bool:
    """Tell whether a year alone, on either side, leaves it open that both are one person."""
    if row.get("born_on") and person["born_on"]:
        return True  # two days are compared as days
    known = person["born_on"].year if person["born_on"] else person["birth_year"]
    return None in (row.birth_year, known) or row.birth_year == known


def _same(row: Row, person: Record) -> bool:
    born = row.get("born_on")
    return bool(person["name_key"] == _key(row) and person["born_on"] == born)


def _same_but_a_date(row: Row, person: Record) -> bool:
    unknown = row.get("born_on") is None or person["born_on"] is None
    return unknown and person["name_key"] == _key(row)


def _same_but_a_first_name(row: Row, person: Record) -> bool:
    born = row.get("born_on")
    lacking = not row.get("first_name") or not person["first_name"]
    presumed = born is None or (born.month, born.day) == (1, 1)
    return lacking and not presumed and person["born_on"] == born and _namesake(row, person)


def _may_be_namesake(row: Row, person: Record) -> bool:
    lacking = not row.get("first_name") or not person["first_name"]
    unknown = row.get("born_on") is None or person["born_on"] is None
    return lacking and unknown and _namesake(row, person)


def _namesake(row: Row, person: Record) -> bool:
    return fold(row.values["last_name"]) == fold(person["last_name"])
