"""Leases to come, as a dwelling's page tells of them: withdrawn with a reason, and put back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import not_, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, NotFound
from visits.ground.folding import name_key
from visits.life.events import checked_reason
from visits.models.people import LeaseToCome, Person
from visits.models.portfolio import Dwelling
from visits.sight.homes import STOCK
from visits.sight.reach import Viewer, open_to


@dataclass(frozen=True)
class Coming:
    """A lease to come; `name` is None where the reader may not know who comes."""

    lease: LeaseToCome
    name: str | None


def leases_coming(
    session: Session, viewer: Viewer, dwelling: Dwelling, *, persons: Viewer | None
) -> list[Coming]:
    """List the leases to come of a home to whoever looks after homes, the next one first.

    Who comes is told to those who may see persons, unless it may be somebody hidden from them.
    """
    if viewer.reach not in STOCK:
        return []
    told = persons is not None and persons.reach in STOCK
    return [
        Coming(one, _name(one) if told and not _is_hidden(session, viewer, dwelling, one) else None)
        for one in _leases(session, dwelling)
    ]


def withdraw_lease(
    session: Session,
    dwelling: Dwelling,
    lease_id: uuid.UUID,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Let a lease to come not be carried out; the same line of a later file changes nothing.

    Until its day it can be put back. Raises Invalid without a reason, NotFound.
    """
    lease = _find(session, viewer, dwelling, lease_id)
    if lease.withdrawn_at is not None:
        raise NotFound("lease_not_found")
    lease.withdrawn_why = checked_reason(reason)
    lease.withdrawn_at, lease.withdrawn_by_id = now, viewer.user_id
    session.flush()


def put_lease_back(
    session: Session, dwelling: Dwelling, lease_id: uuid.UUID, *, viewer: Viewer
) -> None:
    """Let a lease that was withdrawn be carried out on its day.

    Raises NotFound, Conflict when a file told of the same person's with another day meanwhile.
    """
    lease = _find(session, viewer, dwelling, lease_id)
    if lease.withdrawn_at is None:
        raise NotFound("lease_not_found")
    for one in _leases(session, dwelling):
        if one.withdrawn_at is None and _key(one) == _key(lease):
            raise Conflict("lease_told_anew")
    lease.withdrawn_at = lease.withdrawn_by_id = lease.withdrawn_why = None
    session.flush()


def _find(session: Session, viewer: Viewer, dwelling: Dwelling, lease_id: uuid.UUID) -> LeaseToCome:
    for one in _leases(session, dwelling):
        if one.id == lease_id and not _is_hidden(session, viewer, dwelling, one):
            return one
    raise NotFound("lease_not_found")


def _leases(session: Session, dwelling: Dwelling) -> Sequence[LeaseToCome]:
    return session.scalars(
        select(LeaseToCome)
        .where(LeaseToCome.dwelling_id == dwelling.id)
        .options(joinedload(LeaseToCome.withdrawn_by))
        .order_by(LeaseToCome.starts_on, LeaseToCome.id)
    ).all()


def _is_hidden(session: Session, viewer: Viewer, dwelling: Dwelling, lease: LeaseToCome) -> bool:
    """Tell whether somebody of that name or reference is protected from the viewer."""
    same = Person.name_key == _key(lease)
    if reference := lease.content["row"].get("person_reference"):
        same = or_(same, Person.reference == reference)
    hidden = select(Person.id).where(
        Person.landlord_id == dwelling.landlord_id, same, Person.merged_into_id.is_(None)
    )
    return session.scalars(hidden.where(not_(open_to(viewer.user_id))).limit(1)).first() is not None


def _name(lease: LeaseToCome) -> str:
    row = lease.content["row"]
    parts = (row.get("civility"), row.get("first_name"), row["last_name"])
    return " ".join(part for part in parts if part)


def _key(lease: LeaseToCome) -> str:
    row = lease.content["row"]
    return name_key(row["last_name"], row.get("first_name") or "")
