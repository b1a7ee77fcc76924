"""The ladder of attempts: its calls, a letter and a card on the way, counted from what was done."""

import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.messages.making import tell_on_the_ladder
from visits.messages.ways import way_to
from visits.models.calls import ContactAttempt, Disposition
from visits.models.cases import Case
from visits.models.messages import Message, MessageKind, MessageState
from visits.models.people import AccessKind, Person
from visits.programmes import Protocol
from visits.programmes.published import programme_of
from visits.sight import Viewer
from visits.sight.access_log import log_access

UNANSWERED = (Disposition.NO_ANSWER, Disposition.WRONG_NUMBER)
LEFT_CARD = "card"


class Rung(enum.StrEnum):
    """A step of the ladder."""

    CALL = "call"
    LETTER = "letter"
    CARD = "card"


class RungState(enum.StrEnum):
    """Where a step stands; what is on its way was made and has not left the house."""

    DONE = "done"
    ON_ITS_WAY = "on_its_way"
    NOT_POSSIBLE = "not_possible"
    NEXT = "next"
    LATER = "later"


WRITTEN = {Rung.LETTER: MessageKind.FIRST_LETTER, Rung.CARD: MessageKind.DOOR_CARD}
# A shut door has a card of its own.
COUNTS = {
    Rung.LETTER: (MessageKind.FIRST_LETTER,),
    Rung.CARD: (MessageKind.DOOR_CARD, MessageKind.ABSENCE_CARD),
}
PAST = (RungState.DONE, RungState.NOT_POSSIBLE)


@dataclass(frozen=True)
class Step:
    """A step of a case's ladder: the `number` of its call, when it was done, why it cannot be."""

    rung: Rung
    state: RungState
    number: int = 0
    at: datetime | None = None
    why: str = ""

    @property
    def is_next(self) -> bool:
        """Tell whether it is what to do now."""
        return self.state is RungState.NEXT


def steps_of(session: Session, case: Case, *, now: datetime) -> list[Step]:
    """List the steps of a case's ladder; they count from the last time somebody answered."""
    tries = _tries(session, case)
    found = [_stands(session, case, *each, tries, now) for each in _rungs(_protocol(session, case))]
    following = next((at for at, one in enumerate(found) if one.state is RungState.LATER), None)
    if following is not None:
        later = found[following]
        found[following] = Step(later.rung, RungState.NEXT, later.number)
    return found


def climb(session: Session, case: Case, *, now: datetime) -> bool:
    """Go on after a call or a knock without an answer; tells whether all there is was tried.

    Once the calls are used up, what is written next is made by itself: nobody is called on and on
    because nobody thought of it. A card that left after the last call gives her one call more.
    """
    tries = [one for one in _tries(session, case) if one.disposition in UNANSWERED]
    if len(tries) < _protocol(session, case).max_calls:
        return False
    written = [one for one in steps_of(session, case, now=now) if one.rung is not Rung.CALL]
    for one in written:
        if one.is_next:
            tell_on_the_ladder(session, case, WRITTEN[one.rung], now=now)
    return all(one.state in PAST for one in written)


def take_step(session: Session, case: Case, rung: Rung, *, viewer: Viewer, now: datetime) -> None:
    """Make the letter or card that is next, for whoever sends or prints what is written.

    Raises Conflict in a closed case, and where it is not next, or not any more.
    """
    if not case.is_open:
        raise Conflict("case_closed")
    following = next(
        (o for o in steps_of(session, case, now=now) if o.state is RungState.NEXT), None
    )
    if following is None or following.rung is not rung or rung not in WRITTEN:
        raise Conflict("step_not_next")
    tell_on_the_ladder(session, case, WRITTEN[rung], now=now)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what="ladder_step",
        now=now,
    )


def write_first(session: Session, cases: Iterable[Case], *, viewer: Viewer, now: datetime) -> int:
    """Make the first letter of each case in which it is next; gives how many were made."""
    made = 0
    for case in cases:
        try:
            take_step(session, case, Rung.LETTER, viewer=viewer, now=now)
        except Conflict:  # nobody writes to her, or somebody did meanwhile
            continue
        made += 1
    return made


def _rungs(protocol: Protocol) -> Iterable[tuple[Rung, int]]:
    """Give the steps in their order, each with the number of its call."""
    for calls in range(protocol.max_calls + 1):
        if protocol.letter_after == calls:
            yield Rung.LETTER, 0
        if protocol.card_after == calls:
            yield Rung.CARD, 0
        if calls < protocol.max_calls:
            yield Rung.CALL, calls + 1


def _stands(
    session: Session,
    case: Case,
    rung: Rung,
    number: int,
    tries: list[ContactAttempt],
    now: datetime,
) -> Step:
    if rung is Rung.CALL:
        rung_tries = [one for one in tries if one.disposition in UNANSWERED]
        done = len(rung_tries) >= number
        at = rung_tries[number - 1].at if done else None
        return Step(rung, RungState.DONE if done else RungState.LATER, number, at)
    carded = next(
        (o.at for o in tries if rung is Rung.CARD and LEFT_CARD in (o.left_behind or ())), None
    )
    if carded is not None:
        return Step(rung, RungState.DONE, at=carded)
    made = _written(session, case, rung)
    if made is not None and made.state is MessageState.SENT:
        return Step(rung, RungState.DONE, at=made.sent_at)
    if made is not None and made.may_go_out:
        return Step(rung, RungState.ON_ITS_WAY)
    person = session.get_one(Person, case.person_id)
    way = way_to(session, person, WRITTEN[rung], now=now, programme=case.programme)
    if way.channel is None:
        return Step(rung, RungState.NOT_POSSIBLE, why=way.why)
    return Step(rung, RungState.LATER)


def _written(session: Session, case: Case, rung: Rung) -> Message | None:
    """Find the latest letter or card of this ladder."""
    made = select(Message).where(Message.case_id == case.id, Message.kind.in_(COUNTS[rung]))
    since = _answered_at(session, case.id)
    if since is not None:
        made = made.where(Message.made_at >= since)
    latest = made.order_by(Message.made_at.desc(), Message.id.desc()).limit(1)
    return session.scalars(latest).one_or_none()


def _tries(session: Session, case: Case) -> list[ContactAttempt]:
    """List what was tried since somebody answered, the first first."""
    tried = select(ContactAttempt).where(
        ContactAttempt.case_id == case.id, ContactAttempt.taken_back_at.is_(None)
    )
    since = _answered_at(session, case.id)
    if since is not None:
        tried = tried.where(ContactAttempt.at > since)
    return list(session.scalars(tried.order_by(ContactAttempt.at, ContactAttempt.id)))


def _answered_at(session: Session, case_id: uuid.UUID) -> datetime | None:
    return session.scalar(
        select(func.max(ContactAttempt.at)).where(
            ContactAttempt.case_id == case_id,
            ContactAttempt.disposition.not_in(UNANSWERED),
            ContactAttempt.taken_back_at.is_(None),
        )
    )


def _protocol(session: Session, case: Case) -> Protocol:
    programme = programme_of(session, case)
    return programme.protocol if programme else Protocol()
