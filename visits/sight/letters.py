"""Words found inside names, references and addresses by their letters, three in a row, by index.

SQLite keeps an index of its own beside each (FTS5), PostgreSQL one over a function of ours:
`pg_trgm` is not in every PostgreSQL, nor may everybody add it. Both are made by migration 0087,
kept by the database itself, and hold what stands in the clear in their tables, nothing more.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence

Said = InstrumentedAttribute[str]
# A word of fewer letters is looked for in every row.
FEWEST_LETTERS = 3
_FOUND_IN = {
    Person.name_key: "searched_name",
    Dwelling.reference: "searched_reference",
    Residence.address_key: "searched_address",
}
_NUMBERS = table("searched", column("number"), column("id", Uuid()))


def has_word(session: Session, said: Said, word: str) -> ColumnElement[bool]:
    """Give the condition that a word in small letters stands in a text, at whatever place of it.

    `said` is a name's key, a dwelling's reference or an address's key.
    """
    return has_any(session, said, (word,))


def has_any(session: Session, said: Said, words: Sequence[str]) -> ColumnElement[bool]:
    """Give the condition that one of some words stands in a text, as `has_word` does for one."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    # SQLite compares without regard to case by itself.
    small = func.lower(said) if postgresql else said
    stands = or_(*(small.contains(word, autoescape=True) for word in words))
    if min(map(len, words)) < FEWEST_LETTERS:
        return stands
    if postgresql:
        # Apart from `stands`: parts are asked of the index alone, never cut out of a row again.
        kept = func.palier_parts(small, type_=ARRAY(Text))
        return and_(or_(*(kept.contains(_parts_of(word)) for word in words)), stands)
    ident: InstrumentedAttribute[uuid.UUID] = said.class_.id
    return ident.in_(_numbered(_FOUND_IN[said], words))


def _parts_of(word: str) -> ColumnElement[Sequence[str]]:
    parts = [word[at : at + FEWEST_LETTERS] for at in range(len(word) - FEWEST_LETTERS + 1)]
    return cast(literal(parts, ARRAY(Text)), ARRAY(Text))


def _numbered(name: str, words: Sequence[str]) -> Select[uuid.UUID]:
    index = table(name, column("rowid"))
    asked = " OR ".join('"{}"'.format(word.replace('"', '""')) for word in words)
    return (
        select(_NUMBERS.c.id)
        .join(index, index.c.rowid == _NUMBERS.c.number)
        .where(literal_column(name).op("MATCH", is_comparison=True)(asked))
    )
