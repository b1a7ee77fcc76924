"""Who lives in some homes, under a lease or in a place: whom works there concern."""

import uuid
from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.stays import Place, Stay

# Who lives with somebody whose lease it is; where nobody said what she is, it is hers.
LIVES_WITH = ("spouse", "child", "carer", "other")
_READER = (Person.died_on.is_(None), Person.merged_into_id.is_(None))


def living_in(session: Session, homes: ColumnElement[bool]) -> Iterator[tuple[uuid.UUID, Person]]:
    """Give who lives in the homes of a condition on `Dwelling`, each with the home."""
    leases = (
        select(Tenancy.dwelling_id, Person)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .join(Person, Person.id == Occupancy.person_id)
        .join(Dwelling, Dwelling.id == Tenancy.dwelling_id)
        .where(homes, *_READER, Tenancy.ended_on.is_(None), Occupancy.ended_on.is_(None))
        .order_by(Person.name_key, Person.id, Tenancy.id)
    )
    stays = (
        select(Place.dwelling_id, Person)
        .join(Stay, Stay.place_id == Place.id)
        .join(Person, Person.id == Stay.person_id)
        .join(Dwelling, Dwelling.id == Place.dwelling_id)
        .where(homes, *_READER, Stay.ended_on.is_(None), Stay.withdrawn_at.is_(None))
        .order_by(Person.name_key, Person.id, Stay.id)
    )
    for there in (leases, stays):
        yield from session.execute(there)


def tenants_on(homes: ColumnElement[bool], today: date) -> ColumnElement[bool]:
    """Give the condition on `Person` for those whose own lease or place is in such a home.

    Not for who lives with them, nor for whose lease is still to begin.
    """
    began = or_(Tenancy.started_on.is_(None), Tenancy.started_on <= today)
    holders = (
        select(Occupancy.person_id)
        .join(Occupancy.tenancy)
        .join(Tenancy.dwelling)
        .where(homes, began, Tenancy.ended_on.is_(None), Occupancy.ended_on.is_(None))
        .where(or_(Occupancy.role.is_(None), Occupancy.role.not_in(LIVES_WITH)))
    )
    staying = (
        select(Stay.person_id)
        .join(Stay.place)
        .join(Place.dwelling)
        .where(homes, Stay.from_on <= today)
        .where(Stay.ended_on.is_(None), Stay.withdrawn_at.is_(None))
    )
    return or_(Person.id.in_(holders), Person.id.in_(staying))
