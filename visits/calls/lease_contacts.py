"""Whoever stands on a lease without living under it, noted by hand: guardian, guarantor, carer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from visits.calls.phones import note_number, read_number
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.life.arrivals import Arriving, record_arrival
from visits.life.endings import Told
from visits.models.life import HowTold
from visits.models.people import AccessKind, HouseholdContact, Occupancy, Person
from visits.people.by_hand import CIVILITIES, NAME_LENGTH, PersonSaid, alike, make_person
from visits.portfolio.roles import CONTACTS
from visits.sight import Viewer, find_person
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
    contact = _standing(session, person, contact_id)
    contact.ended_at, contact.ended_by_id = now, viewer.user_id
    _log(session, person, viewer, now)


def put_contact_back(
    session: Session, person: Person, contact_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a contact stand again that was ended."""
    contact = _find(session, person, contact_id)
    if not contact.may_be_put_back:
        raise NotFound("contact_not_found")
    contact.ended_at = contact.ended_by_id = None
    _log(session, person, viewer, now)


def change_contact_role(
    session: Session,
    person: Person,
    contact_id: uuid.UUID,
    role: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> HouseholdContact:
    """Let a contact be something else to the household; what they were stays as what ended.

    Raises NotFound, Invalid, Conflict when nothing would change.
    """
    contact = _standing(session, person, contact_id)
    if role not in CONTACTS:
        raise Invalid({"contact_becomes": "bad_choice"})
    if role == contact.role:
        raise Conflict("nothing_changes")
    same = ("tenancy_id", "civility", "last_name", "first_name", "phone")
    made = HouseholdContact(
        **{name: getattr(contact, name) for name in same},
        role=role,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(made)
    session.flush()
    _becomes(contact, made, viewer, now)
    _log(session, person, viewer, now)
    return made


def take_contact_role_back(
    session: Session, person: Person, contact_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a contact be again what they were before a change.

    Raises NotFound, Conflict when what they became has ended or changed since.
    """
    contact = _find(session, person, contact_id)
    if contact.became is None:
        raise NotFound("contact_not_found")
    if contact.became.ended_at is not None:
        raise Conflict("not_to_take_back")
    _becomes(contact.became, contact, viewer, now)
    contact.ended_at = contact.ended_by_id = contact.became_id = None
    _log(session, person, viewer, now)


def _becomes(
    contact: HouseholdContact, other: HouseholdContact, viewer: Viewer, now: datetime
) -> None:
    contact.ended_at, contact.ended_by_id, contact.became_id = now, viewer.user_id, other.id


@dataclass(frozen=True)
class MovingIn:
    """A contact comes to live in the household: as what, since when.

    It is the person `known`, or with `another` none of those who have that name.
    """

    role: str
    on: date
    born_on: date | None = None
    known: uuid.UUID | None = None
    another: bool = False


def move_contact_in(
    session: Session,
    person: Person,
    contact_id: uuid.UUID,
    moving: MovingIn,
    *,
    viewer: Viewer,
    now: datetime,
) -> Person:
    """Let a contact live with the household as of a day, under its lease; gives who that is.

    Taking the arrival back makes them a contact again. Raises NotFound, Invalid, Conflict.
    """
    contact = _standing(session, person, contact_id)
    home = contact.tenancy.dwelling
    who = _who(session, person, contact, moving, viewer=viewer, now=now)
    arriving = Arriving(home, moving.on, moving.role, joins=True)
    try:
        event = record_arrival(session, who, arriving, told=Told(HowTold.PAGE, viewer.user_id, now))
    except Invalid as refused:
        mine = {"arrived_on": "contact_since", "role": "contact_lives_as"}
        raise Invalid(
            {mine.get(name, name): code for name, code in refused.fields.items()}
        ) from None
    contact.ended_at, contact.ended_by_id, contact.moved_in_id = now, viewer.user_id, event.id
    _log(session, person, viewer, now)
    return who


def like_contact(
    session: Session, contact: HouseholdContact, born_on: date | None, *, viewer: Viewer
) -> list[Person]:
    """List who a contact may be of those known to the landlord, whom the viewer may see."""
    said = PersonSaid(contact.last_name, contact.first_name, born_on=born_on)
    landlord_id = contact.tenancy.dwelling.landlord_id
    return [one for one in alike(session, viewer, said) if one.landlord_id == landlord_id]


def _who(
    session: Session,
    person: Person,
    contact: HouseholdContact,
    moving: MovingIn,
    *,
    viewer: Viewer,
    now: datetime,
) -> Person:
    found = like_contact(session, contact, moving.born_on, viewer=viewer)
    if moving.known is not None:
        if moving.known not in {one.id for one in found}:
            raise Invalid({"contact_known": "bad_choice"})
        return find_person(session, viewer, moving.known, to_change=True)
    if found and not moving.another:
        raise Invalid({"contact_known": "contact_may_be_known"})
    civility = contact.civility if contact.civility in CIVILITIES else None
    said = PersonSaid(contact.last_name, contact.first_name, civility, moving.born_on)
    try:
        made = make_person(session, said, viewer=viewer, now=now, landlord_id=person.landlord_id)
    except Invalid as refused:
        raise Invalid({"contact_born": refused.fields.get("born_on", "required")}) from None
    if contact.phone:
        number = note_number(session, made, contact.phone, whose="", viewer=viewer, now=now)
        made.phone = number.number
    return made


def contacts_of(session: Session, person: Person) -> Sequence[HouseholdContact]:
    """List who stands on her lease without living there, those of before last."""
    return session.scalars(
        select(HouseholdContact)
        .where(HouseholdContact.tenancy_id.in_(_leases(person)))
        .options(joinedload(HouseholdContact.became))
        .order_by(
            HouseholdContact.ended_at.is_not(None), HouseholdContact.role,
            HouseholdContact.last_name, HouseholdContact.id,
        )
    ).all()  # fmt: skip


def _standing(session: Session, person: Person, contact_id: uuid.UUID) -> HouseholdContact:
    contact = _find(session, person, contact_id)
    if contact.ended_at is not None:
        raise NotFound("contact_not_found")
    return contact


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
