"""Lists of orders that somebody filtered and saved under a name, for herself."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.works import SavedList
from visits.sight import Viewer

NAME_LENGTH, QUERY_LENGTH, MOST = 60, 1000, 30


def saved_lists(session: Session, viewer: Viewer) -> Sequence[SavedList]:
    """List by name the lists that somebody saved."""
    statement = select(SavedList).where(
        SavedList.user_id == viewer.user_id, SavedList.withdrawn_at.is_(None)
    )
    found = session.scalars(statement.order_by(SavedList.id)).all()
    return sorted(found, key=lambda one: one.name)


def save_list(
    session: Session, name: str, query: str, *, viewer: Viewer, now: datetime
) -> SavedList:
    """Save what a list was asked under a name; the same name again replaces what it was.

    Raises Invalid, Conflict for too many.
    """
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or len(query) > QUERY_LENGTH:
        raise Invalid({"list_name": "list_name_too_long" if name else "required"})
    take_turn(session, f"saved lists {viewer.user_id}")
    kept = saved_lists(session, viewer)
    known = next((one for one in kept if one.name == name), None)
    if known is not None:
        known.query, known.saved_at = query, now
        return known
    if len(kept) >= MOST:
        raise Conflict("too_many_lists")
    saved = SavedList(user_id=viewer.user_id, name=name, query=query, saved_at=now)
    session.add(saved)
    session.flush()
    return saved


def withdraw_list(session: Session, list_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> None:
    """Let a saved list go; raises NotFound for somebody else's."""
    saved = session.get(SavedList, list_id, with_for_update={"key_share": True})
    if saved is None or saved.user_id != viewer.user_id or saved.withdrawn_at is not None:
        raise NotFound("list_not_found")
    saved.withdrawn_at = now
