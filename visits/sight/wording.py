"""What somebody types in a search field, as a condition on persons, dwellings and addresses."""

import re
import uuid
from collections.abc import Callable, Mapping

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
from visits.sight.letters import has_word
from visits.sight.listing import Found, Ident, among, each_of, found_or_asked

MOST_WORDS = 6
# So many ids that have a word are handed over, of all words together.
FEW_IN_ALL = 6_000
LONGEST_TEXT = 200
POSTCODE_LENGTH = 5
Text = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
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
        persons = found_or_asked(session, _named(session, word), few)
        homes = found_or_asked(session, _homes(session, word, cities), few)
        named, there = among(session, person_id, persons), among(session, dwelling_id, homes)
        found.append(or_(named, there))
    return and_(true(), *found)


def dwellings_called(session: Session, text: str) -> ColumnElement[bool]:
    """Give the condition on `Dwelling` that each word is in its reference, address or city."""
    words, cities = words_of(text), _folded_cities(session)
    if not words:
        return false()
    few = FEW_IN_ALL // len(words)
    homes = [_homes(session, without_accents(word), cities) for word in words]
    found = (found_or_asked(session, one, few) for one in homes)
    return and_(true(), *(among(session, Dwelling.id, one) for one in found))


def residences_called(session: Session, text: str) -> Select[uuid.UUID]:
    """Select the residences of which each word is in the reference, the address or the city.

    A reference is found as it is typed too, with its dashes.
    """
    words, cities = words_of(text), _folded_cities(session)
    if not words:
        return select(Residence.id).where(false())
    each = (
        or_(
            Residence.id.in_(_standing(session, without_accents(word), cities)),
            func.lower(Residence.reference) == word,
        )
        for word in words
    )
    return select(Residence.id).where(or_(and_(true(), *each), typed_in(text, Residence.reference)))


def typed_in(text: str, column: Text) -> ColumnElement[bool]:
    """Give the condition that a text is in a number or an address as it is typed, dashes and all.

    Nothing typed is nowhere.
    """
    typed = text.strip()
    return column.icontains(typed, autoescape=True) if typed else false()


def each_word(text: str, is_somewhere: Callable[[str], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Give the condition that each word of a text is somewhere; nothing typed is nowhere."""
    words = words_of(text)
    return and_(true(), *map(is_somewhere, words)) if words else false()


def has_in(session: Session, word: str, *columns: Text) -> ColumnElement[bool]:
    """Give the condition that a word is in one of some columns, whatever its accents and case.

    For names and titles, of which there are few: no folded copy is kept, they are folded here.
    """
    plain = without_accents(word)
    return or_(*(column.in_(_with(plain, session, column)) for column in columns))


def _with(plain: str, session: Session, column: Text) -> list[str]:
    said = session.scalars(select(column).where(column.is_not(None)).distinct())
    return [one for one in said if one and plain in without_accents(one)]


def spoken_of(session: Session, text: str, person_id: Ident) -> ColumnElement[bool]:
    """Give the condition that each word is in the name, the reference or the home of a person.

    It is on the id of a person, in whatever table; nothing typed speaks of nobody.
    """
    words = words_of(text)
    if not words:
        return false()
    cities, few = _folded_cities(session), FEW_IN_ALL // len(words)
    found = (_spoken_of(session, word, cities, few) for word in words)
    return and_(true(), *(among(session, person_id, one) for one in found))


def _spoken_of(session: Session, word: str, cities: Mapping[str, str], few: int) -> Found:
    folded = without_accents(word)
    homes = found_or_asked(session, _homes(session, folded, cities), few)
    live_there = (
        select(Occupancy.person_id)
        .join(Occupancy.tenancy)
        .where(Occupancy.ended_on.is_(None), among(session, Tenancy.dwelling_id, homes))
    )
    spelt = {word, word.upper(), word.capitalize()}
    known_as = select(Person.id).where(Person.reference.in_(spelt))
    return found_or_asked(session, union_all(_named(session, folded), known_as, live_there), few)


def _named(session: Session, folded: str) -> Select[uuid.UUID]:
    return select(Person.id).where(has_word(session, Person.name_key, folded))


def _homes(session: Session, folded: str, cities: Mapping[str, str]) -> CompoundSelect[uuid.UUID]:
    return union_all(
        select(Dwelling.id).where(has_word(session, Dwelling.reference, folded)),
        select(Dwelling.id).where(Dwelling.residence_id.in_(_standing(session, folded, cities))),
    )


def _standing(
    session: Session, folded: str, cities: Mapping[str, str]
) -> CompoundSelect[uuid.UUID]:
    """Select the residences that have a word in their address or city, or as their postcode."""
    ways = [has_word(session, Residence.address_key, folded)]
    if named := [city for city, plain in cities.items() if folded in plain]:
        ways.append(Residence.city.in_(named))
    if len(folded) <= POSTCODE_LENGTH and _A_DIGIT.search(folded):
        ways.append(Residence.postcode.startswith(folded, autoescape=True))
    return union_all(*(select(Residence.id).where(way) for way in ways))


def _folded_cities(session: Session) -> dict[str, str]:
    # No folded copy of the city is kept, but there are few: they are folded here.
    return {city: without_accents(city) for city in every_city(session)}


def every_city(session: Session, landlord_id: uuid.UUID | None = None) -> list[str]:
    """List the cities there are, or those of a landlord: each read once by its index.

    However many residences stand in one, they are not looked at.
    """
    own = [Residence.landlord_id == landlord_id] if landlord_id else []
    return list(session.scalars(each_of(Residence.city, *own)))


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
