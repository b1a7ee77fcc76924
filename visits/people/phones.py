"""The phone numbers of persons: which to call, whose each is, which are wrong."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from visits.models.accounts import User
from visits.models.people import Person, PhoneNumber

AT_ONCE = 2_000


@dataclass(frozen=True)
class KnownNumber:
    """A number of a person. `id` is None for one that only the landlord's file gave.

    `first` is the one to call; one that neither is first nor stands is of before, or wrong.
    """

    id: uuid.UUID | None
    number: str
    whose: str = ""
    first: bool = False
    wrong: bool = False
    noted_at: datetime | None = None
    noted_by: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None


def numbers_of(session: Session, person: Person) -> list[KnownNumber]:
    """List a person's numbers: the one to call, the others that stand, those that ended."""
    noted_by, ended_by = aliased(User), aliased(User)
    rows = session.execute(
        select(PhoneNumber, noted_by.name, ended_by.name)
        .outerjoin(noted_by, noted_by.id == PhoneNumber.noted_by_id)
        .outerjoin(ended_by, ended_by.id == PhoneNumber.ended_by_id)
        .where(PhoneNumber.person_id == person.id)
        .order_by(PhoneNumber.noted_at.desc(), PhoneNumber.id.desc())
    )
    known = [
        KnownNumber(
            id=row.id,
            number=row.number,
            whose=row.whose,
            first=row.ended_at is None and row.number == person.phone,
            wrong=row.wrong,
            noted_at=row.noted_at if row.noted_by_id else None,
            noted_by=noted,
            ended_at=row.ended_at,
            ended_by=ended,
        )
        for row, noted, ended in rows
    ]
    if person.phone and not any(one.first for one in known):
        known.append(KnownNumber(id=None, number=person.phone, first=True))
    return sorted(known, key=lambda one: (one.ended_at is not None, not one.first))


@dataclass(frozen=True)
class NotedNumbers:
    """What was noted of a person's numbers: since when each stands by hand, when each was wrong."""

    by_hand: dict[str, datetime]
    standing: frozenset[str]
    wrong: dict[str, datetime]


def noted_numbers(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, NotedNumbers]:
    """Give by person what was noted of her numbers; nothing for whom nobody noted any."""
    rows: dict[uuid.UUID, list[PhoneNumber]] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        found = select(PhoneNumber).where(PhoneNumber.person_id.in_(some))
        for row in session.scalars(found.order_by(PhoneNumber.noted_at, PhoneNumber.id)):
            rows.setdefault(row.person_id, []).append(row)
    return {person_id: _noted(hers) for person_id, hers in rows.items()}


def _noted(rows: Sequence[PhoneNumber]) -> NotedNumbers:
    standing = [row for row in rows if row.ended_at is None]
    numbers = frozenset(row.number for row in standing)
    return NotedNumbers(
        by_hand={row.number: row.noted_at for row in standing if row.noted_by_id},
        standing=numbers,
        wrong={
            row.number: row.ended_at
            for row in rows
            if row.wrong and row.ended_at and row.number not in numbers
        },
    )
