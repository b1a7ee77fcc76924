"""A protected home: closed to everybody but those named, for one person and whoever lives there."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, NotFound
from visits.mapping.points import refresh_map_of_person
from visits.models.accounts import User
from visits.models.people import NamedAccess, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.sight.reach import hidden_homes, open_to

NOBODY: frozenset[uuid.UUID] = frozenset()


def wait_to_protect(session: Session) -> None:
    """Wait until nobody else protects or opens a home: each of them changes several persons."""
    take_turn(session, "protection")


def living_with(session: Session, person: Person, *, seen_by: uuid.UUID) -> Sequence[Person]:
    """List by name who lives in a person's dwelling today, of those a user may see."""
    homes = (
        select(Tenancy.dwelling_id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person.id)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
    )
    statement = (
        select(Person)
        .join(Person.occupancies)
        .join(Occupancy.tenancy)
        .where(Tenancy.dwelling_id.in_(homes), Person.id != person.id, open_to(seen_by))
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
        .order_by(Person.name_key, Person.id)
    )
    return session.scalars(statement).unique().all()


def protect(
    session: Session,
    person: Person,
    *,
    by: uuid.UUID,
    now: datetime,
    but: Collection[uuid.UUID] = NOBODY,
    also: Iterable[Person] = (),
) -> list[Person]:
    """Close a home to everybody but those named, the one who closes it first of all.

    Whoever lives with the person is protected with her, `but` those left visible on purpose; so
    are those of `also`, who live elsewhere. Gives all who are protected now and were not.
    """
    if person.protected:
        raise Conflict("already_protected")
    home = living_with(session, person, seen_by=by)
    closed = [person, *(one for one in home if not one.protected and one.id not in but), *also]
    for one in closed:
        one.protected = True
    session.flush()
    for one in closed:
        _name(session, one, _named_in_homes_of(session, one) | {by: by}, now=now)
        refresh_map_of_person(session, one.id)
    return closed


def unprotect(
    session: Session, person: Person, *, by: uuid.UUID, but: Collection[uuid.UUID] = NOBODY
) -> list[Person]:
    """Open a home again to all who may see persons, `but` those who stay protected.

    Gives all who are open now and were not; who was named for them is forgotten.
    """
    home = living_with(session, person, seen_by=by)
    opened = [person, *(one for one in home if one.protected and one.id not in but)]
    for one in opened:
        one.protected = False
    ids = [one.id for one in opened]
    session.execute(delete(NamedAccess).where(NamedAccess.person_id.in_(ids)))
    session.flush()
    for one in opened:
        refresh_map_of_person(session, one.id)
    return opened


def name_for_access(
    session: Session, person: Person, *, user_id: uuid.UUID, by: uuid.UUID, now: datetime
) -> None:
    """Name a user who may work with a protected home; naming twice is harmless.

    Of whoever lives there too, those are meant whom the one who names may see herself.
    """
    if session.get(User, user_id) is None:
        raise NotFound("user_not_found")
    home = [one for one in living_with(session, person, seen_by=by) if one.protected]
    for one in (person, *home):
        _name(session, one, {user_id: by}, now=now)


def named_for(session: Session, person: Person, home: uuid.UUID | None) -> set[uuid.UUID] | None:
    """Give who alone may work for a person in a home; None when anybody may.

    To a protected person those named for her; to a home that is hidden, those named for anybody
    who lives there.
    """
    hidden = home if home in set(session.scalars(hidden_homes())) else None
    if not person.protected and hidden is None:
        return None
    meant = [person.id] if person.protected else []
    living = [one.id for one in _living_in(session, hidden)] if hidden else []
    named = [
        set(session.scalars(select(NamedAccess.user_id).where(NamedAccess.person_id.in_(ids))))
        for ids in (meant, living)
        if ids
    ]
    return set.intersection(*named)


def protect_who_joined(
    session: Session, joined: Mapping[uuid.UUID, uuid.UUID], *, now: datetime
) -> list[uuid.UUID]:
    """Protect who came to live in a protected home; `joined` gives the dwelling by person.

    Where a protected person came to live, everybody there is protected. Whoever was left visible
    on purpose stays so when nobody joins.
    """
    closed = []
    homes = set(session.scalars(_protected_homes()))
    for dwelling_id in sorted(homes & set(joined.values())):
        living = _living_in(session, dwelling_id)
        came = {person_id for person_id, home in joined.items() if home == dwelling_id}
        protected = {one.id for one in living if one.protected}
        moved_in = protected & came
        left = [one for one in living if not one.protected and (moved_in or one.id in came)]
        for one in left:
            one.protected = True
        session.flush()
        for one in left:
            _name(session, one, _named_in_homes_of(session, one), now=now)
        closed += [one.id for one in left]
    return closed


def _protected_homes() -> Select[uuid.UUID]:
    return (
        select(Tenancy.dwelling_id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .join(Person, Person.id == Occupancy.person_id)
        .where(Person.protected.is_(True), Person.died_on.is_(None))
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
    )


def _living_in(session: Session, dwelling_id: uuid.UUID) -> Sequence[Person]:
    statement = (
        select(Person)
        .join(Person.occupancies)
        .join(Occupancy.tenancy)
        .where(Tenancy.dwelling_id == dwelling_id)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
        .order_by(Person.id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).unique().all()


def _named_in_homes_of(session: Session, person: Person) -> dict[uuid.UUID, uuid.UUID]:
    """Give who is named for anybody in a person's home, and by whom."""
    homes = (
        select(Tenancy.dwelling_id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person.id)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
    )
    statement = (
        select(NamedAccess.user_id, NamedAccess.named_by_id)
        .join(Person, Person.id == NamedAccess.person_id)
        .join(Person.occupancies)
        .join(Occupancy.tenancy)
        .where(Tenancy.dwelling_id.in_(homes), Person.protected.is_(True))
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
    )
    return {user_id: by for user_id, by in session.execute(statement)}


def _name(
    session: Session, person: Person, users: Mapping[uuid.UUID, uuid.UUID], *, now: datetime
) -> None:
    known = set(
        session.scalars(select(NamedAccess.user_id).where(NamedAccess.person_id == person.id))
    )
    session.add_all(
        NamedAccess(person_id=person.id, user_id=user_id, named_at=now, named_by_id=by)
        for user_id, by in users.items()
        if user_id not in known
    )
    session.flush()
