"""A person's file: who looked at it."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from visits.models.people import AccessedPerson, AccessEvent, AccessKind


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
    event = AccessEvent(at=now, user_id=user_id, kind=kind, what=what)
    session.add(event)
    session.flush()
    pairs = [{"event_id": event.id, "person_id": person_id} for person_id in sorted(about)]
    session.execute(insert(AccessedPerson), pairs)
