"""A person's file: who looked at it, whom it is closed to."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from visits.errors import Conflict, NotFound
from visits.map_points import refresh_map_of_person
from visits.models.accounts import User
from visits.models.people import AccessedPerson, AccessEvent, AccessKind, NamedAccess, Person


def log_access(
    session: Session,
    *,
    user_id: uuid.UUID | None,
    persons: Iterable[uuid.UUID],
    kind: AccessKind,
    what: str,
    now: datetime,
) -> None:
    """Add one line to the access log about some persons; nothing when there is nobody.

    It is sealed later, by `visits.access_chain`: those who write never wait for each other.
    """
    about = set(persons)
    if not about:
        return
    event = AccessEvent(at=now, user_id=user_id, kind=kind, what=what)
    session.add(event)
    session.flush()
    pairs = [{"event_id": event.id, "person_id": person_id} for person_id in sorted(about)]
    session.execute(insert(AccessedPerson), pairs)


def protect(session: Session, person: Person, *, by: uuid.UUID, now: datetime) -> None:
    """Close a person's file to everybody but those named, the one who closes it first of all."""
    if person.protected:
        raise Conflict("already_protected")
    person.protected = True
    name_for_access(session, person, user_id=by, by=by, now=now)
    refresh_map_of_person(session, person.id)


def unprotect(session: Session, person: Person) -> None:
    """Open a person's file again to all who may see persons."""
    person.protected = False
    session.flush()
    refresh_map_of_person(session, person.id)


def name_for_access(
    session: Session, person: Person, *, user_id: uuid.UUID, by: uuid.UUID, now: datetime
) -> None:
    """Name a user who may work with a protected person; naming twice is harmless."""
    if session.get(User, user_id) is None:
        raise NotFound("user_not_found")
    known = select(NamedAccess).where(
        NamedAccess.person_id == person.id, NamedAccess.user_id == user_id
    )
    if session.scalars(known).one_or_none() is None:
        session.add(NamedAccess(person_id=person.id, user_id=user_id, named_at=now, named_by_id=by))
        session.flush()
