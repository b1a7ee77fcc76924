"""Messages made at what causes them, in its transaction, once, and overtaken by what follows."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.messages.kinds import (
    CONCLUDE_AFTER,
    KINDS,
    OF_A_PLANNED_VISIT,
    REMIND_BEFORE,
    WORTH_FOR,
)
from visits.messages.ways import way_to
from visits.models.accounts import Role, User
from visits.models.calls import ContactAttempt, Refusal
from visits.models.cases import Case
from visits.models.messages import TO_SEND, Message, MessageChannel, MessageKind, MessageState
from visits.models.people import Person
from visits.models.visits import AT_HOME, LIVE, Visit, VisitState

CONFIRMED, MOVED, CANCELLED = MessageKind.CONFIRMED, MessageKind.MOVED, MessageKind.CANCELLED
CONCLUDE_WITHIN = timedelta(days=14)


def tell_of_visit(
    session: Session, visit: Visit, *, now: datetime, former_at: datetime | None = None
) -> None:
    """Make what a visit planned, moved or called off is to be told by; what it was is overtaken.

    `former_at` is when a moved one was to begin. Nobody is told of a visit whose hour has passed.
    """
    known = [one for one in messages_of_visit(session, visit.id) if one.person_id]
    for one in known:
        if one.may_go_out and not holds_of_visit(one, visit):
            one.halt("overtaken", now)
    if visit.planned_start_at <= now:
        return
    if visit.state is VisitState.PLANNED:
        kind = CONFIRMED if former_at is None else MOVED
        _announce(session, visit, kind, known, now=now, former_at=former_at)
        remind_at = visit.planned_start_at - REMIND_BEFORE
        if remind_at > now:
            reminder = MessageKind.REMINDER
            _announce(session, visit, reminder, known, now=now, due_at=remind_at)
    elif visit.state is VisitState.CANCELLED:
        _announce(session, visit, CANCELLED, known, now=now)


def overtake(session: Session, visit: Visit, *, now: datetime) -> None:
    """Stop what waits to be told of a visit, and tell nobody: a life or a stay has ended."""
    for one in messages_of_visit(session, visit.id):
        if one.may_go_out and one.person_id:
            one.halt("overtaken", now)


def tell_of_shut_door(session: Session, visit: Visit, *, now: datetime) -> None:
    """Make the card for somebody at whose door nobody answered."""
    overtake(session, visit, now=now)
    make_for_person(
        session,
        visit.case,
        MessageKind.ABSENCE_CARD,
        cause=f"absence_card:{visit.id.hex}",
        facts=_facts(visit),
        visit=visit,
        due_at=now,
        until_at=now + WORTH_FOR,
        now=now,
    )


def tell_of_refusal(session: Session, case: Case, refusal: Refusal, *, now: datetime) -> None:
    """Make the letter that says a refusal was heard, and that she may change her mind."""
    make_for_person(
        session,
        case,
        MessageKind.REFUSAL_LETTER,
        cause=f"refusal_letter:{refusal.id.hex}",
        facts={"refusal": str(refusal.id)},
        due_at=now,
        until_at=now + WORTH_FOR,
        now=now,
    )


def tell_before_calling(
    session: Session, case: Case, attempt: ContactAttempt, *, now: datetime
) -> None:
    """Make the letter somebody wants before she is called again, at the moment she gave."""
    make_for_person(
        session,
        case,
        MessageKind.FIRST_LETTER,
        cause=f"first_letter:{attempt.id.hex}",
        facts={"attempt": str(attempt.id)},
        due_at=now,
        until_at=attempt.call_back_at or now + WORTH_FOR,
        now=now,
    )


def tell_on_the_ladder(session: Session, case: Case, kind: MessageKind, *, now: datetime) -> None:
    """Make a letter or a card that a programme has on the way to reaching somebody."""
    ladder = f"{kind}:ladder:{case.id.hex}:"
    earlier = select(func.count()).where(Message.cause.startswith(ladder, autoescape=True))
    make_for_person(
        session,
        case,
        kind,
        cause=f"{ladder}{session.scalar(earlier)}",
        facts={},
        due_at=now,
        until_at=now + WORTH_FOR,
        now=now,
    )


def make_for_person(
    session: Session,
    case: Case,
    kind: MessageKind,
    *,
    cause: str,
    facts: Mapping[str, Any],
    due_at: datetime,
    until_at: datetime,
    now: datetime,
    visit: Visit | None = None,
) -> Message | None:
    """Make a message to the person of a case, unless it was made or she gets none."""
    if _known(session, cause):
        return None
    person = session.get_one(Person, case.person_id)
    way = way_to(session, person, kind, now=now, until_at=until_at, programme=case.programme)
    if way.channel is None:
        return None
    return add_message(
        session,
        cause=cause,
        kind=kind,
        channel=way.channel,
        language=way.language,
        person_id=person.id,
        case_id=case.id,
        visit_id=visit.id if visit else None,
        facts=dict(facts),
        made_at=now,
        due_at=due_at,
        until_at=until_at,
    )


def make_what_time_brings(session: Session, *, now: datetime) -> int:
    """Remind visitors of visits that nobody concluded; gives how many messages were made."""
    late = (
        select(Visit)
        .join(Visit.visitor)
        .where(Visit.state.in_(LIVE), AT_HOME, User.active)
        .where(Visit.planned_end_at <= now - CONCLUDE_AFTER)
        .where(Visit.planned_end_at > now - CONCLUDE_WITHIN)
        .order_by(Visit.planned_end_at, Visit.id)
    )
    made = 0
    for visit in session.scalars(late).all():
        visitor = session.get_one(User, visit.visitor_id)
        cause = f"to_conclude:{visit.id.hex}:{visitor.id.hex}"
        if _known(session, cause):
            continue
        add_message(
            session,
            cause=cause,
            kind=MessageKind.TO_CONCLUDE,
            channel=MessageChannel.EMAIL,
            language=visitor.language,
            user_id=visitor.id,
            case_id=visit.case_id,
            visit_id=visit.id,
            facts=_facts(visit),
            made_at=now,
            due_at=now,
            until_at=now + CONCLUDE_WITHIN,
        )
        made += 1
    return made


def make_digest(session: Session, user: User, *, counts: Mapping[str, int], now: datetime) -> bool:
    """Make the day's digest for somebody, of what waits for her; tells whether it was made."""
    cause = f"digest:{user.id.hex}:{today_in_paris(now)}"
    if user.role is not Role.COORDINATOR or not any(counts.values()) or _known(session, cause):
        return False
    add_message(
        session,
        cause=cause,
        kind=MessageKind.DIGEST,
        channel=MessageChannel.EMAIL,
        language=user.language,
        user_id=user.id,
        facts=dict(counts),
        made_at=now,
        due_at=now,
        until_at=now + timedelta(hours=12),
    )
    return True


