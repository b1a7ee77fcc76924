"""What a file may not tell or touch: persons whom its sender may not see.

A file is worked out as if they did not exist: a line about one reads as a line about nobody, and a
home where only they live as an empty one. Whatever it would then write of them is left out.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from visits.ground.folding import fold
from visits.models.people import Person
from visits.portfolio.ledger import CHUNK, Ledger, Record
from visits.portfolio.rows import Reading
from visits.sight.reach import Reach, Viewer, open_to, visible_persons


def set_unseen_aside(ledger: Ledger, viewer: Viewer | None) -> None:
    """Take the persons the viewer may not see out of the ledger, with where they live."""
    unseen = _unseen(ledger, viewer)
    ledger.unseen = Ledger(ledger.session, ledger.landlord_id)
    if not unseen:
        return
    for person_id in unseen:
        ledger.unseen.persons.records[person_id] = ledger.persons.records.pop(person_id)
    for occupancy in list(ledger.occupancies):
        if occupancy["person_id"] in unseen:
            ledger.unseen.occupancies.records[occupancy.id] = ledger.occupancies.records.pop(
                occupancy.id
            )
    shared = {occupancy["tenancy_id"] for occupancy in ledger.occupancies}
    for tenancy_id in {o["tenancy_id"] for o in ledger.unseen.occupancies}:
        tenancy = ledger.tenancies.records[tenancy_id]
        ledger.unseen.tenancies.records[tenancy_id] = tenancy
        if tenancy_id not in shared:
            del ledger.tenancies.records[tenancy_id]


def _unseen(ledger: Ledger, viewer: Viewer | None) -> set[uuid.UUID]:
    loaded = set(ledger.persons.records)
    if viewer is None or viewer.reach is Reach.ALL:
        closed = ~open_to(viewer.user_id if viewer else None)
        return loaded & set(ledger.session.scalars(select(Person.id).where(closed)))
    return loaded - set(_among(ledger.session, loaded, visible_persons(viewer)))


def _among(
    session: Session, ids: Iterable[uuid.UUID], condition: ColumnElement[bool]
) -> Iterator[uuid.UUID]:
    wanted = iter(ids)
    while chunk := list(islice(wanted, CHUNK)):
        yield from session.scalars(select(Person.id).where(Person.id.in_(chunk), condition))


def leave_unseen_alone(ledger: Ledger) -> None:
    """Let go of what would be written of persons who were set aside: nothing changes for them.

    Only after everything was counted and told, as neither may tell them apart.
    """
    unseen = ledger.unseen
    if unseen is None or not unseen.persons.records:
        return
    references = unseen.persons.find("reference")
    homes, hidden = _by_person(ledger), _by_home(unseen)
    for person in list(ledger.persons):
        if person.before is not None:
            if person["reference"] in references:
                person.values["reference"] = person.before["reference"]
            continue
        at_home = [other for home in homes[person.id] for other in hidden[home]]
        anywhere = (_is(person, other, at_home=False) for other in unseen.persons)
        if any(_is(person, other, at_home=True) for other in at_home) or any(anywhere):
            _let_go(ledger, person)
    for occupancy in unseen.occupancies:
        shared = ledger.tenancies.records.get(occupancy["tenancy_id"])
        if shared is not None and shared.before and occupancy["ended_on"] is None:
            shared.values["ended_on"] = shared.before["ended_on"]


def lines_about_protected(ledger: Ledger, reading: Reading) -> frozenset[int]:
    """Give the lines about protected persons whom the sender sees, and about their homes."""
    protected = {person.id for person in ledger.persons if person["protected"]}
    if not protected:
        return frozenset()
    homes = _by_person(ledger)
    closed = {
        ledger.dwellings.records[home]["reference"] for one in protected for home in homes[one]
    }
    about_home = {row.line for row in reading.rows if row.get("dwelling_reference") in closed}
    return frozenset(about_home | {ledger.persons.records[one].line for one in protected})


def _by_person(ledger: Ledger) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Give the dwellings of each person."""
    homes: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for occupancy in ledger.occupancies:
        tenancy = ledger.tenancies.records[occupancy["tenancy_id"]]
        homes[occupancy["person_id"]].add(tenancy["dwelling_id"])
    return homes


def _by_home(ledger: Ledger) -> dict[uuid.UUID, list[Record]]:
    """Give the persons of each dwelling."""
    persons: dict[uuid.UUID, list[Record]] = defaultdict(list)
    for person_id, homes in _by_person(ledger).items():
        for home in homes:
            persons[home].append(ledger.persons.records[person_id])
    return persons


def _is(person: Record, other: Record, *, at_home: bool) -> bool:
    """Tell whether a new person is one who was set aside: within a home, less must be alike."""
    if person["reference"] and other["reference"]:
        return bool(person["reference"] == other["reference"])
    born = person["born_on"], other["born_on"]
    same_name = person["name_key"] == other["name_key"]
    years = {
        one["born_on"].year if one["born_on"] else one["birth_year"] for one in (person, other)
    }
    if not all(born) and len(years - {None}) == 2:
        return False
    if not at_home or (all(born) and born[0] != born[1]):
        return same_name and all(born) and born[0] == born[1]
    nameless = not (person["first_name"] and other["first_name"])
    return same_name or (nameless and fold(person["last_name"]) == fold(other["last_name"]))


def _let_go(ledger: Ledger, person: Record) -> None:
    person.deleted = True
    left = set()
    for occupancy in list(ledger.occupancies):
        if occupancy["person_id"] == person.id:
            occupancy.deleted = True
            left.add(occupancy["tenancy_id"])
    kept = {occupancy["tenancy_id"] for occupancy in ledger.occupancies}
    for tenancy_id in left - kept:
        tenancy = ledger.tenancies.records[tenancy_id]
        tenancy.deleted = tenancy.before is None
        for contact in list(ledger.contacts):
            if contact["tenancy_id"] == tenancy_id and contact.before is None:
                contact.deleted = contact.deleted or tenancy.deleted
