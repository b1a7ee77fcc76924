"""A person's file: who looked at it, whom it is closed to."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from visits.db import take_turn
from visits.errors import Conflict, NotFound
from visits.map_points import refresh_map_of_person
from visits.models.accounts import JobState, User
from visits.models.people import AccessEvent, AccessKind, NamedAccess, Person


def log_access(
    session: Session,
    *,
    user_id: uuid.UUID | None,
    persons: Iterable[uuid.UUID],
    kind: AccessKind,
    what: str,
    now: datetime,
) -> None:
    """Add a line per person to the access log; each line seals the one before it.

    The last thing a transaction does, as it lets nobody else write the log until it ends.
    """
    persons = list(persons)
    if not persons:
        return
    take_turn(session, "access_log")
    seal = session.scalar(select(AccessEvent.seal).order_by(AccessEvent.id.desc()).limit(1)) or ""
    for person_id in persons:
        event = AccessEvent(at=now, user_id=user_id, person_id=person_id, kind=kind, what=what)
        event.seal = seal = _sealed(seal, event)
        session.add(event)
    session.flush()


def _sealed(previous: str, event: AccessEvent | Row[Any]) -> str:
    parts = (previous, event.at.isoformat(), event.user_id, event.person_id, event.kind, event.what)
    line = "|".join(str(part) for part in parts)
    return hashlib.sha256(line.encode()).hexdigest()


def broken_line(session: Session) -> int | None:
    """Find the id of the first line of the access log that was changed or taken away.

    A line must fit the one before it; the newest line that the last check saw must still be there.
    """
    previous, noted = "", _noted(session)
    for line in _lines(session):
        if _sealed(previous, line) != line.seal:
            return int(line.id)
        previous = line.seal
        if noted and noted["seal"] == line.seal:
            noted = None
    return int(noted["id"]) if noted else None


def _noted(session: Session) -> dict[str, Any] | None:
    """Give the newest line as the last check noted it: the end of a chain holds on nothing else."""
    check = select(JobState.result).where(JobState.name == "check_access_log")
    result = session.scalars(check).one_or_none()
    return result.get("newest") if result else None


def _lines(session: Session) -> Iterator[Row[Any]]:
    # Rows, not objects: the log is the longest of all tables.
    columns = AccessEvent.__table__.c
    yield from session.execute(select(*columns).order_by(columns.id)).yield_per(1000)


def check_access_log(session: Session, *, now: datetime) -> dict[str, Any]:
    """Read the whole access log; gives its length, the first broken line and the newest line.

    While it is broken, the newest line that was noted before stays the one to look for.
    """
    lines = session.scalar(select(func.count()).select_from(AccessEvent)) or 0
    broken = broken_line(session)
    statement = select(AccessEvent.id, AccessEvent.seal).order_by(AccessEvent.id.desc())
    newest = session.execute(statement.limit(1)).one_or_none()
    seen = {"id": newest.id, "seal": newest.seal} if newest else None
    return {
        "touched": lines,
        "broken_line": broken,
        "newest": seen if broken is None else _noted(session),
    }


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