def messages_of_visit(session: Session, visit_id: uuid.UUID) -> Sequence[Message]:
    """List what was made to be told of a visit, the first first."""
    hers = select(Message).where(Message.visit_id == visit_id)
    return session.scalars(hers.order_by(Message.made_at, Message.id)).all()


def waiting_of_case(session: Session, case_id: uuid.UUID) -> int:
    """Count what waits to be told to the person of a case."""
    waiting = select(func.count()).where(Message.case_id == case_id, Message.state.in_(TO_SEND))
    return session.scalar(waiting.where(Message.person_id.is_not(None))) or 0


def holds_of_visit(message: Message, visit: Visit) -> bool:
    """Tell whether what a message says of its visit is still so."""
    if message.kind in OF_A_PLANNED_VISIT:
        same = (message.facts["start_at"], message.facts["visitor_id"])
        now = (written(visit.planned_start_at), str(visit.visitor_id))
        return visit.state is VisitState.PLANNED and same == now
    if message.kind is CANCELLED:
        return visit.state is VisitState.CANCELLED
    if message.kind is MessageKind.ABSENCE_CARD:
        return visit.state is VisitState.FAILED
    return visit.state in LIVE


def written(at: datetime) -> str:
    """Write a moment as facts keep it: sealed, as it is written nowhere in clear."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S%z}"


def _announce(
    session: Session,
    visit: Visit,
    kind: MessageKind,
    known: Sequence[Message],
    *,
    now: datetime,
    former_at: datetime | None = None,
    due_at: datetime | None = None,
) -> None:
    """Make a message of a visit, unless the latest of its kind says what is so already."""
    alike = (kind,) if kind is MessageKind.REMINDER else (CONFIRMED, MOVED, CANCELLED)
    earlier = [one for one in known if one.kind in alike]
    said = [one for one in earlier if one.why != "overtaken"]
    if said and holds_of_visit(said[-1], visit):
        return
    make_for_person(
        session,
        visit.case,
        kind,
        cause=f"{kind}:{visit.id.hex}:{len(earlier)}",
        facts=_facts(visit) | ({"former_at": written(former_at)} if former_at else {}),
        visit=visit,
        due_at=due_at or now,
        until_at=visit.planned_start_at,
        now=now,
    )


def _facts(visit: Visit) -> dict[str, Any]:
    return {"start_at": written(visit.planned_start_at), "visitor_id": str(visit.visitor_id)}


def _known(session: Session, cause: str) -> bool:
    return session.scalar(select(Message.id).where(Message.cause == cause)) is not None


def add_message(session: Session, **said: Any) -> Message:
    """Keep a message that waits to go out by one of the ways of its kind."""
    assert said["channel"] in KINDS[said["kind"]].ways
    message = Message(state=MessageState.WAITING, next_at=said["due_at"], **said)
    session.add(message)
    session.flush()
    return message
