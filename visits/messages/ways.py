"""By which way a person is written to, if by any: silence first, then what she agreed to."""

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.messages.kinds import BEFORE_A_DAY, EMAIL, KINDS, LETTER, POST_TAKES, PRINT_TAKES, TEXT
from visits.models.messages import TO_SEND, Message, MessageChannel, MessageKind, MessageWish
from visits.models.people import AccessKind, AlertCode, Person, PersonAlert
from visits.sight.access_log import log_access
from visits.sight.left_alone import is_left_alone_in
from visits.sight.reach import Viewer
from visits.sight.withdrawing import withdraw

SILENT_ALERTS = (AlertCode.NOTHING_WRITTEN, AlertCode.MEET_ELSEWHERE, AlertCode.PHONE_READ)
LANGUAGES = ("fr", "en")
EMAIL_LENGTH = 254
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_MOBILE = re.compile(r"(?:\+33|0033|0)([67]\d{8})")


@dataclass(frozen=True)
class Way:
    """How somebody is written to; without a channel, `why` says what keeps her from it."""

    channel: MessageChannel | None
    language: str = "fr"
    why: str = ""


def silent_because(session: Session, person: Person, programme: str = "") -> str:
    """Say why nothing is written to somebody, at all or of a programme; empty when it may be."""
    silent = _silence(person, _alerts(session, [person.id])[person.id])
    if silent:
        return silent
    unwanted = programme and is_left_alone_in(session, person.id, programme)
    return "do_not_contact_here" if unwanted else ""


def _silence(person: Person, alerts: Collection[AlertCode]) -> str:
    if person.died_on is not None or person.merged_into_id is not None:
        return "no_reader"
    if person.protected:
        return "protected"
    standing = next((code for code in SILENT_ALERTS if code in alerts), None)
    if standing is not None:
        return str(standing)
    return "do_not_contact" if person.do_not_contact else ""


def way_to(
    session: Session,
    person: Person,
    kind: MessageKind,
    *,
    now: datetime,
    until_at: datetime | None = None,
    programme: str = "",
) -> Way:
    """Give the way a message of a kind takes to a person: the first one she agrees to."""
    silent = silent_because(session, person, programme)
    if silent:
        return Way(None, why=silent)
    heard = heard_of(session, [person])[person.id]
    return way_heard(person, kind, heard, now=now, until_at=until_at)


@dataclass(frozen=True)
class Heard:
    """What somebody said of being written to, by channel, and what is to be minded with her."""

    wishes: Mapping[MessageChannel, MessageWish]
    alerts: Collection[AlertCode]


def heard_of(session: Session, persons: Collection[Person]) -> dict[uuid.UUID, Heard]:
    """Give by person what decides of a way, of many in two questions."""
    ids = [one.id for one in persons]
    wishes, alerts = _wishes(session, ids), _alerts(session, ids)
    return {one: Heard(wishes[one], alerts[one]) for one in ids}


def way_heard(
    person: Person,
    kind: MessageKind,
    heard: Heard,
    *,
    now: datetime,
    until_at: datetime | None = None,
) -> Way:
    """Give the way a message of no programme takes to a person, by what was heard of her."""
    wishes, alerts = heard.wishes, heard.alerts
    silent = _silence(person, alerts)
    if silent:
        return Way(None, why=silent)
    language = next((one.language for one in wishes.values()), "fr")
    late = False
    for channel in KINDS[kind].ways:
        if channel is TEXT and AlertCode.NO_VOICEMAIL in alerts:
            continue
        if not agrees(wishes, channel):
            continue
        made_by = now + PRINT_TAKES if channel is LETTER else now
        if until_at is not None and made_by > last_moment(kind, channel, until_at):
            late = True
            continue
        return Way(channel, wishes[channel].language if channel in wishes else language)
    return Way(None, why="too_late_by_post" if late else "no_way")


def last_moment(kind: MessageKind, channel: MessageChannel, until_at: datetime) -> datetime:
    """Give until when it makes sense to send: a letter about a day leaves before it."""
    by_post = channel is LETTER and kind in BEFORE_A_DAY
    return until_at - POST_TAKES if by_post else until_at


def agrees(wishes: Mapping[MessageChannel, MessageWish], channel: MessageChannel) -> bool:
    """Tell whether somebody may be written to by a channel: letters unless she said no."""
    wish = wishes.get(channel)
    return channel is LETTER if wish is None else wish.agreed


def wishes_of(session: Session, person_id: uuid.UUID) -> dict[MessageChannel, MessageWish]:
    """Give by channel what a person said and has not withdrawn."""
    return _wishes(session, [person_id])[person_id]


