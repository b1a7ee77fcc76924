"""Who is meant by what somebody typed: a name, home, phone, birth date or order; best first."""

import re
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, CompoundSelect, case, select, union
from sqlalchemy.orm import Session

from visits.ground.folding import without_accents
from visits.models.people import Occupancy, Person, PhoneNumber
from visits.models.portfolio import Tenancy
from visits.models.works import WorkOrder
from visits.sight.letters import has_any
from visits.sight.listing import By, Listed, Wanted, found_or_asked, page_of_found
from visits.sight.lists import persons_seen
from visits.sight.reach import Viewer
from visits.sight.wording import FEW_IN_ALL, is_named, spoken_of, words_of

# A name that differs by a letter or two still says who is meant; from 0 to 100.
NEAR = 78
MOST_NEAR = 20
# A name that is near has so many letters in a row in common; few have four, hence these first.
COMMON = (4, 3)
FEWEST_DIGITS = 6  # of a phone number, by its end
_DAYS = (
    re.compile(r"(?P<day>\d{1,2})[/. -](?P<month>\d{1,2})[/. -](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
)
ORDER = {
    "name": By(Person.name_key),
    "born": By(Person.born_on),
    "reference": By(Person.reference),
}


def search_people(
    session: Session, viewer: Viewer, text: str, *, wanted: Wanted, options: Any
) -> tuple[Listed[Person], bool]:
    """List the persons the viewer may see of whom a text speaks; nobody for no text.

    Each word must be in the name, or in the reference, address or city of a home; or the text is a
    phone number, a birth date or the number of a work order. Nobody found: those whose names are
    nearest, and True.
    """
    if not words_of(text):
        return Listed([], 0, wanted), False
    seen = persons_seen(session, viewer)
    meant = select(Person.id).where(seen, Person.id.in_(_meant(session, seen, text)))
    found = found_or_asked(session, meant, FEW_IN_ALL)
    listed = page_of_found(
        session,
        select(Person.id).where(Person.id.in_(found)),
        select(Person).options(options),
        wanted=wanted,
        order={"match": By(_rank(text)), **ORDER},
        tie=(Person.name_key, Person.id),
        total=len(found) if isinstance(found, Sequence) else None,
    )
    near = [] if listed.total else _near(session, seen, text)
    if not near:
        return listed, False
    place = case({one: at for at, one in enumerate(near)}, value=Person.id, else_=len(near))
    nearest = select(Person.id).where(seen, Person.id.in_(near))
    order = {"match": By(place, known=True), **ORDER}
    rows = select(Person).options(options)
    return page_of_found(session, nearest, rows, wanted=wanted, order=order, tie=(Person.id,)), True


def _meant(session: Session, seen: ColumnElement[bool], text: str) -> CompoundSelect[uuid.UUID]:
    """Select whom a text speaks of: each way to mean somebody looks in its own index."""
    number = text.strip().upper()
    meant = [
        select(Person.id).where(spoken_of(session, text, Person.id)),
        select(WorkOrder.person_id).where(
            WorkOrder.reference == number, WorkOrder.person_id.is_not(None)
        ),
        # An order of a home is about nobody: it means who lives there.
        select(Occupancy.person_id)
        .join(Occupancy.tenancy)
        .join(WorkOrder, WorkOrder.dwelling_id == Tenancy.dwelling_id)
        .where(WorkOrder.reference == number, WorkOrder.person_id.is_(None))
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None)),
    ]
    day = _day(text)
    if day is not None:
        meant.append(select(Person.id).where(Person.born_on == day))
    digits = _digits(text)
    if digits:
        reached = _reached_at(session, seen, digits)
        meant.append(select(Person.id).where(Person.id.in_(reached)))
    return union(*meant)


def _rank(text: str) -> ColumnElement[int]:
    """Order by how well a name fits: the whole of it, its beginning, a part, something else."""
    folded = " ".join(without_accents(word) for word in words_of(text))
    begins = Person.name_key.startswith(folded, autoescape=True)
    return case((Person.name_key == folded, 0), (begins, 1), (is_named(text), 2), else_=3)


def _day(text: str) -> date | None:
    found = next((match for one in _DAYS if (match := one.fullmatch(text.strip()))), None)
    try:
        return date(*(int(found[part]) for part in ("year", "month", "day"))) if found else None
    except ValueError:
        return None


def _digits(text: str) -> str:
    """Give the last nine digits of a phone number, however it is written; else nothing."""
    if not re.fullmatch(r"[+\d\s./()-]+", text.strip()):
        return ""
    digits = re.sub(r"\D", "", text)
    return digits[-9:] if len(digits) >= FEWEST_DIGITS else ""


def _reached_at(session: Session, seen: ColumnElement[bool], digits: str) -> Sequence[uuid.UUID]:
    # Numbers stand encrypted, each differently: they can only be looked through.
    numbers = select(Person.id, Person.phone).where(seen)
    others = select(Person.id, PhoneNumber.number).join(
        PhoneNumber, PhoneNumber.person_id == Person.id
    )
    rows = [
        *session.execute(numbers.where(Person.phone.is_not(None))),
        *session.execute(others.where(seen)),
    ]
    return [ident for ident, phone in rows if digits in re.sub(r"\D", "", phone or "")]


def _near(session: Session, seen: ColumnElement[bool], text: str) -> list[uuid.UUID]:
    """List whose names are nearest to a text, the nearest first."""
    words = [without_accents(word) for word in words_of(text)]
    for length in COMMON:
        if nearest := _nearest(_names_sharing(session, seen, words, length), " ".join(words)):
            named = select(Person.id, Person.name_key).where(seen, Person.name_key.in_(nearest))
            found = session.execute(named.order_by(Person.id)).all()
            by_name = sorted(found, key=lambda one: nearest.index(one.name_key))
            return [one.id for one in by_name[:MOST_NEAR]]
    return []


def _names_sharing(
    session: Session, seen: ColumnElement[bool], words: Sequence[str], length: int
) -> Sequence[str]:
    """List the names that share some letters in a row with one of some words."""
    shared = {word[at : at + length] for word in words for at in range(len(word) - length + 1)}
    if not shared:
        return []
    alike = has_any(session, Person.name_key, sorted(shared))
    return session.scalars(select(Person.name_key).where(seen, alike).distinct()).all()


def _nearest(names: Sequence[str], text: str) -> list[str]:
    """List the names nearest to a text, the nearest first."""
    found = process.extract(
        text, names, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR, limit=MOST_NEAR
    )
    if not found:  # of one word, the name that has it nearly
        found = process.extract(
            text, names, scorer=fuzz.partial_ratio, score_cutoff=NEAR + 7, limit=MOST_NEAR
        )
    return [name for name, _score, _at in found]
