"""A message found, stopped by hand with a reason, taken back, tried again."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.messages.sending import not_to_send
from visits.models.cases import Case
from visits.models.messages import Message, MessageState
from visits.models.people import AccessKind
from visits.sight.access_log import log_access
from visits.sight.messages import visible_messages
from visits.sight.reach import Viewer
from visits.sight.withdrawing import WHY_LENGTH


def find_message(
    session: Session, viewer: Viewer, message_id: uuid.UUID, *, to_change: bool = False
) -> Message:
    """Find a message that the viewer may see, else raise NotFound."""
    found = (
        select(Message)
        .where(Message.id == message_id, visible_messages(viewer))
        .options(joinedload(Message.person), joinedload(Message.case), joinedload(Message.visit))
    )
    if to_change:
        found = found.with_for_update(of=Message, key_share=True)
    message = session.scalars(found).one_or_none()
    if message is None:
        raise NotFound("message_not_found")
    return message


def stop(session: Session, message: Message, *, why: str, viewer: Viewer, now: datetime) -> None:
    """Stop a message that has not gone out. Raises Invalid without a reason, Conflict once sent."""
    if not why.strip():
        raise Invalid({"why": "required"})
    if len(why.strip()) > WHY_LENGTH:
        raise Invalid({"why": "why_too_long"})
    if not message.may_go_out and message.state is not MessageState.GIVEN_UP:
        raise Conflict("message_not_waiting")
    if message.claimed_until is not None and message.claimed_until > now:
        raise Conflict("message_on_its_way")
    message.state, message.why, message.stopped_at = MessageState.STOPPED, None, now
    message.stopped_by_id, message.stopped_why = viewer.user_id, why.strip()
    _changed(session, message, "message_stopped", viewer, now)


def take_stop_back(session: Session, message: Message, *, viewer: Viewer, now: datetime) -> None:
    """Let a message that was stopped by hand go out after all, if what it says still holds."""
    if not message.was_stopped_by_hand:
        raise Conflict("message_not_stopped")
    _wait_again(session, message, now)
    message.stopped_at = message.stopped_by_id = message.stopped_why = None
    _changed(session, message, "message_stop_taken_back", viewer, now)


def try_again(session: Session, message: Message, *, viewer: Viewer, now: datetime) -> None:
    """Try a message again now that failed or was given up."""
    if message.state not in (MessageState.FAILED, MessageState.GIVEN_UP):
        raise Conflict("message_not_failed")
    _wait_again(session, message, now)
    _changed(session, message, "message_tried_again", viewer, now)


def _wait_again(session: Session, message: Message, now: datetime) -> None:
    if not_to_send(session, message, now=now):
        raise Conflict("message_overtaken")
    message.state, message.why, message.attempts = MessageState.WAITING, None, 0
    message.next_at = max(message.due_at, now)


def _changed(session: Session, message: Message, what: str, viewer: Viewer, now: datetime) -> None:
    session.flush()
    person_id = message.person_id
    if person_id is None and message.case_id is not None:
        person_id = session.get_one(Case, message.case_id).person_id
    if person_id is not None:
        log_access(
            session,
            user_id=viewer.user_id,
            persons=[person_id],
            kind=AccessKind.WRITE,
            what=what,
            now=now,
        )
