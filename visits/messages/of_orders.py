"""What somebody is told of works in her home: their day, another day, none any more, their end."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.ground.deadlines import today_in_paris
from visits.messages.kinds import OF_HOME_WORKS, OF_HOUSE_WORKS, WORTH_FOR
from visits.messages.living import living_in
from visits.messages.making import add_message, written
from visits.messages.switches import kinds_off
from visits.messages.ways import Way, way_to
from visits.models.interventions import Intervention, InterventionFile, Moment, Outcome
from visits.models.messages import Message, MessageKind
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.works import DONE_STATES, ToldHow, WorkOrder, WorkOrderState

PLANNED, MOVED, OFF, DONE = OF_HOME_WORKS
_NAMES_A_DAY = (PLANNED, MOVED)
CALLS_OFF, ENDS = (OFF, OF_HOUSE_WORKS[2]), (DONE, OF_HOUSE_WORKS[3])
# Whoever is there, or was, came on the day that was told or on a better one.
_SOMEBODY_COMES = (WorkOrderState.PLANNED, WorkOrderState.STARTED, *DONE_STATES)
# Sooner than this nobody comes on a day of which only the part is told.
_BEGINS = {"morning": time(7), "afternoon": time(12)}


@dataclass(frozen=True)
class Day:
    """A day on which somebody comes, and when: `morning`, `afternoon` or an hour, `14:30`."""

    on: date
    part: str

    @property
    def begins_at(self) -> datetime:
        """Give the earliest moment at which somebody may be there."""
        at = _BEGINS.get(self.part) or time.fromisoformat(self.part)
        return datetime.combine(self.on, at, PARIS).astimezone(UTC)


def day_of(order: WorkOrder) -> Day | None:
    """Give the day for which an order is planned."""
    if order.planned_on is None:
        return None
    return Day(order.planned_on, order.planned_part or "morning")


def day_told(order: WorkOrder) -> Day | None:
    """Give the day of an order that its person was told of, whoever told her."""
    return day_of(order) if order.told_how is not None else None


def day_named(message: Message, which: str = "") -> Day | None:
    """Give the day that a message names, or with `former_` the one that it was before."""
    on, _, part = message.facts.get(f"{which}day", "").partition(" ")
    return Day(date.fromisoformat(on), part) if on else None


def messages_of_order(session: Session, order_id: uuid.UUID) -> Sequence[Message]:
    """List what was made to be told of an order, the first first."""
    hers = select(Message).where(Message.work_order_id == order_id)
    return session.scalars(hers.order_by(Message.made_at, Message.id)).all()


def tell_of_order(
    session: Session, order: WorkOrder, *, now: datetime, former: Day | None = None
) -> None:
    """Make what an order planned, moved, called off or done is to be told by.

    What waits and is so no more is overtaken. `former` is the day that she was told before; told
    of none, she reads of none that changed.
    """
    known = messages_of_order(session, order.id)
    for one in known:
        if one.may_go_out and not holds_of_order(one, order):
            former = former or _known_before(one)
            one.halt("overtaken", now)
    if order.residence_id is not None:
        return  # its tenants are written to by hand (`of_houses.py`), who see who gets it
    day, said = day_of(order), [one for one in known if one.why != "overtaken"]
    if order.state is WorkOrderState.DONE:
        _tell_done(session, order, said, now=now)
    elif order.is_planned and day is not None and order.told_how is None:
        kind = MOVED if former not in (None, day) else PLANNED
        _tell_day(session, order, kind, day, said, now=now, former=former)
    elif former is not None and nobody_comes(session, order, former):
        _tell_day(session, order, OFF, former, said, now=now)


def tell_of_step_back(
    session: Session, order: WorkOrder, *, since: datetime, typed: Day | None, now: datetime
) -> None:
    """Make what is to be told once the latest step of an order is undone.

    What she was told since that step, by a message or as it was `typed` with it, she knows: where
    it is not what stands again, she is told.
    """
    if order.residence_id is not None:
        tell_of_order(session, order, now=now)
        return
    known = messages_of_order(session, order.id)
    told = [one for one in known if one.sent_at and one.sent_at >= since and one.kind is not DONE]
    if not told and typed is None:
        tell_of_order(session, order, now=now)
        return
    knows = typed if not told else None if told[-1].kind is OFF else day_named(told[-1])
    if knows != day_of(order):
        order.told_how = order.told_on = None
    tell_of_order(session, order, now=now, former=knows)


def holds_of_order(message: Message, order: WorkOrder) -> bool:
    """Tell whether what a message says of an order is still so, and nobody told her otherwise."""
    if message.kind in ENDS:
        return order.state in DONE_STATES and message.facts["done_at"] == done_at(order)
    if message.kind in CALLS_OFF:
        return order.state not in _SOMEBODY_COMES
    same_day = day_named(message) == day_of(order)
    by_hand = order.told_how is not None and order.residence_id is None
    return order.is_planned and same_day and not by_hand


def way_to_tell(
    session: Session, order: WorkOrder, kind: MessageKind, *, now: datetime, until_at: datetime
) -> Way:
    """Give the way a message of an order takes to its person, or why it takes none."""
    person = session.get(Person, order.person_id) if order.person_id else None
    if person is None:
        return Way(None, why="no_reader")
    why = kept_from_telling(session, order, kind, person.id)
    if why:
        return Way(None, why=why)
    return way_to(session, person, kind, now=now, until_at=until_at)


def untold_because(session: Session, order: WorkOrder, *, now: datetime) -> str:
    """Say why nothing goes out of the day of an order, of which its person was not told.

    Empty when she was, when a message waits or was stopped by hand, or there is nothing to tell.
    """
    day = day_of(order)
    if not order.is_planned or day is None or order.told_how or order.person_id is None:
        return ""
    if any(
        one.may_go_out or one.was_stopped_by_hand
        for one in messages_of_order(session, order.id)
        if day_named(one) == day
    ):
        return ""
    return way_to_tell(session, order, PLANNED, now=now, until_at=day.begins_at).why


def kept_from_telling(
    session: Session, order: WorkOrder, kind: MessageKind, person_id: uuid.UUID
) -> str:
    """Say why nothing is written to somebody of works where she lives; empty when it may be.

    Nothing is where somebody lives who is protected, to who lives there no more, of a kind that
    the landlord does not send, nor of an end that was signed at the door.
    """
    homes = Dwelling.id == order.dwelling_id
    if order.residence_id is not None:
        homes = Dwelling.residence_id == order.residence_id
    there = list(living_in(session, homes))
    hers = {home for home, person in there if person.id == person_id}
    if any(person.protected for home, person in there if home in {*hers, order.dwelling_id}):
        return "protected"
    if not hers:
        return "lives_elsewhere"
    stands_in = order.stands_in
    if stands_in is None or kind in kinds_off(session, stands_in.landlord_id):
        return "switched_off"
    return "signed" if kind is DONE and _is_signed(session, order) else ""


def _is_signed(session: Session, order: WorkOrder) -> bool:
    """Tell whether somebody signed on the tablet of whoever did the works."""
    signed = (
        select(InterventionFile.id)
        .join(InterventionFile.intervention)
        .where(Intervention.work_order_id == order.id, Intervention.outcome == Outcome.DONE)
        .where(InterventionFile.name.startswith(f"{Moment.SIGNATURE}-"))
        .limit(1)
    )
    return session.scalar(signed) is not None


def hold_orders(session: Session, order_ids: Select[uuid.UUID | None]) -> None:
    """Wait for the orders of messages before these: whoever moves an order holds it first too."""
    held = select(WorkOrder.id).where(WorkOrder.id.in_(order_ids)).order_by(WorkOrder.id)
    session.execute(held.with_for_update(of=WorkOrder, key_share=True))


def note_told(message: Message, *, now: datetime) -> None:
    """Note on an order that its person is told of its day, by the message that goes out."""
    order = message.work_order
    if order is None or message.kind not in _NAMES_A_DAY or not holds_of_order(message, order):
        return
    order.told_how = ToldHow.LETTER if message.is_letter else ToldHow.MESSAGE
    order.told_on = today_in_paris(now)


def note_untold(message: Message) -> None:
    """Note on an order that its person is not told after all: the letter waits again."""
    order = message.work_order
    if order is None or message.kind not in _NAMES_A_DAY or message.sent_at is None:
        return
    by_it = (order.told_how, order.told_on) == (ToldHow.LETTER, today_in_paris(message.sent_at))
    if by_it and day_named(message) == day_of(order):
        order.told_how = order.told_on = None


def _tell_done(
    session: Session, order: WorkOrder, said: Sequence[Message], *, now: datetime
) -> None:
    facts = {"done_at": done_at(order)}
    if not any(one.kind is DONE and one.facts == facts for one in said):
        _make(session, order, DONE, facts, until_at=now + WORTH_FOR, now=now)


def _tell_day(
    session: Session,
    order: WorkOrder,
    kind: MessageKind,
    day: Day,
    said: Sequence[Message],
    *,
    now: datetime,
    former: Day | None = None,
) -> None:
    """Make a message that names a day, unless the latest that was said says so already."""
    days = [one for one in said if one.kind is not DONE]
    latest = days[-1] if days and day_named(days[-1]) == day else None
    if latest is not None and (latest.kind is OFF) == (kind is OFF):
        if latest.sent_at is not None:
            note_told(latest, now=latest.sent_at)
    elif day.begins_at > now:
        facts = {"day": written_day(day)}
        if former is not None and kind is MOVED:
            facts["former_day"] = written_day(former)
        _make(session, order, kind, facts, until_at=day.begins_at, now=now)


def _make(
    session: Session,
    order: WorkOrder,
    kind: MessageKind,
    facts: dict[str, Any],
    *,
    until_at: datetime,
    now: datetime,
) -> None:
    way = way_to_tell(session, order, kind, now=now, until_at=until_at)
    if way.channel is None:
        return
    known = [one for one in messages_of_order(session, order.id) if one.kind is kind]
    add_message(
        session,
        cause=f"{kind}:{order.id.hex}:{len(known)}",
        kind=kind,
        channel=way.channel,
        language=way.language,
        person_id=order.person_id,
        work_order_id=order.id,
        facts=facts,
        made_at=now,
        due_at=now,
        until_at=until_at,
    )


def written_day(day: Day) -> str:
    """Write a day as facts keep it: sealed, as it is written nowhere in clear."""
    return f"{day.on:%Y%m%d} {day.part}"


def done_at(order: WorkOrder) -> str:
    """Write when an order was done, as facts keep it; empty while it is not."""
    return written(order.closed_at) if order.closed_at is not None else ""


def _known_before(message: Message) -> Day | None:
    """Give the day that somebody knows of who never gets a message."""
    if message.kind is MOVED:
        return day_named(message, "former_")
    return day_named(message) if message.kind is OFF else None


def nobody_comes(session: Session, order: WorkOrder, day: Day) -> bool:
    """Tell whether nobody comes on a day, not even for the order that goes on for this one."""
    if order.state in _SOMEBODY_COMES:
        return False
    kept = session.get(WorkOrder, order.same_as_id) if order.same_as_id else None
    return kept is None or day_of(kept) != day
