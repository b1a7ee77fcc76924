"""What the tenants of a residence are told of works there: by hand, each once, seen before."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.messages.kinds import OF_HOUSE_WORKS, WORTH_FOR
from visits.messages.living import living_in, tenants_on
from visits.messages.making import add_message
from visits.messages.of_orders import (
    day_named,
    day_of,
    done_at,
    messages_of_order,
    nobody_comes,
    written_day,
)
from visits.messages.switches import kinds_off
from visits.messages.ways import Way, heard_of, way_heard
from visits.models.messages import Message, MessageKind, MessageState
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling
from visits.models.works import WorkOrder, WorkOrderState
from visits.sight.access_log import log_access
from visits.sight.messages import visible_messages
from visits.sight.reach import Viewer, visible_persons

PLANNED, MOVED, OFF, DONE = OF_HOUSE_WORKS


@dataclass(frozen=True)
class Telling:
    """What somebody is to be told of works in her residence, and by which way.

    Without a kind she knows it: by `known`, what was made for her before. Without a channel in
    its `way` nothing is written to her, and the way says why.
    """

    person: Person
    kind: MessageKind | None
    way: Way
    facts: Mapping[str, str]
    until_at: datetime
    known: Message | None = None

    @property
    def goes_out(self) -> bool:
        """Tell whether a message is made for her."""
        return self.kind is not None and self.way.channel is not None


def tellings(session: Session, order: WorkOrder, viewer: Viewer, *, now: datetime) -> list[Telling]:
    """List by name the tenants of an order's residence the viewer sees, with what each is told.

    Where somebody protected lives nobody is named, nor written to. Empty for an order of a home,
    or of which there is nothing to tell.
    """
    if order.residence_id is None:
        return []
    known: dict[uuid.UUID, list[Message]] = {}
    for one in messages_of_order(session, order.id):
        if one.person_id is not None and _counts(one):
            known.setdefault(one.person_id, []).append(one)
    tenants = _tenants(session, order, viewer, now)
    heard, off = heard_of(session, tenants), kinds_off(session, _landlord_of(order))
    found = []
    for person in tenants:
        said = known.get(person.id, [])
        kind, facts, until_at = _news(session, order, said, now)
        way = Way(None)
        if kind is not None and kind in off:
            way = Way(None, why="switched_off")
        elif kind is not None:
            way = way_heard(person, kind, heard[person.id], now=now, until_at=until_at)
        if kind is not None or said:
            found.append(Telling(person, kind, way, facts, until_at, said[-1] if said else None))
    return found


def write_to_tenants(
    session: Session, order: WorkOrder, *, seen: int, viewer: Viewer, now: datetime
) -> int:
    """Make a message for each tenant who is to be told and may be; gives how many.

    `seen` is how many the viewer was shown. Raises Conflict where it is another number by now, or
    where there is nobody to tell.
    """
    take_turn(session, f"tell house {order.id}")
    telling = [one for one in tellings(session, order, viewer, now=now) if one.goes_out]
    if not telling:
        raise Conflict("nobody_to_tell")
    if len(telling) != seen:
        raise Conflict("readers_changed")
    counted = select(func.count()).where(Message.work_order_id == order.id)
    turn = session.scalar(counted) or 0
    for one in telling:
        assert one.kind is not None
        add_message(
            session,
            cause=f"{one.kind}:{order.id.hex}:{one.person.id.hex}:{turn}",
            kind=one.kind,
            channel=one.way.channel,
            language=one.way.language,
            person_id=one.person.id,
            work_order_id=order.id,
            facts=dict(one.facts),
            made_at=now,
            due_at=now,
            until_at=one.until_at,
        )
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[one.person.id for one in telling],
        kind=AccessKind.WRITE,
        what="tenants_written_to",
        now=now,
    )
    return len(telling)


def _tenants(session: Session, order: WorkOrder, viewer: Viewer, now: datetime) -> Sequence[Person]:
    homes = Dwelling.residence_id == order.residence_id
    shut = {home for home, person in living_in(session, homes) if person.protected}
    hers = tenants_on(homes & Dwelling.id.not_in(shut), today_in_paris(now))
    reader = (Person.died_on.is_(None), Person.merged_into_id.is_(None))
    # Somebody protected, or living with one, may have a second home here.
    away = {person.id for home, person in living_in(session, homes) if home in shut}
    seen = (visible_persons(viewer), Person.id.not_in(away))
    found = select(Person).where(hers, *reader, *seen).order_by(Person.name_key, Person.id)
    return session.scalars(found).all()


def _landlord_of(order: WorkOrder) -> uuid.UUID:
    assert order.residence is not None
    return order.residence.landlord_id


def _counts(message: Message) -> bool:
    """Tell whether somebody knows by a message; one that waits, or was stopped by hand, is as good.

    What was given up, or stopped by the house, told her nothing.
    """
    sent = message.state is MessageState.SENT
    return sent or message.may_go_out or message.was_stopped_by_hand


def _news(
    session: Session, order: WorkOrder, said: Sequence[Message], now: datetime
) -> tuple[MessageKind | None, Mapping[str, str], datetime]:
    """Give what somebody does not know yet, by what she was told, and until when it is of use."""
    if order.state is WorkOrderState.DONE:
        facts = {"done_at": done_at(order)}
        told = any(one.kind is DONE and one.facts == facts for one in said)
        return None if told else DONE, facts, now + WORTH_FOR
    days = [one for one in said if one.kind is not DONE]
    latest = days[-1] if days else None
    knows = day_named(latest) if latest is not None and latest.kind is not OFF else None
    day = day_of(order)
    if order.is_planned and day is not None:
        facts = {"day": written_day(day)}
        if knows is not None and knows != day:
            facts["former_day"] = written_day(knows)
        news = None if knows == day or day.begins_at <= now else MOVED if knows else PLANNED
        return news, facts, day.begins_at
    if knows is not None and knows.begins_at > now and nobody_comes(session, order, knows):
        return OFF, {"day": written_day(knows)}, knows.begins_at
    return None, {}, now


def progress(session: Session, order: WorkOrder, viewer: Viewer) -> dict[MessageState, int]:
    """Count by where they stand the messages to the tenants of an order that a viewer may see."""
    counted = (
        select(Message.state, func.count())
        .where(Message.work_order_id == order.id, visible_messages(viewer))
        .group_by(Message.state)
    )
    found = {state: count for state, count in session.execute(counted)}
    return {state: found[state] for state in MessageState if state in found}
