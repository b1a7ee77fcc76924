"""Taking back what was noted of a life: with a reason, and what had followed from it comes back."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.life.arrivals import undo_arrival
from visits.life.endings import GivenBack, give_back
from visits.life.events import checked_reason, events_of, may_take_back
from visits.mapping.points import refresh_map_of_person
from visits.models.life import EventKind, LifeEvent
from visits.models.people import AccessKind, Person
from visits.sight import Viewer
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

    The call that told it is taken back with it. Raises NotFound, Invalid without a reason,
    Conflict for what cannot be undone, or not any more.
    """
    event = session.get(LifeEvent, event_id)
    if event is None or event.person_id != person.id:
        raise NotFound("not_found")
    if event is not may_take_back(events_of(session, person.id)):
        raise Conflict("not_to_take_back")
    why = checked_reason(reason)
    event.taken_back_at, event.taken_back_by_id = now, viewer.user_id
    event.taken_back_why = why
    if event.attempt is not None:
        event.attempt.taken_back_at, event.attempt.taken_back_by_id = now, viewer.user_id
        event.attempt.taken_back_why = why
    if event.kind is EventKind.MOVE_IN:
        back = undo_arrival(session, event, by=viewer.user_id, now=now)
    else:
        back = give_back(session, person, event.undo or {}, now=now)
    refresh_map_of_person(session, person.id)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person.id],
        kind=AccessKind.WRITE,
        what="life_event_taken_back",
        now=now,
    )
    return back
