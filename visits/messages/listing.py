"""Messages as the office lists them."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import midnight_in_paris
from visits.messages.kinds import LETTER
from visits.models.messages import (
    TO_SEND,
    Message,
    MessageChannel,
    MessageKind,
    MessageState,
)
from visits.models.people import Person
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.messages import visible_messages
from visits.sight.reach import Viewer

TO_PRINT, NOT_OUT, ALL = "to_print", "not_out", "all"
LISTS = (TO_PRINT, NOT_OUT)
ALONG = case({one: rank for rank, one in enumerate(MessageState)}, value=Message.state)
ORDER = {
    "due": By(Message.due_at, known=True),
    "name": By(Person.name_key, outer=(Message.person,)),
    "kind": By(Message.kind, known=True),
    "channel": By(Message.channel, known=True),
    "state": By(ALONG),
    "sent": By(Message.sent_at),
}


@dataclass(frozen=True)
class MessageFilter:
    """Which messages; an empty field does not filter.

    `state` is one, `to_print` (letters that are due), `not_out` (failed, or given up while it
    would still be of use), or `all`.
    """

    state: str = ALL
    kind: str = ""
    channel: str = ""
    person: str = ""
    order: str = ""
    first: date | None = None
    last: date | None = None


def list_messages(
    session: Session, viewer: Viewer, *, only: MessageFilter, wanted: Wanted, now: datetime
) -> Listed[Message]:
    """List the messages that the viewer may see."""
    rows = select(Message).options(
        joinedload(Message.person), joinedload(Message.user), joinedload(Message.case)
    )
    found = messages_found(viewer, only, now)
    return page_of_found(
        session, found, rows, wanted=wanted, order=ORDER, tie=(Message.due_at, Message.id)
    )


def count_messages(session: Session, viewer: Viewer, *, only: MessageFilter, now: datetime) -> int:
    """Count what `list_messages` lists."""
    return count_found(session, messages_found(viewer, only, now))


def messages_found(viewer: Viewer, only: MessageFilter, now: datetime) -> Select[uuid.UUID]:
    """Select the ids of what a filter finds among the messages that the viewer may see."""
    found = _in_state(select(Message.id).where(visible_messages(viewer)), only.state, now)
    if only.kind in tuple(MessageKind):
        found = found.where(Message.kind == MessageKind(only.kind))
    if only.channel in tuple(MessageChannel):
        found = found.where(Message.channel == MessageChannel(only.channel))
    if only.person:
        found = found.where(Message.person_id == _id(only.person))
    if only.order:
        found = found.where(Message.work_order_id == _id(only.order))
    if only.first is not None:
        found = found.where(Message.due_at >= midnight_in_paris(only.first))
    if only.last is not None:
        found = found.where(Message.due_at < midnight_in_paris(only.last + timedelta(days=1)))
    return found


def _in_state(found: Select[uuid.UUID], state: str, now: datetime) -> Select[uuid.UUID]:
    if state == TO_PRINT:
        return found.where(
            Message.channel == LETTER, Message.state.in_(TO_SEND), Message.next_at <= now
        )
    if state == NOT_OUT:
        still = and_(Message.state == MessageState.GIVEN_UP, Message.until_at > now)
        return found.where(or_(Message.state == MessageState.FAILED, still))
    if state in tuple(MessageState):
        return found.where(Message.state == MessageState(state))
    return found


def _id(typed: str) -> uuid.UUID:
    """Read an id; what is none is nobody's."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        return uuid.UUID(int=0)
