"""The messages that are due go out, each by its channel; letters wait to be printed by hand."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.ground.deadlines import is_public_holiday
from visits.messages.kinds import EMAIL, TEXT
from visits.messages.listing import NOT_OUT, MessageFilter, count_messages
from visits.messages.making import make_digest, make_what_time_brings
from visits.messages.printing import count_letters
from visits.messages.sending import (
    claim_due,
    find_claimed,
    give_up_late,
    note_failed,
    note_sent,
)
from visits.messages.ways import wishes_of
from visits.models.accounts import Role, User
from visits.models.messages import Message, MessageChannel
from visits.sight import Reach, Viewer
from visits.sight.landlords import bound_of
from webapp.frame.mail import Letter, hand_over
from webapp.frame.posting import Handed
from webapp.frame.texting import TextHours
from webapp.frame.transaction import House
from webapp.office.messages.saying import Said, said_by

SATURDAY = 5
DIGEST_HOUR = 7
MOST_ROUNDS = 50


def make_messages(house: House, *, now: datetime) -> dict[str, Any]:
    """Make what no act of somebody causes; give up what came too late to be sent.

    Without a mail server nothing is made for accounts: it would wait for ever.
    """
    with house.sessions.begin() as session:
        touched = give_up_late(session, now=now)
        if house.settings.mail is not None:
            touched += make_what_time_brings(session, now=now) + _make_digests(session, now=now)
    return {"touched": touched}


def _make_digests(session: Session, *, now: datetime) -> int:
    """Make the digests of a working morning, each for one account, of what it may see."""
    there = now.astimezone(PARIS)
    if there.hour < DIGEST_HOUR or not is_working_day(there):
        return 0
    coordinators = select(User).where(User.role == Role.COORDINATOR, User.active)
    made = 0
    for user in session.scalars(coordinators.order_by(User.id)).all():
        viewer = _viewer_of(session, user)
        if viewer is None:
            continue
        counts = {
            "letters": count_letters(session, viewer, now=now),
            "failed": count_messages(session, viewer, only=MessageFilter(NOT_OUT), now=now),
        }
        made += make_digest(session, user, counts=counts, now=now)
    return made


def send_messages(house: House, *, now: datetime) -> dict[str, Any]:
    """Send what is due; tells how much went out and how much did not."""
    result = {"touched": 0, "not_sent": 0}
    channels = open_channels(house, now)
    for _ in range(MOST_ROUNDS if channels else 0):
        with house.sessions.begin() as session:
            due = [(one.id, one.claimed) for one in claim_due(session, channels, now=now)]
        if not due:
            break
        for message_id, claim in due:
            assert claim is not None
            sent = _send(house, message_id, claim)
            result["touched" if sent else "not_sent"] += 1
    return result


def open_channels(house: House, now: datetime) -> tuple[MessageChannel, ...]:
    """Give by which channels something may go out just now."""
    channels = [EMAIL] if house.settings.mail else []
    if house.settings.texts and within(house.settings.text_hours, now):
        channels.append(TEXT)
    return tuple(channels)


def within(hours: TextHours, now: datetime) -> bool:
    """Tell whether it is an hour of a working day at which text messages may go out."""
    there = now.astimezone(PARIS)
    return is_working_day(there) and hours.first <= there.hour < hours.last


def is_working_day(there: datetime) -> bool:
    """Tell whether a moment of a Paris clock is on no weekend and no public holiday."""
    return there.weekday() < SATURDAY and not is_public_holiday(there.date())


def _send(house: House, message_id: Any, claim: Any) -> bool:
    """Hand one message over, outside of any transaction, and note what came of it."""
    with house.sessions.begin() as session:
        message = find_claimed(session, message_id, claim)
        if message is None:
            return False
        said = said_by(session, message, address=house.settings.address or "")
        to, channel = _address(session, message), message.channel
        if not to:
            note_failed(message, "no_address", for_good=True, now=house.clock())
            return False
    handed = _BY[channel](house, to, said, str(message_id))
    with house.sessions.begin() as session:
        message = find_claimed(session, message_id, claim)
        if message is None:
            return False
        if handed is Handed.TAKEN:
            note_sent(message, body=said.text, to=to, now=house.clock())
            return True
        why = f"{channel}_{handed}"
        note_failed(message, why, for_good=handed is Handed.REFUSED, now=house.clock())
        return False


def _address(session: Session, message: Message) -> str:
    if message.user is not None:
        return message.user.email
    assert message.person_id is not None
    wish = wishes_of(session, message.person_id).get(message.channel)
    return wish.address if wish is not None and wish.agreed else ""


def _by_mail(house: House, to: str, said: Said, key: str) -> Handed:
    assert house.settings.mail is not None
    # Sent twice after a crash, it is one letter: mail programs know it by its number.
    letter = Letter(to, said.subject, said.as_sent, message_id=f"<{key}@palier.invalid>")
    return hand_over(house.settings.mail, letter)


def _by_text(house: House, to: str, said: Said, key: str) -> Handed:
    assert house.settings.texts is not None
    return house.settings.texts.hand_over(to, said.text, key=key)


_BY: dict[MessageChannel, Callable[[House, str, Said, str], Handed]] = {
    EMAIL: _by_mail,
    TEXT: _by_text,
}


def _viewer_of(session: Session, user: User) -> Viewer | None:
    """Give how far a coordinator of a landlord's staff sees; None for who sees by mandates."""
    bound = bound_of(session, user.organisation_id)
    if bound.several and bound.own is None:
        return None
    reach = Reach.TERRITORY if user.territory_id else Reach.LANDLORD if bound.own else Reach.ALL
    return Viewer(user.id, user.organisation_id, user.territory_id, reach, landlord_id=bound.own)
