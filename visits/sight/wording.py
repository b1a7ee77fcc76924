"""What somebody types in a search field, as a condition on persons, dwellings and addresses."""

import re
from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, false, func, select, true
from sqlalchemy.orm import Session

from visits.ground.folding import without_accents
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence

MOST_WORDS = 6
LONGEST_TEXT = 200
_APART = re.compile(r"[\W_]+")


def words_of(text: str) -> list[str]:
    """Split a text into words in lower case, without punctuation; six at most."""
    return [word for word in _APART.split(text[:LONGEST_TEXT].lower()) if word][:MOST_WORDS]


def mentions(session: Session, text: str) -> ColumnElement[bool]:
    """Give the condition that each word is in the name, the reference, the address or the city.

    For statements that join Person, Dwelling and Residence.
    """
    words = words_of(text)
    if not words:
        return false()  # nothing that could stand anywhere was typed
    # No folded copy of the city is kept, but there are few: they are folded here.
    cities = {
        city: without_accents(city) for city in session.scalars(select(Residence.city).distinct())
    }
    return and_(true(), *(_mentions(word, cities) for word in words))


def _mentions(word: str, cities: Mapping[str, str]) -> ColumnElement[bool]:
    folded = without_accents(word)
    return (
        Person.name_key.contains(folded, autoescape=True)
        | func.lower(Dwelling.reference).contains(folded, autoescape=True)
        | Residence.address_key.contains(folded, autoescape=True)
        | Residence.city.in_([city for city, plain in cities.items() if folded in plain])
        | Residence.postcode.startswith(folded, autoescape=True)
    )


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
