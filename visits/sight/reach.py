"""Whom a viewer may see: the one place that applies scope and the protection of persons and homes.

A protected person is seen by those named for her. Her home is hidden as well from whoever may see
nobody who lives there: the dwelling, and what former tenants' cases and works tell of it.
"""

import enum
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from visits.ground.errors import NotFound
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import NamedAccess, Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.visits import Visit, VisitState
from visits.models.works import WorkOrder


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
    return and_(open_to(viewer.user_id), _within_reach(viewer))


def open_to(user_id: uuid.UUID | None) -> ColumnElement[bool]:
    """Give the condition on `Person` that holds unless she is protected from a user."""
    return or_(Person.protected.is_(False), Person.id.in_(_named_to(user_id)))


def _named_to(user_id: uuid.UUID | None) -> Select[uuid.UUID]:
    return select(NamedAccess.person_id).where(NamedAccess.user_id == user_id)


def visible_cases(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Case` and `Person` for what the viewer may see of both.

    What a former tenant's case tells of a home is hidden with the home.
    """
    hidden = hidden_homes(viewer.user_id)
    return and_(visible_persons(viewer), Case.dwelling_id.not_in(hidden))


def visible_work_orders(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `WorkOrder` and `Person` for what the viewer may see of both."""
    hidden = hidden_homes(viewer.user_id)
    return and_(visible_persons(viewer), WorkOrder.dwelling_id.not_in(hidden))


def hidden_homes(user_id: uuid.UUID | None = None) -> Select[uuid.UUID]:
    """Select the dwellings where a protected person lives and nobody whom the user may see.

    Without a user: those that are hidden from whoever is not named.
    """
    hidden, seen = aliased(Person), aliased(Person)
    lived_in, shared = aliased(Tenancy), aliased(Tenancy)
    living, beside = aliased(Occupancy), aliased(Occupancy)
    named = _named_to(user_id)
    somebody_seen = (
        exists()
        .where(shared.dwelling_id == lived_in.dwelling_id, shared.ended_on.is_(None))
        .where(beside.tenancy_id == shared.id, beside.ended_on.is_(None))
        .where(seen.id == beside.person_id)
        .where(or_(seen.protected.is_(False), seen.id.in_(named)))
        .correlate(lived_in)
    )
    return (
        select(lived_in.dwelling_id)
        .join(living, living.tenancy_id == lived_in.id)
        .join(hidden, hidden.id == living.person_id)
        .where(hidden.protected.is_(True))
        .where(living.ended_on.is_(None), lived_in.ended_on.is_(None), ~somebody_seen)
    )


def _within_reach(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.reach is Reach.ALL:
        return true()
    if viewer.reach is Reach.TERRITORY:
        return _lives_in_territory(viewer) if viewer.territory_id else false()
    visits = (
        exists()
        .where(Case.person_id == Person.id, Visit.case_id == Case.id)
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
