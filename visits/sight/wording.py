"""What somebody types in a search field, as a condition on persons, dwellings and addresses."""

import re
import uuid
from collections.abc import Mapping

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from visits.ground.folding import without_accents
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.sight.listing import Found, found_or_asked

MOST_WORDS = 6
# So many ids that have a word are handed over, of all words together.
FEW_IN_ALL = 6_000
LONGEST_TEXT = 200
Ident = InstrumentedAttribute[uuid.UUID] | InstrumentedAttribute[uuid.UUID | None]
_APART = re.compile(r"[\W_]+")
_A_DIGIT = re.compile(r"\d")


def words_of(text: str) -> list[str]:
    """Split a text into words in lower case, without punctuation; six at most."""
    return [word for word in _APART.split(text[:LONGEST_TEXT].lower()) if word][:MOST_WORDS]


def mentions(
    session: Session, text: str, person_id: Ident, dwelling_id: Ident
) -> ColumnElement[bool]:
    """Give the condition that each word is in the name, the reference, the address or the city.

    It is on the ids of a person and of a dwelling, in whatever table: what a word is in is looked
    up once, each sort of thing by itself, never for row after row.
    """
    words = words_of(text)
    if not words:
        return false()  # nothing that could stand anywhere was typed
    folded, cities = [without_accents(word) for word in words], _folded_cities(session)
    found, few = [], FEW_IN_ALL // len(words)
    for word in folded:
        persons = found_or_asked(session, _named(word), few)
        homes = found_or_asked(session, _homes(session, word, cities), few)
        found.append(or_(person_id.in_(persons), dwelling_id.in_(homes)))
    return and_(true(), *found)


def dwellings_called(session: Session, text: str) -> ColumnElement[bool]:
    """Give the condition on `Dwelling` that each word is in its reference, address or city."""
    words, cities = words_of(text), _folded_cities(session)
    if not words:
        return false()
    few = FEW_IN_ALL // len(words)
    homes = [_homes(session, without_accents(word), cities) for word in words]
    return and_(true(), *(Dwelling.id.in_(found_or_asked(session, one, few)) for one in homes))


def residences_called(session: Session, text: str) -> Select[uuid.UUID]:
    """Select the residences of which each word is in the reference, the address or the city."""
    words, cities = words_of(text), _folded_cities(session)
    said = [_stands(without_accents(word), cities) for word in words]
    named = [func.lower(Residence.reference) == word for word in words]
    each = (or_(*one) for one in zip(said, named, strict=True))
    return select(Residence.id).where(and_(true(), *each) if words else false())


def spoken_of(session: Session, text: str) -> list[Found]:
    """Find for each word the persons who have it in their name, or reference, or home."""
    words, cities = words_of(text), _folded_cities(session)
    return [_spoken_of(session, word, cities, FEW_IN_ALL // len(words)) for word in words]


def _spoken_of(session: Session, word: str, cities: Mapping[str, str], few: int) -> Found:
    folded = without_accents(word)
    homes = found_or_asked(session, _homes(session, folded, cities), few)
    live_there = (
        select(Occupancy.person_id)
        .join(Occupancy.tenancy)
        .where(Occupancy.ended_on.is_(None), Tenancy.dwelling_id.in_(homes))
    )
    spelt = {word, word.upper(), word.capitalize()}
    known_as = select(Person.id).where(Person.reference.in_(spelt))
    return found_or_asked(session, union_all(_named(folded), known_as, live_there), few)


def _named(folded: str) -> Select[uuid.UUID]:
    return select(Person.id).where(Person.name_key.contains(folded, autoescape=True))


def _homes(session: Session, folded: str, cities: Mapping[str, str]) -> CompoundSelect[uuid.UUID]:
    # SQLite compares without regard to case by itself, and quicker than letters are made small.
    blind = session.get_bind().dialect.name == "sqlite"
    reference = Dwelling.reference if blind else func.lower(Dwelling.reference)
    called = reference.contains(folded, autoescape=True)
    return union_all(
        select(Dwelling.id).where(called),
        select(Dwelling.id).join(Dwelling.residence).where(_stands(folded, cities)),
    )


def _stands(folded: str, cities: Mapping[str, str]) -> ColumnElement[bool]:
    named = [city for city, plain in cities.items() if folded in plain]
    ways = [Residence.address_key.contains(folded, autoescape=True)]
    if named:
        ways.append(Residence.city.in_(named))
    if _A_DIGIT.search(folded):  # as every postcode has
        ways.append(Residence.postcode.startswith(folded, autoescape=True))
    return or_(*ways)


def _folded_cities(session: Session) -> dict[str, str]:
    # No folded copy of the city is kept, but there are few: they are folded here.
    return {city: without_accents(city) for city in every_city(session)}


def every_city(session: Session) -> list[str]:
    """List the cities there are, each read once by its index however many residences it has."""
    each = select(func.min(Residence.city).label("city")).cte("each", recursive=True)
    after = select(func.min(Residence.city)).where(Residence.city > each.c.city)
    each = each.union_all(select(after.scalar_subquery()).where(each.c.city.is_not(None)))
    return list(session.scalars(select(each.c.city).where(each.c.city.is_not(None))))


def is_named(text: str) -> ColumnElement[bool]:
    """Give the condition on `Person` that each word is in the name or is the reference."""
    return and_(
        true(),
        *(
            Person.name_key.contains(without_accents(word), autoescape=True)
            | (func.lower(Person.reference) == word)
            for word in words_of(text)
        ),
    )
