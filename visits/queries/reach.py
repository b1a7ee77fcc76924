"""Whom a viewer may see: the one place that applies scope and the protected-address flag."""

import enum
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

from visits.errors import NotFound
from visits.models.accounts import User
from visits.models.people import NamedAccess, Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.programmes import Enrolment
from visits.models.visits import Visit, VisitState


class Reach(enum.StrEnum):
    """How far an action reaches: own visits, own organisation, own territory, everything."""

    OWN = "own"
    ORGANISATION = "organisation"
    TERRITORY = "territory"
    ALL = "all"


@dataclass(frozen=True)
class Viewer:
    """Who looks, and how far the action she is doing lets her see."""

    user_id: uuid.UUID
    organisation_id: uuid.UUID
    territory_id: uuid.UUID | None
    reach: Reach


def visible_persons(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Person` that holds for those the viewer may see."""
    named = (
        exists()
        .where(NamedAccess.person_id == Person.id, NamedAccess.user_id == viewer.user_id)
        .correlate(Person)
    )
    return and_(or_(Person.protected.is_(False), named), _within_reach(viewer))


def _within_reach(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.reach is Reach.ALL:
        return true()
    if viewer.reach is Reach.TERRITORY:
        return _lives_in_territory(viewer) if viewer.territory_id else false()
    visits = (
        exists()
        .where(Enrolment.person_id == Person.id, Visit.enrolment_id == Enrolment.id)
        .where(Visit.state != VisitState.CANCELLED)
        .correlate(Person)
    )
    if viewer.reach is Reach.ORGANISATION:
        colleagues = select(User.id).where(User.organisation_id == viewer.organisation_id)
        visited = visits.where(Visit.visitor_id.in_(colleagues))
        return and_(visited, _lives_in_territory(viewer)) if viewer.territory_id else visited
    return visits.where(Visit.visitor_id == viewer.user_id)


def _lives_in_territory(viewer: Viewer) -> ColumnElement[bool]:
    return (
        exists()
        .where(Occupancy.person_id == Person.id, Occupancy.ended_on.is_(None))
        .where(Occupancy.tenancy_id == Tenancy.id, Tenancy.dwelling_id == Dwelling.id)
        .where(Dwelling.residence_id == Residence.id)
        .where(Residence.territory_id == viewer.territory_id)
        .correlate(Person)
    )


def find_person(
    session: Session, viewer: Viewer, person_id: uuid.UUID, *, to_change: bool = False
) -> Person:
    """Find a person the viewer may see; `to_change` waits until nobody else is changing her.

    Raises NotFound for one that does not exist and for one out of reach alike.
    """
    if to_change:
        session.execute(
            select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
        )
    statement = select(Person).where(Person.id == person_id, visible_persons(viewer))
    person = session.scalars(statement).one_or_none()
    if person is None:
        raise NotFound("person_not_found")
    return person


def answers(session: Session) -> None:
    """Ask one of our tables, so that a database which cannot answer raises."""
    session.scalar(select(User.id).limit(1))
