"""Whom a viewer may see: the one place that applies scope and the protection of persons and homes.

A protected person is seen by those named for her. Her home is hidden as well from whoever may see
nobody who lives there: the dwelling, and what former tenants' cases and works tell of it. It is
hidden no more once she has died or left.
"""

import enum
import uuid
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    false,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session, aliased

from visits.ground.errors import NotFound
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import NamedAccess, Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.visits import AT_HOME, LIVE, Visit, VisitState, made_by
from visits.sight.mandates import Held


class Reach(enum.StrEnum):
    """How far an action reaches.

    Own visits; the cases of the organisation's mandates, and those its own people are about to
    visit; those of its mandates alone; the figures of its mandates; the work orders given to the
    organisation, and nobody by anything else; own territory; the stock of one's landlord;
    everything, which is what a landlord's staff reach while there is one landlord.
    """

    OWN = "own"
    ORGANISATION = "organisation"
    MANDATE = "mandate"
    FIGURES = "figures"
    GIVEN = "given"
    TERRITORY = "territory"
    LANDLORD = "landlord"
    ALL = "all"


BY_MANDATE = (Reach.ORGANISATION, Reach.MANDATE, Reach.FIGURES)


@dataclass(frozen=True)
class Viewer:
    """Who looks, and how far the action she is doing lets her see.

    `mandates` are those of her organisation that give a right to this action. `landlord_id` is
    set where there are several landlords and she belongs to one, or asks for that one alone: she
    reaches no other's.
    """

    user_id: uuid.UUID
    organisation_id: uuid.UUID
    territory_id: uuid.UUID | None
    reach: Reach
    mandates: tuple[Held, ...] = ()
    landlord_id: uuid.UUID | None = None

    @property
    def reaches_all(self) -> bool:
        """Tell whether nothing but somebody's protection is kept from her."""
        return self.reach is Reach.ALL and self.landlord_id is None


