"""Whose accounts an administrator runs: where there are several landlords, not another one's."""

from flask import g, request
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from visits.accounts.listing import areas_named_by, run_by
from visits.ground.errors import NotFound
from visits.models.accounts import OrganisationKind, User
from visits.sight.landlords import list_landlords
from webapp.access.auth import landlord_bound
from webapp.frame.transaction import reading


def run_here() -> ColumnElement[bool]:
    """Give the condition on `Organisation` for those whose accounts the reader runs."""
    return run_by(landlord_bound(), g.account.organisation_id)


def areas_here() -> ColumnElement[bool]:
    """Give the condition on `Territory` for those the reader may name."""
    return areas_named_by(landlord_bound(), g.account.organisation_id)


def only_run_here() -> None:
    """Refuse the pages of an account that the reader does not run as if it did not exist."""
    user_id = (request.view_args or {}).get("user_id")
    if user_id is None:
        return
    with reading() as session:
        found = select(User.id).join(User.organisation).where(User.id == user_id, run_here())
        if session.scalar(found) is None:
            raise NotFound("user_not_found")


def may_add(session: Session, kind: OrganisationKind) -> bool:
    """Tell whether the reader may add an organisation of a kind.

    A second landlord, and a platform beside several, are a platform's to add: whoever adds an
    organisation runs its first account.
    """
    bound = landlord_bound()
    if bound.platform:
        return True
    if kind is OrganisationKind.LANDLORD:
        return not list_landlords(session)
    return kind is not OrganisationKind.PLATFORM or not bound.several
