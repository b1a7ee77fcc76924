"""Which column gives which field: proposed from the headings, corrected by hand, remembered."""

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Invalid
from visits.ground.folding import fold
from visits.models.portfolio import ColumnMapping
from visits.portfolio.fields import REQUIRED, Kind, fields_of
from visits.portfolio.tables import Table

CLOSE_ENOUGH = 0.85
SHORTEST_GUESS = 5
LONGEST_LETTER = 3
_NUMBERS = re.compile(r"\b\d+\w?\b")
_STREET = re.compile(r"adresse|address|voie|\brue\b|street")
# What may be a residence, or a building within its address: `Bât. B`.
_BUILDINGS = frozenset({"batiment", "bat", "bloc", "n batiment", "building"})

# The position of a column from 0 (as text in JSON), and the name of the field it gives.
Columns = Mapping[int, str]
AnyColumns = Mapping[int, str] | Mapping[str, str]


@dataclass(frozen=True)
class Proposal:
    """A kind and a mapping for a table; `confidence` 0 to 1; `remembered` from an earlier file."""

    kind: Kind
    mapping: dict[int, str]
    confidence: float
    remembered: bool


def propose_mapping(
    session: Session, table: Table, *, landlord_id: uuid.UUID, kind: Kind | None = None
) -> Proposal:
    """Propose what each column gives: as chosen last time for the landlord, else by headings."""
    remembered = _remembered(session, table, landlord_id, kind)
    if remembered:
        return remembered
    chosen = kind or max(Kind, key=lambda candidate: _likelihood(table, candidate))
    mapping = _by_heading(table, chosen)
    _guess_the_rest(table, chosen, mapping)
    return Proposal(chosen, mapping, _confidence(table, chosen, mapping), remembered=False)


def remember_mapping(
    session: Session,
    table: Table,
    *,
    landlord_id: uuid.UUID,
    kind: Kind,
    mapping: Columns,
    now: datetime,
) -> None:
    """Keep a mapping for the landlord's next file with these very headings."""
    kept = _kept(session, table, landlord_id)
    if kept is None:
        kept = ColumnMapping(signature=signature_of(table), landlord_id=landlord_id)
        session.add(kept)
    kept.kind, kept.mapping, kept.updated_at = kind.value, as_json(mapping), now


def signature_of(table: Table) -> str:
    """Hash the headings of a table, in their order."""
    headings = "\x1f".join(fold(heading) for heading in table.headings)
    return hashlib.sha256(headings.encode()).hexdigest()


def check_mapping(table: Table, *, kind: Kind, mapping: Columns) -> None:
    """Refuse a mapping that names what does not exist, one field twice, or lacks a required one.

    Raises Invalid; its `fields` are positions of columns as text, or names of fields.
    """
    known, seen, problems = fields_of(kind), set[str](), dict[str, str]()
    for column, name in mapping.items():
        if not 0 <= column < len(table.headings):
            problems[str(column)] = "unknown_column"
        elif name not in known:
            problems[str(column)] = "unknown_field"
        elif name in seen:
            problems[str(column)] = "field_twice"
        seen.add(name)
    problems |= {group[0]: "field_missing" for group in REQUIRED[kind] if not seen & set(group)}
    if problems:
        raise Invalid(problems, "bad_mapping")


def as_json(mapping: Columns) -> dict[str, str]:
    """Give a mapping with text keys, as JSON wants them."""
    return {str(column): name for column, name in sorted(mapping.items())}


def from_json(mapping: AnyColumns) -> dict[int, str]:
    """Read a mapping with text keys; a key that is no column is refused."""
    if any(not str(column).isdecimal() for column in mapping):
        raise Invalid({"mapping": "unknown_column"}, "bad_mapping")
    return {int(column): name for column, name in mapping.items()}


def _kept(session: Session, table: Table, landlord_id: uuid.UUID) -> ColumnMapping | None:
    statement = select(ColumnMapping).where(
        ColumnMapping.signature == signature_of(table), ColumnMapping.landlord_id == landlord_id
    )
    return session.scalars(statement).one_or_none()


def _remembered(
    session: Session, table: Table, landlord_id: uuid.UUID, kind: Kind | None
) -> Proposal | None:
    kept = _kept(session, table, landlord_id)
    if kept is None or (kind and kept.kind != kind):
        return None
    chosen, mapping = Kind(kept.kind), from_json(kept.mapping)
    try:
        check_mapping(table, kind=chosen, mapping=mapping)
    except Invalid:  # kept before the catalogue changed
        return None
    return Proposal(chosen, mapping, 1.0, remembered=True)


def _by_heading(table: Table, kind: Kind) -> dict[int, str]:
    mapping: dict[int, str] = {}
    for column, heading in enumerate(table.headings):
        for field in fields_of(kind).values():
            if fold(heading) in field.headings and (name := _free(field.name, kind, mapping)):
                if name == "residence_reference" and _is_a_letter(table, column, kind):
                    continue
                mapping[column] = name
                break
    return mapping


def _free(name: str, kind: Kind, mapping: dict[int, str]) -> str | None:
    """Give a field that no column gives yet: a heading that comes again is the spouse's."""
    known = fields_of(kind)
    free = (one for one in (name, f"spouse_{name}") if one not in mapping.values())
    return next((one for one in free if one in known), None)


def _is_a_letter(table: Table, column: int, kind: Kind) -> bool:
    """Tell a column of A, B, 1, 2 within each address from one that names residences."""
    if kind is Kind.RESIDENCES or fold(table.headings[column]) not in _BUILDINGS:
        return False
    address = [at for at, heading in enumerate(table.headings) if _STREET.search(fold(heading))]
    streets: dict[str, set[str]] = {}
    for row in table.rows:
        if name := row.cells[column]:
            found = (_NUMBERS.sub("", fold(row.cells[at])).strip() for at in address)
            streets.setdefault(name, set()).update(filter(None, found))
    short = [found for name, found in streets.items() if len(name) <= LONGEST_LETTER]
    return max(map(len, streets), default=0) < 2 or any(len(found) > 1 for found in short)


def _guess_the_rest(table: Table, kind: Kind, mapping: dict[int, str]) -> None:
    free = {
        heading: field.name
        for field in fields_of(kind).values()
        if field.name not in mapping.values()
        for heading in field.headings
        if len(heading) >= SHORTEST_GUESS
    }
    for column, heading in enumerate(table.headings):
        if column in mapping or len(fold(heading)) < SHORTEST_GUESS:
            continue
        close = get_close_matches(fold(heading), free, n=1, cutoff=CLOSE_ENOUGH)
        if close and free[close[0]] not in mapping.values():
            mapping[column] = free[close[0]]


def _likelihood(table: Table, kind: Kind) -> tuple[float, int]:
    mapping = _by_heading(table, kind)
    return (_required_share(kind, mapping), len(mapping))


def _required_share(kind: Kind, mapping: Columns) -> float:
    found = set(mapping.values())
    return sum(bool(found & set(group)) for group in REQUIRED[kind]) / len(REQUIRED[kind])


def _confidence(table: Table, kind: Kind, mapping: Columns) -> float:
    mapped = len(mapping) / max(1, sum(bool(heading) for heading in table.headings))
    return round(_required_share(kind, mapping) * (0.5 + 0.5 * mapped), 2)
