"""Kinds of messages that a landlord does not send: switched off, and on again."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, NotFound
from visits.messages.kinds import OF_WORKS
from visits.models.messages import MessageKind, MessageKindOff
from visits.sight.reach import Viewer


def kinds_off(session: Session, landlord_id: uuid.UUID) -> dict[MessageKind, MessageKindOff]:
    """Give by kind what a landlord does not send."""
    standing = (
        select(MessageKindOff)
        .where(MessageKindOff.landlord_id == landlord_id, MessageKindOff.withdrawn_at.is_(None))
        .options(joinedload(MessageKindOff.noted_by))
        .order_by(MessageKindOff.id)
    )
    return {one.kind: one for one in session.scalars(standing)}


def switch_off(
    session: Session, landlord_id: uuid.UUID, kind: MessageKind, *, viewer: Viewer, now: datetime
) -> None:
    """Send a kind no more: what waits does not go out. Raises Conflict when it is so already."""
    if _standing(session, landlord_id, kind) is not None:
        raise Conflict("message_kind_off_already")
    session.add(
        MessageKindOff(landlord_id=landlord_id, kind=kind, noted_at=now, noted_by_id=viewer.user_id)
    )
    session.flush()


def switch_on(
    session: Session, landlord_id: uuid.UUID, kind: MessageKind, *, viewer: Viewer, now: datetime
) -> None:
    """Send a kind again from now on. Raises Conflict when it is sent already."""
    standing = _standing(session, landlord_id, kind)
    if standing is None:
        raise Conflict("message_kind_on_already")
    standing.withdrawn_at, standing.withdrawn_by_id = now, viewer.user_id


def _standing(session: Session, landlord_id: uuid.UUID, kind: MessageKind) -> MessageKindOff | None:
    """Find what keeps a kind from being sent, one act at a time. Raises NotFound for others."""
    if kind not in OF_WORKS:
        raise NotFound("message_kind_not_found")
    take_turn(session, f"message kinds {landlord_id}")
    return kinds_off(session, landlord_id).get(kind)
