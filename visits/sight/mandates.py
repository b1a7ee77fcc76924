"""What an organisation's mandates let its people do on a day."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from visits.models.mandates import Mandate, Right

# Each of these lets its holder see the cases of the programme and area; figures alone do not.
WORK = frozenset(Right) - {Right.FIGURES}


@dataclass(frozen=True)
class Held:
    """A landlord's programme and area somebody works in by a mandate, with its rights there."""

    landlord_id: uuid.UUID
    programme: str
    territory_id: uuid.UUID | None
    rights: frozenset[Right]


def in_force(on: date) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions on `Mandate` for those that count on a day."""
    return (
        Mandate.ended_at.is_(None),
        Mandate.from_on <= on,
        or_(Mandate.until_on.is_(None), Mandate.until_on >= on),
    )


def mandates_held(session: Session, organisation_id: uuid.UUID, *, on: date) -> tuple[Held, ...]:
    """Read what an organisation's mandates give on a day."""
    mine = Mandate.organisation_id == organisation_id
    return tuple(held for _holder, held in _read(session, mine, on))


def mandates_to_work(session: Session, *, on: date) -> list[tuple[uuid.UUID, Held]]:
    """Read the mandates that let anybody see cases on a day, each with whose it is."""
    return [(holder, held) for holder, held in _read(session, true(), on) if held.rights & WORK]


def _read(
    session: Session, which: ColumnElement[bool], on: date
) -> Iterator[tuple[uuid.UUID, Held]]:
    statement = select(
        Mandate.organisation_id,
        Mandate.landlord_id,
        Mandate.programme,
        Mandate.territory_id,
        Mandate.rights,
    ).where(which, *in_force(on))
    for holder, landlord_id, programme, territory_id, rights in session.execute(
        statement.order_by(Mandate.id)
    ):
        given = frozenset(Right(one) for one in rights)
        yield holder, Held(landlord_id, programme, territory_id, given)


def giving(held: tuple[Held, ...], rights: frozenset[Right]) -> tuple[Held, ...]:
    """Keep the mandates that give one of some rights."""
    return tuple(one for one in held if one.rights & rights)
