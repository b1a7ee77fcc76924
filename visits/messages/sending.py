"""What is due goes out: claimed by one, noted, tried again with growing waits, given up."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id
from visits.messages.kinds import LETTER
from visits.messages.making import holds_of_visit
from visits.messages.of_orders import (
    hold_orders,
    holds_of_order,
    kept_from_telling,
    note_told,
)
from visits.messages.ways import last_moment, silent_because, wishes_of
from visits.models.admissions import Admission
from visits.models.calls import ContactAttempt, Refusal
from visits.models.messages import (
    TO_SEND,
    Message,
    MessageChannel,
    MessageKind,
    MessageState,
    Outgoing,
)
from visits.models.reports import ReportLeft

# A sender that died is waited for so long; after that somebody else takes over.
CLAIMED_FOR = timedelta(minutes=10)
WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
AT_ONCE = 20


def claim_due(
    session: Session, channels: Collection[MessageChannel], *, now: datetime, most: int = AT_ONCE
) -> Sequence[Message]:
    """Take messages that are due: nobody else sends them meanwhile.

    What is no longer so, or is for somebody who gets none, is stopped instead.
    """
    due = (
        select(Message)
        .where(Message.state.in_(TO_SEND), Message.next_at <= now)
        .where(Message.channel.in_(tuple(channels)), Message.channel != LETTER)
        .where(or_(Message.claimed_until.is_(None), Message.claimed_until <= now))
        .order_by(Message.next_at, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for message in session.scalars(due).all():
        if not stop_if_over(session, message, now=now):
            message.claimed, message.claimed_until = new_id(), now + CLAIMED_FOR
            message.attempts += 1
            taken.append(message)
    session.flush()
    return taken


def give_up_late(session: Session, *, now: datetime) -> int:
    """Give up what nobody sent or printed until its day had come; gives how many."""
    late = (
        select(Message)
        .where(Message.state.in_(TO_SEND), Message.until_at < now)
        .where(or_(Message.claimed_until.is_(None), Message.claimed_until <= now))
        .order_by(Message.until_at, Message.id)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(late).all()
    for message in found:
        message.state, message.why = MessageState.GIVEN_UP, "too_late"
    return len(found)


def find_claimed(session: Session, message_id: uuid.UUID, claim: uuid.UUID) -> Message | None:
    """Find a message that one claimed, to note what came of it; None when somebody else did."""
    hold_orders(session, select(Message.work_order_id).where(Message.id == message_id))
    hers = (
        select(Message)
        .where(Message.id == message_id, Message.claimed == claim)
        .options(joinedload(Message.person), joinedload(Message.user))
        .with_for_update(of=Message, key_share=True)
    )
    return session.scalars(hers).one_or_none()


def note_sent(message: Message, *, body: str, to: str, now: datetime) -> None:
    """Note that a message went out, with the words that did, and that an order's day is told."""
    note_told(message, now=now)
    message.state, message.sent_at, message.why = MessageState.SENT, now, None
    message.body, message.sent_to = body, to
    # What opens something of hers alone is kept no longer than it is needed.
    message.facts = {name: said for name, said in message.facts.items() if name != "link"}
    message.claimed = message.claimed_until = None


def note_failed(message: Outgoing, why: str, *, for_good: bool, now: datetime) -> None:
    """Note that a message did not go out: it is tried again later, or given up."""
    message.claimed = message.claimed_until = None
    if not message.may_go_out:
        return
    message.why = why
    if for_good or message.attempts > len(WAITS):
        message.state = MessageState.GIVEN_UP
        return
    message.state = MessageState.FAILED
    message.next_at = now + WAITS[max(0, message.attempts - 1)]


def stop_if_over(session: Session, message: Message, *, now: datetime) -> bool:
    """Stop a message that should not go out any more; tells whether it was."""
    why = not_to_send(session, message, now=now)
    if why == "too_late":
        message.state, message.why = MessageState.GIVEN_UP, why
    elif why:
        message.halt(why, now)
    return bool(why)


def not_to_send(session: Session, message: Message, *, now: datetime) -> str:
    """Say why a message should not go out any more, as a code that tells nothing of anybody."""
    if message.person is not None:
        if silent_because(session, message.person, message.case.programme if message.case else ""):
            return "silent"
        if not _has_way(session, message):
            return "no_way"
    if message.user is not None and not message.user.active:
        return "no_way"
    if message.visit is not None and not holds_of_visit(message, message.visit):
        return "overtaken"
    if message.work_order is not None:
        assert message.person_id is not None
        kept = kept_from_telling(session, message.work_order, message.kind, message.person_id)
        if kept or not holds_of_order(message, message.work_order):
            return {"protected": "silent", "": "overtaken"}.get(kept, kept)
    if _is_taken_back(session, message):
        return "overtaken"
    late = message.until_at and now > last_moment(message.kind, message.channel, message.until_at)
    return "too_late" if late else ""


def _is_taken_back(session: Session, message: Message) -> bool:
    """Tell whether what is answered by this, or brought by it, is so no longer."""
    if message.kind is MessageKind.REPORT:
        left = select(ReportLeft.id).where(ReportLeft.message_id == message.id)
        return session.scalar(left.where(ReportLeft.withdrawn_at.is_(None))) is None
    if "admission" in message.facts:
        admission = session.get_one(Admission, uuid.UUID(message.facts["admission"]))
        return admission.turn != int(message.facts["turn"])
    if message.kind is MessageKind.REFUSAL_LETTER:
        return session.get(Refusal, uuid.UUID(message.facts["refusal"])) is None
    if message.kind is MessageKind.FIRST_LETTER and "attempt" in message.facts:
        attempt = session.get_one(ContactAttempt, uuid.UUID(message.facts["attempt"]))
        return attempt.taken_back_at is not None
    return False


def _has_way(session: Session, message: Message) -> bool:
    assert message.person_id is not None
    wish = wishes_of(session, message.person_id).get(message.channel)
    return message.is_letter if wish is None else wish.agreed