def _wishes(
    session: Session, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[MessageChannel, MessageWish]]:
    said = (
        select(MessageWish)
        .where(MessageWish.person_id.in_(ids), MessageWish.withdrawn_at.is_(None))
        .options(joinedload(MessageWish.noted_by))
        .order_by(MessageWish.channel, MessageWish.id)
    )
    found: dict[uuid.UUID, dict[MessageChannel, MessageWish]] = {one: {} for one in ids}
    for wish in session.scalars(said):
        found[wish.person_id][wish.channel] = wish
    return found


def note_wish(
    session: Session,
    person: Person,
    channel: MessageChannel,
    *,
    agreed: bool,
    address: str,
    language: str,
    viewer: Viewer,
    now: datetime,
) -> MessageWish:
    """Note what a person says of a channel, in the place of what she said before.

    Raises Invalid for no address or number where one is needed.
    """
    where = _checked(channel, address if agreed else None, language)
    session.get_one(Person, person.id, with_for_update={"key_share": True})
    before = wishes_of(session, person.id).get(channel)
    if before is not None:
        before.withdrawn_at, before.withdrawn_by_id = now, viewer.user_id
        session.flush()
    wish = MessageWish(
        person_id=person.id,
        channel=channel,
        agreed=agreed,
        address=where,
        language=language,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(wish)
    session.flush()
    _take_other_ways(session, person, now)
    _log(session, person, "message_wish_noted", viewer, now)
    return wish


def withdraw_wish(
    session: Session,
    person: Person,
    wish_id: uuid.UUID,
    *,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw what a person said of a channel; what waits takes another way, or none."""
    wish = session.get(MessageWish, wish_id, with_for_update={"key_share": True})
    if wish is None or wish.person_id != person.id:
        raise NotFound("message_wish_not_found")
    if wish.withdrawn_at is not None:
        raise Conflict("noted_withdrawn")
    withdraw(wish, why=why, viewer=viewer, now=now)
    session.flush()
    _take_other_ways(session, person, now)
    _log(session, person, "message_wish_withdrawn", viewer, now)


def write_no_more_to(
    session: Session, person: Person, number: str, *, viewer: Viewer, now: datetime
) -> None:
    """Send no text to a number that reaches somebody else; what waits takes another way."""
    wish = wishes_of(session, person.id).get(TEXT)
    if wish is None or wish.address != checked_address(TEXT, number):
        return
    wish.withdrawn_at, wish.withdrawn_by_id = now, viewer.user_id
    session.flush()
    _take_other_ways(session, person, now)


def checked_address(channel: MessageChannel, typed: str) -> str | None:
    """Give an address in one form: `+33612345678`; empty for a letter, None for none at all."""
    if channel is LETTER:
        return ""
    if channel is TEXT:
        found = _MOBILE.fullmatch(re.sub(r"[\s.()-]", "", typed))
        return f"+33{found[1]}" if found else None
    plain = typed.strip()
    return plain if len(plain) <= EMAIL_LENGTH and _EMAIL.fullmatch(plain) else None


def _checked(channel: MessageChannel, address: str | None, language: str) -> str:
    fields = {}
    where = "" if address is None else checked_address(channel, address)
    if where is None:
        fields["address"] = "bad_email" if channel is EMAIL else "bad_mobile"
    if language not in LANGUAGES:
        fields["language"] = "bad_choice"
    if fields:
        raise Invalid(fields)
    return where or ""


def _take_other_ways(session: Session, person: Person, now: datetime) -> None:
    """Let what waits go where she agrees to now; what has no way any more is stopped."""
    waiting = (
        select(Message)
        .where(Message.person_id == person.id, Message.state.in_(TO_SEND))
        .with_for_update(key_share=True)
        .order_by(Message.id)
    )
    wishes = wishes_of(session, person.id)
    for message in session.scalars(waiting).all():
        if agrees(wishes, message.channel):
            continue
        programme = message.case.programme if message.case else ""
        way = way_to(
            session, person, message.kind, now=now, until_at=message.until_at, programme=programme
        )
        if way.channel is None:
            message.halt("no_way", now)
        else:
            message.channel, message.next_at = way.channel, max(message.due_at, now)


def _alerts(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[AlertCode]]:
    standing = select(PersonAlert.person_id, PersonAlert.code).where(
        PersonAlert.person_id.in_(ids), PersonAlert.ended_on.is_(None)
    )
    found: dict[uuid.UUID, set[AlertCode]] = {one: set() for one in ids}
    for person_id, code in session.execute(standing):
        found[person_id].add(code)
    return found


def _log(session: Session, person: Person, what: str, viewer: Viewer, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person.id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