def visible_persons(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Person` that holds for those the viewer may see."""
    return and_(open_to(viewer.user_id), tenant_of(viewer.landlord_id), _within_reach(viewer))


def tenant_of(landlord_id: uuid.UUID | None) -> ColumnElement[bool]:
    """Give the condition on `Person` for the tenants of a landlord; None is of any."""
    return Person.landlord_id == landlord_id if landlord_id else true()


def open_to(user_id: uuid.UUID | None) -> ColumnElement[bool]:
    """Give the condition on `Person` that holds unless she is protected from a user.

    Nor does it hold for a file that was merged into another: nobody is there any more.
    """
    unprotected = or_(Person.protected.is_(False), Person.id.in_(_named_to(user_id)))
    return and_(Person.merged_into_id.is_(None), unprotected)


def _named_to(user_id: uuid.UUID | None) -> Select[uuid.UUID]:
    return select(NamedAccess.person_id).where(NamedAccess.user_id == user_id)


def visible_cases(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Case` and `Person` for what the viewer may see of both.

    What a former tenant's case tells of a home is hidden with the home. Whoever sees a person by
    a mandate, or by her people's visits, sees those cases of hers and no other.
    """
    hidden = hidden_homes(viewer.user_id)
    if viewer.reach in BY_MANDATE:
        within = and_(tenant_of(viewer.landlord_id), _case_within_reach(viewer))
        seen = and_(open_to(viewer.user_id), within)
    else:
        seen = visible_persons(viewer)
    return and_(seen, or_(Case.dwelling_id.is_(None), Case.dwelling_id.not_in(hidden)))


def unseen_cases(user_id: uuid.UUID) -> CompoundSelect[uuid.UUID]:
    """Select the cases that are hidden from whoever reaches everybody.

    They are few and found by index: what she sees is counted as all but these.
    """
    return union(
        select(Case.id).where(Case.person_id.in_(unseen_persons(user_id))),
        select(Case.id).where(Case.dwelling_id.in_(hidden_homes(user_id))),
    )


def unseen_persons(user_id: uuid.UUID) -> CompoundSelect[uuid.UUID]:
    """Select those who are protected from a user, and shells of merged files: by index, a few."""
    shut = (Person.protected.is_(True), Person.id.not_in(_named_to(user_id)))
    return union(
        select(Person.id).where(*shut), select(Person.id).where(Person.merged_into_id.is_not(None))
    )


# A statement is never changed: what is built is built, and this one costs more than it asks.
@lru_cache(maxsize=1_024)
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
        .where(seen.id == beside.person_id, seen.died_on.is_(None))
        .where(or_(seen.protected.is_(False), seen.id.in_(named)))
        .correlate(lived_in)
    )
    return (
        select(lived_in.dwelling_id)
        .join(living, living.tenancy_id == lived_in.id)
        .join(hidden, hidden.id == living.person_id)
        .where(hidden.protected.is_(True), hidden.died_on.is_(None))
        .where(living.ended_on.is_(None), lived_in.ended_on.is_(None), ~somebody_seen)
    )


def _within_reach(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.reach is Reach.ALL:
        return true()
    if viewer.reach is Reach.LANDLORD:
        return true() if viewer.landlord_id else false()  # all of those of `tenant_of`
    if viewer.reach is Reach.GIVEN:
        return false()
    if viewer.reach is Reach.TERRITORY:
        return _lives_in(viewer.territory_id) if viewer.territory_id else false()
    if viewer.reach in BY_MANDATE:
        within = _case_within_reach(viewer)
        return exists().where(Case.person_id == Person.id, within).correlate(Person)
    return (
        exists()
        .where(Case.person_id == Person.id, Visit.case_id == Case.id)
        .where(Visit.state != VisitState.CANCELLED, AT_HOME)
        .where(made_by([viewer.user_id]))
        .correlate(Person)
    )


def _case_within_reach(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Case` and `Person` for the cases of an organisation's people."""
    seen = or_(false(), *(mandated(held) for held in viewer.mandates))
    if viewer.reach is not Reach.FIGURES:
        # What one organisation is in charge of, no other one sees by its mandate.
        charge = Case.organisation_id
        seen = and_(seen, or_(charge.is_(None), charge == viewer.organisation_id))
    if viewer.reach is Reach.ORGANISATION:
        seen = or_(seen, _visited_by_colleagues(viewer))
    return and_(seen, _lives_in(viewer.territory_id)) if viewer.territory_id else seen


def mandated(held: Held) -> ColumnElement[bool]:
    """Give the condition on `Case` and `Person` for a mandate: whose, which programme, where."""
    programme = and_(Case.programme == held.programme, tenant_of(held.landlord_id))
    if held.territory_id is None:
        return programme
    return and_(programme, _lives_in(held.territory_id))


def _visited_by_colleagues(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Case` for those a visit stands in: planned, or under way.

    A visit that was done opens a case no longer: mandates say who works where.
    """
    colleagues = select(User.id).where(User.organisation_id == viewer.organisation_id)
    return (
        exists()
        .where(Visit.case_id == Case.id, made_by(colleagues))
        .where(Visit.state.in_(LIVE), AT_HOME)
        .correlate(Case)
    )


def territories_of(person_id: uuid.UUID) -> Select[uuid.UUID | None]:
    """Select the territories where a person lives."""
    return (
        select(Residence.territory_id)
        .join(Dwelling, Dwelling.residence_id == Residence.id)
        .join(Tenancy, Tenancy.dwelling_id == Dwelling.id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person_id, Occupancy.ended_on.is_(None))
        .where(Residence.territory_id.is_not(None))
    )


@lru_cache(maxsize=1_024)
def _lives_in(territory_id: uuid.UUID) -> ColumnElement[bool]:
    """Give the condition on `Person` for who lives in a territory, or lived there last.

    Whoever noted that she left, or died, can still take it back.
    """
    last, since = aliased(Occupancy), aliased(Occupancy)
    home, where, here = aliased(Tenancy), aliased(Dwelling), aliased(Residence)
    elsewhere_since = (
        exists()
        .where(since.person_id == last.person_id)
        .where(or_(since.ended_on.is_(None), since.ended_on > last.ended_on))
        .correlate(last)
    )
    lives = (
        exists()
        .where(Occupancy.person_id == Person.id, Occupancy.ended_on.is_(None))
        .where(Occupancy.tenancy_id == Tenancy.id, Tenancy.dwelling_id == Dwelling.id)
        .where(Dwelling.residence_id == Residence.id)
        .where(Residence.territory_id == territory_id)
        .correlate(Person)
    )
    lived_last = (
        exists()
        .where(last.person_id == Person.id, last.ended_on.is_not(None), ~elsewhere_since)
        .where(last.tenancy_id == home.id, home.dwelling_id == where.id)
        .where(where.residence_id == here.id, here.territory_id == territory_id)
        .correlate(Person)
    )
    return or_(lives, lived_last)


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
