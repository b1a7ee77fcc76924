"""The landlords here: whose stock somebody writes down, and beyond whose nobody sees.

While there is one landlord, all is its own and nothing is asked or told of landlords.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select, true
from sqlalchemy.orm import Session

from visits.ground.errors import Invalid
from visits.models.accounts import Organisation, OrganisationKind, Territory, User
from visits.models.cases import Case
from visits.models.mandates import Right
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import AT_HOME, LIVE, Visit, made_by
from visits.models.works import WorkOrder
from visits.sight.mandates import giving, mandates_held
from visits.sight.reach import Reach, Viewer


def list_landlords(session: Session) -> Sequence[Organisation]:
    """List the landlords by name."""
    statement = select(Organisation).where(Organisation.kind == OrganisationKind.LANDLORD)
    return session.scalars(statement.order_by(Organisation.name, Organisation.id)).all()


@dataclass(frozen=True)
class Bound:
    """Whether there are several landlords, and which of them an organisation is, if it is one.

    A `platform` runs the accounts of several, and reaches their tenants by their mandates alone.
    """

    several: bool
    landlord_id: uuid.UUID | None
    platform: bool = False

    @property
    def own(self) -> uuid.UUID | None:
        """Give the landlord beyond whose stock nobody of the organisation sees."""
        return self.landlord_id if self.several else None


def bound_of(session: Session, organisation_id: uuid.UUID) -> Bound:
    """Tell how landlords bound what an organisation's people see."""
    told = session.execute(_BOUND, {"own": organisation_id})
    kinds: dict[uuid.UUID, OrganisationKind] = {one: kind for one, kind in told}
    landlords = [one for one, kind in kinds.items() if kind is OrganisationKind.LANDLORD]
    own = organisation_id if organisation_id in landlords else None
    platform = kinds.get(organisation_id) is OrganisationKind.PLATFORM
    return Bound(len(landlords) > 1, own, platform=platform)


# Made once: it is asked with each request.
_BOUND = select(Organisation.id, Organisation.kind).where(
    or_(Organisation.kind == OrganisationKind.LANDLORD, Organisation.id == bindparam("own"))
)


def may_work_for(landlord_id: uuid.UUID | None) -> ColumnElement[bool]:
    """Give the condition on `User` for who may work for a landlord: no other landlord's staff."""
    if landlord_id is None:
        return true()
    others = select(Organisation.id).where(
        Organisation.kind == OrganisationKind.LANDLORD, Organisation.id != landlord_id
    )
    return User.organisation_id.not_in(others)


def landlords_in_reach(session: Session, viewer: Viewer) -> Sequence[Organisation]:
    """List by name the landlords of whose stock a viewer may see something.

    Those who gave her a mandate; those whose tenants she visits, or her colleagues are about to;
    those whose orders were given to them.
    """
    reached = [Organisation.id.in_({held.landlord_id for held in viewer.mandates})]
    visited = select(Person.landlord_id).join_from(Visit, Case).join(Case.person)
    if viewer.reach is Reach.OWN:
        visited = visited.where(made_by([viewer.user_id]), AT_HOME)
        reached.append(Organisation.id.in_(visited))
    elif viewer.reach is Reach.ORGANISATION:
        colleagues = select(User.id).where(User.organisation_id == viewer.organisation_id)
        by_them = visited.where(made_by(colleagues), AT_HOME, Visit.state.in_(LIVE))
        reached.append(Organisation.id.in_(by_them))
    elif viewer.reach is Reach.GIVEN:
        given = WorkOrder.given_to_id == viewer.organisation_id
        for place, its in ((Dwelling, WorkOrder.dwelling_id), (Residence, WorkOrder.residence_id)):
            owners = select(place.landlord_id).join_from(WorkOrder, place, place.id == its)
            reached.append(Organisation.id.in_(owners.where(given)))
    statement = select(Organisation).where(or_(*reached))
    return session.scalars(statement.order_by(Organisation.name, Organisation.id)).all()


def area_of(landlords: Sequence[uuid.UUID] | Select[uuid.UUID]) -> ColumnElement[bool]:
    """Give the condition on `Territory` for those where one of some landlords has homes.

    One where nobody has any is anybody's: it was named before its homes came.
    """
    used = exists().where(Residence.territory_id == Territory.id).correlate(Territory)
    return or_(used.where(Residence.landlord_id.in_(landlords)), ~used)


def landlord_granting(session: Session, user_id: uuid.UUID) -> uuid.UUID | None:
    """Give the landlord for whose stock an account grants mandates: its own, or the only one."""
    landlords = [one.id for one in list_landlords(session)]
    organisation_id = _organisation_of(session, user_id)
    if organisation_id in landlords:
        return organisation_id
    return landlords[0] if len(landlords) == 1 else None


def landlords_written_for(
    session: Session, user_id: uuid.UUID, *, on: date
) -> Sequence[Organisation]:
    """List the landlords whose stock an account may write down on a day.

    A landlord's staff their own; where there are several, others those that let them decide.
    """
    landlords = list_landlords(session)
    organisation_id = _organisation_of(session, user_id)
    own = [one for one in landlords if one.id == organisation_id]
    if own or len(landlords) < 2 or organisation_id is None:
        return own or landlords
    held = giving(mandates_held(session, organisation_id, on=on), frozenset({Right.DECIDE}))
    return [one for one in landlords if one.id in {mandate.landlord_id for mandate in held}]


def _organisation_of(session: Session, user_id: uuid.UUID) -> uuid.UUID | None:
    return session.scalar(select(User.organisation_id).where(User.id == user_id))


def landlord_for(
    session: Session, user_id: uuid.UUID, chosen_id: uuid.UUID | None = None, *, on: date
) -> uuid.UUID:
    """Give the landlord for whom an account writes: the one that is meant, else the only one.

    Raises Invalid when it must be said and is not, or is none of those she may write for.
    """
    landlords = {one.id for one in landlords_written_for(session, user_id, on=on)}
    if chosen_id is None and len(landlords) == 1:
        return landlords.pop()
    if not landlords:
        raise Invalid({"landlord": "no_landlord"})
    if chosen_id not in landlords:
        raise Invalid({"landlord": "bad_choice" if chosen_id else "required"})
    assert chosen_id is not None
    return chosen_id
