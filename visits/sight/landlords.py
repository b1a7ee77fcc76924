"""The landlords here, and whose stock it is that somebody writes down."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Invalid
from visits.models.accounts import Organisation, OrganisationKind, User


def list_landlords(session: Session) -> Sequence[Organisation]:
    """List the landlords by name."""
    statement = select(Organisation).where(Organisation.kind == OrganisationKind.LANDLORD)
    return session.scalars(statement.order_by(Organisation.name, Organisation.id)).all()


def landlords_written_for(session: Session, user_id: uuid.UUID) -> Sequence[Organisation]:
    """List the landlords whose stock an account may write down: a landlord's staff its own."""
    landlords = list_landlords(session)
    organisation_id = session.scalar(select(User.organisation_id).where(User.id == user_id))
    return [one for one in landlords if one.id == organisation_id] or landlords


def landlord_for(
    session: Session, user_id: uuid.UUID, chosen_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Give the landlord for whom an account writes: the one that is meant, else the only one.

    Raises Invalid when it must be said and is not, or is none of those she may write for.
    """
    landlords = {one.id for one in landlords_written_for(session, user_id)}
    if chosen_id is None and len(landlords) == 1:
        return landlords.pop()
    if not landlords:
        raise Invalid({"landlord": "no_landlord"})
    if chosen_id not in landlords:
        raise Invalid({"landlord": "bad_choice" if chosen_id else "required"})
    assert chosen_id is not None
    return chosen_id
