"""A person's file: who looked at it."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from visits.models.people import AccessedPerson, AccessEvent, AccessKind
from visits.sight.reach import Viewer

# Made once, and past the objects of a session: with each page and each submission a line is added.
_EVENT = insert(cast(Table, AccessEvent.__table__)).returning(AccessEvent.id)
_PERSONS = insert(cast(Table, AccessedPerson.__table__))


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

    It is sealed later, by `visits.sight.access_chain`: those who write never wait for each other.
    """
    about = set(persons)
    if not about:
        return
    session.flush()  # whom it is about may be new
    event = {"at": now, "user_id": user_id, "kind": kind, "what": what}
    event_id = session.scalars(_EVENT, event).one()
    pairs = [{"event_id": event_id, "person_id": person_id} for person_id in sorted(about)]
    session.execute(_PERSONS, pairs)


def log_write(
    session: Session, person_id: uuid.UUID, what: str, *, viewer: Viewer, now: datetime
) -> None:
    """Add the line that a viewer changed something of one person."""
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
