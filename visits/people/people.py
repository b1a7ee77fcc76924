"""Persons: finding them, and all that is kept about one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import (
    AccessedPerson,
    AccessEvent,
    Consent,
    NamedAccess,
    Occupancy,
    Person,
    PersonAlert,
    PhoneNumber,
)
from visits.models.portfolio import Dwelling, Tenancy
from visits.people.consents import said_within, still_counts
from visits.people.measures import standing_alerts
from visits.people.phones import numbers_of
from visits.sight.landlords import may_work_for
from visits.sight.listing import Listed, Wanted
from visits.sight.reach import Viewer, hidden_homes, visible_cases, visible_persons


def with_homes() -> ORMOption:
    """Load the homes of persons with them."""
    return (
        selectinload(Person.occupancies)
        .joinedload(Occupancy.tenancy)
        .joinedload(Tenancy.dwelling)
        .joinedload(Dwelling.residence)
    )


@dataclass(frozen=True)
class PersonFile:
    """Who a person is and how things stand: what happened is the matter of `timeline`."""

    person: Person
    occupancies: Sequence[Occupancy]
    cases: Sequence[Case]
    consents: Sequence[Consent]
    household: Sequence[Person]
    alerts: Sequence[PersonAlert]


def person_file(session: Session, viewer: Viewer, person: Person) -> PersonFile:
    """Gather a person's file; of those who live with her, the ones the viewer may see."""
    hidden = hidden_homes(viewer.user_id)
    occupancies = session.scalars(
        select(Occupancy)
        .join(Occupancy.tenancy)
        .where(Occupancy.person_id == person.id, Tenancy.dwelling_id.not_in(hidden))
        .options(
            joinedload(Occupancy.tenancy)
            .joinedload(Tenancy.dwelling)
            .joinedload(Dwelling.residence)
        )
        .order_by(
            or_(Occupancy.ended_on.is_not(None), Tenancy.ended_on.is_not(None)),
            func.coalesce(Occupancy.started_on, Tenancy.started_on).desc(),
            Tenancy.id.desc(),
            Occupancy.id,
        )
    ).all()
    hers = (Case.person_id == person.id, visible_cases(viewer))
    seen = select(Case.id).join(Case.person).where(*hers)
    return PersonFile(
        person=person,
        occupancies=occupancies,
        cases=session.scalars(
            select(Case)
            .join(Case.person)
            .where(*hers)
            .order_by(Case.closed_on.is_not(None), Case.opened_at.desc(), Case.id.desc())
        ).all(),
        consents=session.scalars(
            select(Consent)
            .where(Consent.person_id == person.id, still_counts(), said_within(seen))
            .order_by(Consent.at.desc(), Consent.id.desc())
        ).all(),
        household=_household(session, viewer, person),
        alerts=standing_alerts(session, [person.id]).get(person.id, ()),
    )


def _household(session: Session, viewer: Viewer, person: Person) -> Sequence[Person]:
    homes = select(Occupancy.tenancy_id).where(
        Occupancy.person_id == person.id, Occupancy.ended_on.is_(None)
    )
    statement = (
        select(Person)
        .join(Person.occupancies)
        .where(Occupancy.tenancy_id.in_(homes), Occupancy.ended_on.is_(None))
        .where(Person.id != person.id, Person.died_on.is_(None), visible_persons(viewer))
        .order_by(Person.name_key, Person.id)
    )
    return session.scalars(statement).unique().all()


def homes_of(session: Session, person: Person) -> Sequence[Dwelling]:
    """List the dwellings where a person lives today."""
    statement = (
        select(Dwelling)
        .join(Tenancy, Tenancy.dwelling_id == Dwelling.id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person.id)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
        .options(joinedload(Dwelling.residence))
        .order_by(Dwelling.reference, Dwelling.id)
    )
    return session.scalars(statement).unique().all()


def sharing_phone(session: Session, viewer: Viewer, person: Person) -> Sequence[Person]:
    """List by name who has a number of a person and lives elsewhere, of those the viewer sees.

    Numbers are encrypted: each one has to be read.
    """
    hers = {one.number for one in numbers_of(session, person) if one.ended_at is None}
    if not hers:
        return []
    homes = [dwelling.id for dwelling in homes_of(session, person)]
    at_home = (
        exists()
        .where(Occupancy.person_id == Person.id, Occupancy.ended_on.is_(None))
        .where(Tenancy.id == Occupancy.tenancy_id, Tenancy.ended_on.is_(None))
        .where(Tenancy.dwelling_id.in_(homes))
        .correlate(Person)
    )
    others = (
        Person.id != person.id,
        ~at_home,
        Person.protected.is_(False),
        visible_persons(viewer),
    )
    first = select(Person.id, Person.phone).where(Person.phone.is_not(None), *others)
    more = (
        select(Person.id, PhoneNumber.number)
        .join(PhoneNumber, PhoneNumber.person_id == Person.id)
        .where(PhoneNumber.ended_at.is_(None), *others)
    )
    ids = [
        person_id
        for numbers in (first, more)
        for person_id, phone in session.execute(numbers).yield_per(1000)
        if phone in hers
    ]
    found = select(Person).where(Person.id.in_(ids)).order_by(Person.name_key, Person.id)
    return session.scalars(found).all()


def accesses_of(
    session: Session, person: Person, *, wanted: Wanted
) -> Listed[Row[AccessEvent, str]]:
    """List who looked at or changed a person's file, the latest first, with their names."""
    about = (AccessedPerson.person_id == person.id,)
    total = session.scalar(select(func.count()).select_from(AccessedPerson).where(*about)) or 0
    wanted = wanted.within(total)
    statement = (
        select(AccessEvent, User.name)
        .outerjoin(User, User.id == AccessEvent.user_id)
        .join(AccessedPerson, AccessedPerson.event_id == AccessEvent.id)
        .where(*about)
        .order_by(AccessEvent.id.desc())
        .limit(wanted.size)
        .offset(wanted.offset)
    )
    return Listed(session.execute(statement).all(), total, wanted)


def named_for(session: Session, person: Person) -> Sequence[User]:
    """List the users named to work with a protected person."""
    statement = (
        select(User)
        .join(NamedAccess, NamedAccess.user_id == User.id)
        .where(NamedAccess.person_id == person.id)
        .order_by(User.name, User.id)
    )
    return session.scalars(statement).all()


def users_to_name(session: Session, person: Person) -> Sequence[User]:
    """List by name the active users who may be named for a person: no other landlord's staff."""
    active = select(User).where(User.active.is_(True), may_work_for(person.landlord_id))
    return session.scalars(active.order_by(User.name, User.id)).all()
