"""Accounts and tablets as an administrator lists them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.errors import NotFound
from visits.models.accounts import (
    AccountEvent,
    Device,
    Organisation,
    OrganisationKind,
    Role,
    Territory,
    User,
)
from visits.models.mandates import Mandate
from visits.sight.landlords import Bound, area_of
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.wording import each_word, has_in, typed_in

EVENTS_SHOWN = 50
ORDER: dict[str, Any] = {
    "name": User.name,
    "email": User.email,
    "role": User.role,
    "organisation": Organisation.name,
    "created": User.created_at,
}


@dataclass(frozen=True)
class AccountFilter:
    """Which accounts. `state` is `open`, `closed` or `all`."""

    state: str = "open"
    role: str = ""
    text: str = ""


def run_by(bound: Bound, organisation_id: uuid.UUID) -> ColumnElement[bool]:
    """Give the condition on `Organisation` for those whose accounts an administrator runs.

    All of them while there is one landlord, and for a platform. Of several landlords, each one's
    administrator runs its own accounts and those of who works for no other: an account of theirs
    opens the tenants of whoever gave them a mandate.
    """
    if not bound.several or bound.platform:
        return true()
    own = Organisation.id == organisation_id
    if bound.landlord_id is None:
        return own
    landlord_or_platform = (OrganisationKind.LANDLORD, OrganisationKind.PLATFORM)
    for_others = select(Mandate.organisation_id).where(Mandate.landlord_id != bound.landlord_id)
    beside = and_(
        Organisation.kind.not_in(landlord_or_platform), Organisation.id.not_in(for_others)
    )
    return or_(own, beside)


def list_accounts(
    session: Session, *, only: AccountFilter, wanted: Wanted, run: ColumnElement[bool]
) -> Listed[User]:
    """List accounts by name, of the organisations one runs."""
    statement = (
        select(User)
        .join(User.organisation)
        .where(run)
        .options(contains_eager(User.organisation), joinedload(User.territory))
    )
    if only.state in ("open", "closed"):
        statement = statement.where(User.active.is_(only.state == "open"))
    if only.role in tuple(Role):
        statement = statement.where(User.role == Role(only.role))
    if only.text.strip():
        called = each_word(only.text, lambda word: has_in(session, word, User.name))
        written = typed_in(only.text, User.email)
        statement = statement.where(called | written)
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=User.id)


def find_account(session: Session, user_id: uuid.UUID) -> User:
    """Find an account with its organisation and territory, else raise NotFound."""
    statement = (
        select(User)
        .where(User.id == user_id)
        .options(joinedload(User.organisation), joinedload(User.territory))
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("user_not_found")
    return found


def devices_of(session: Session, user_id: uuid.UUID) -> Sequence[Device]:
    """List the tablets of an account, those in use first, the last seen at the top."""
    statement = select(Device).where(Device.user_id == user_id)
    order = (Device.revoked_at.is_not(None), Device.last_seen_at.desc(), Device.id)
    return session.scalars(statement.order_by(*order)).all()


def events_of(session: Session, user_id: uuid.UUID) -> Sequence[AccountEvent]:
    """List what was done to an account, the newest first."""
    statement = (
        select(AccountEvent)
        .where(AccountEvent.user_id == user_id)
        .options(joinedload(AccountEvent.by))
        .order_by(AccountEvent.at.desc(), AccountEvent.id)
    )
    return session.scalars(statement.limit(EVENTS_SHOWN)).all()


def tablets_in_use(session: Session, users: Sequence[User]) -> dict[uuid.UUID, int]:
    """Count the tablets of some accounts that are not revoked."""
    statement = (
        select(Device.user_id, func.count())
        .where(Device.user_id.in_([user.id for user in users]), Device.revoked_at.is_(None))
        .group_by(Device.user_id)
    )
    return {user_id: count for user_id, count in session.execute(statement)}


def list_organisations(
    session: Session, run: ColumnElement[bool] | None = None
) -> Sequence[Organisation]:
    """List the organisations by name: all, or those that somebody runs."""
    statement = select(Organisation).where(true() if run is None else run)
    return session.scalars(statement.order_by(Organisation.name)).all()


def areas_named_by(bound: Bound, organisation_id: uuid.UUID) -> ColumnElement[bool]:
    """Give the condition on `Territory` for those an administrator may give to an account.

    Of several landlords: those of its own, or of the landlords that its organisation works for.
    """
    if not bound.several or bound.platform:
        return true()
    if bound.landlord_id is not None:
        return area_of([bound.landlord_id])
    return area_of(select(Mandate.landlord_id).where(Mandate.organisation_id == organisation_id))


def list_territories(
    session: Session, named: ColumnElement[bool], *, kept: uuid.UUID | None = None
) -> Sequence[Territory]:
    """List the territories one may name, and one that stands already, by name."""
    statement = select(Territory).where(or_(named, Territory.id == kept))
    return session.scalars(statement.order_by(Territory.name, Territory.id)).all()
