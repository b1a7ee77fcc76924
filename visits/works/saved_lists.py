"""Lists of orders that somebody filtered and saved under a name, for herself."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.saved_lists import SavedList
from visits.sight import Viewer

NAME_LENGTH, QUERY_LENGTH, MOST = 60, 1000, 30


def saved_lists(
    session: Session, viewer: Viewer, *, withdrawn: bool = False
) -> Sequence[SavedList]:
    """List by name the lists that somebody saved, or those she withdrew last."""
    gone = SavedList.withdrawn_at.is_not(None)
    statement = (
        select(SavedList)
        .where(SavedList.user_id == viewer.user_id, gone if withdrawn else ~gone)
        .order_by(SavedList.withdrawn_at.desc(), SavedList.id)
        .limit(MOST)
    )
    return sorted(session.scalars(statement), key=lambda one: one.name)


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
    _find(session, list_id, viewer, withdrawn=False).withdrawn_at = now


def put_list_back(session: Session, list_id: uuid.UUID, *, viewer: Viewer) -> None:
    """Let a saved list that was withdrawn stand again.

    Raises NotFound for somebody else's, Conflict for a name that is saved anew and for too many.
    """
    take_turn(session, f"saved lists {viewer.user_id}")
    saved = _find(session, list_id, viewer, withdrawn=True)
    kept = saved_lists(session, viewer)
    if any(one.name == saved.name for one in kept):
        raise Conflict("list_known")
    if len(kept) >= MOST:
        raise Conflict("too_many_lists")
    saved.withdrawn_at = None


def _find(session: Session, list_id: uuid.UUID, viewer: Viewer, *, withdrawn: bool) -> SavedList:
    saved = session.get(SavedList, list_id, with_for_update={"key_share": True})
    if saved is None or saved.user_id != viewer.user_id:
        raise NotFound("list_not_found")
    if withdrawn is (saved.withdrawn_at is None):
        raise NotFound("list_not_found")
    return saved
