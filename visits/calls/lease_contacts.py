"""Whoever stands on a lease without living under it, noted by hand: guardian, guarantor, carer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from visits.calls.phones import read_number
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.people import AccessKind, HouseholdContact, Occupancy, Person
from visits.people.by_hand import NAME_LENGTH
from visits.portfolio.values import CONTACTS
from visits.sight import Viewer
from visits.sight.access_log import log_access

ROLES = tuple(sorted(CONTACTS))


@dataclass(frozen=True)
class ContactSaid:
    """Who somebody beside a lease is, as it was typed."""

    role: str
    last_name: str
    first_name: str = ""
    phone: str = ""


def note_contact(
    session: Session, person: Person, said: ContactSaid, *, viewer: Viewer, now: datetime
) -> HouseholdContact:
    """Note a contact of the household a person lives in.

    Raises Invalid, field by field, Conflict for somebody who lives under no lease here.
    """
    phone = _checked(said)
    tenancy_id = session.scalars(
        select(Occupancy.tenancy_id)
        .where(Occupancy.person_id == person.id, Occupancy.ended_on.is_(None))
        .order_by(Occupancy.id.desc())
    ).first()
    if tenancy_id is None:
        raise Conflict("no_lease_for_contact")
    contact = HouseholdContact(
        tenancy_id=tenancy_id,
        role=said.role,
        last_name=said.last_name.strip(),
        first_name=said.first_name.strip(),
        phone=phone,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(contact)
    session.flush()
    _log(session, person, viewer, now)
    return contact


def _checked(said: ContactSaid) -> str | None:
    fields, phone = {}, None
    if said.role not in CONTACTS:
        fields["contact_role"] = "bad_choice"
    if not said.last_name.strip():
        fields["contact_name"] = "required"
    for name, typed in (("contact_name", said.last_name), ("contact_first", said.first_name)):
        if len(typed.strip()) > NAME_LENGTH:
            fields[name] = "too_long"
    if said.phone.strip():
        try:
            phone = read_number(said.phone)
        except Invalid as refused:
            fields["contact_phone"] = refused.fields["number"]
    if fields:
        raise Invalid(fields)
    return phone


def end_contact(
    session: Session, person: Person, contact_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a contact stand no longer, whoever told of it: no later file brings it back."""
    contact = _find(session, person, contact_id)
    if contact.ended_at is not None:
        raise NotFound("contact_not_found")
    contact.ended_at, contact.ended_by_id = now, viewer.user_id
    _log(session, person, viewer, now)


def put_contact_back(
    session: Session, person: Person, contact_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a contact stand again that was ended."""
    contact = _find(session, person, contact_id)
    if contact.ended_at is None:
        raise NotFound("contact_not_found")
    contact.ended_at = contact.ended_by_id = None
    _log(session, person, viewer, now)


def contacts_of(session: Session, person: Person) -> Sequence[HouseholdContact]:
    """List who stands on her lease without living there, those of before last."""
    return session.scalars(
        select(HouseholdContact)
        .where(HouseholdContact.tenancy_id.in_(_leases(person)))
        .order_by(
            HouseholdContact.ended_at.is_not(None), HouseholdContact.role,
            HouseholdContact.last_name, HouseholdContact.id,
        )
    ).all()  # fmt: skip


def _find(session: Session, person: Person, contact_id: uuid.UUID) -> HouseholdContact:
    statement = select(HouseholdContact).where(
        HouseholdContact.id == contact_id, HouseholdContact.tenancy_id.in_(_leases(person))
    )
    contact = session.scalars(statement).one_or_none()
    if contact is None:
        raise NotFound("contact_not_found")
    return contact


def _leases(person: Person) -> Select[uuid.UUID]:
    return select(Occupancy.tenancy_id).where(
        Occupancy.person_id == person.id, Occupancy.ended_on.is_(None)
    )


def _log(session: Session, person: Person, viewer: Viewer, now: datetime) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person.id],
        kind=AccessKind.WRITE,
        what="contact_noted",
        now=now,
    )
