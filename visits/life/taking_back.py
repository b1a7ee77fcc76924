"""Taking back what was noted of a life: with a reason, and what had followed from it comes back."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.life.arrivals import undo_arrival
from visits.life.endings import GivenBack, give_back
from visits.life.events import checked_reason, events_of, may_take_back
from visits.mapping.points import refresh_map_of_person
from visits.models.life import EventKind, LifeEvent
from visits.models.people import AccessKind, Person, RoleChange
from visits.people.roles import undo_role
from visits.sight import Viewer, find_person
from visits.sight.access_log import log_access


def take_back_event(
    session: Session,
    person: Person,
    event_id: uuid.UUID,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> GivenBack:
    """Undo what somebody noted of a person by mistake; gives what came back and what could not.

    The call that told it is taken back with it, and so is what was noted of others in one act.
    Raises NotFound, Invalid without a reason, Conflict for what cannot be undone, or not any more.
    """
    event = session.get(LifeEvent, event_id)
    if event is None or event.person_id != person.id:
        raise NotFound("not_found")
    if event is not to_take_back(session, viewer, events_of(session, person.id)):
        raise Conflict("not_to_take_back")
    why = checked_reason(reason)
    back = GivenBack()
    act = _act(session, event)
    for concerned in sorted({one.person_id for one in act} - {person.id}):
        find_person(session, viewer, concerned, to_change=True)
    for one in act:
        one.taken_back_at, one.taken_back_by_id, one.taken_back_why = now, viewer.user_id, why
        if one.attempt is not None:
            one.attempt.taken_back_at, one.attempt.taken_back_by_id = now, viewer.user_id
            one.attempt.taken_back_why = why
        back.add(_undo(session, one, viewer=viewer, now=now))
    for one in act:
        refresh_map_of_person(session, one.person_id)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[one.person_id for one in act],
        kind=AccessKind.WRITE,
        what="life_event_taken_back",
        now=now,
    )
    return back


def to_take_back(session: Session, viewer: Viewer, events: Sequence[LifeEvent]) -> LifeEvent | None:
    """Give the event of a person that may be taken back, by whoever may see all it is about."""
    latest = may_take_back(events)
    if latest is None:
        return None
    for one in _act(session, latest):
        if one is latest:
            continue
        try:
            find_person(session, viewer, one.person_id)
        except NotFound:
            return None
        if may_take_back(events_of(session, one.person_id)) is not one:
            return None
    return latest


def _act(session: Session, event: LifeEvent) -> Sequence[LifeEvent]:
    """Give all that was noted in one act, the last part first."""
    whole = event.part_of_id or event.id
    statement = select(LifeEvent).where(or_(LifeEvent.id == whole, LifeEvent.part_of_id == whole))
    return session.scalars(statement.order_by(LifeEvent.id.desc())).all()


def _undo(session: Session, event: LifeEvent, *, viewer: Viewer, now: datetime) -> GivenBack:
    if event.kind is EventKind.MOVE_IN:
        return undo_arrival(session, event, by=viewer.user_id, now=now)
    if event.kind is not EventKind.SEPARATION:
        return give_back(session, event.person, event.undo or {}, now=now)
    for number in (event.undo or {}).get("roles", ()):
        change = session.get_one(RoleChange, uuid.UUID(number))
        if change.taken_back_at is None:
            undo_role(session, change, by=viewer.user_id, now=now)
    return GivenBack()
