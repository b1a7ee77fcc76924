"""A death, noted or taken back on any page about somebody: what that page tells and offers."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from visits.ground.errors import NotFound
from visits.life.deaths import Promised, what_was_promised
from visits.life.events import WHY_LENGTH, events_of
from visits.life.taking_back import to_take_back
from visits.models.life import EventKind, LifeEvent
from visits.models.people import Person
from visits.sight import find_person
from webapp.access.auth import Action, may, viewer


@dataclass(frozen=True)
class Death:
    """The death of a person as it was noted, or None: whom to tell, whether it may be undone."""

    person: Person
    event: LifeEvent | None = None
    promised: Promised | None = None
    undone: bool = False
    why_length: int = WHY_LENGTH


def deaths_of(session: Session, persons: Iterable[Person]) -> dict[uuid.UUID, Death]:
    """Give by person what a page offers of a death, of those of whom the viewer may note it."""
    if not may(Action.NOTE_LIFE_EVENTS):
        return {}
    reached = [person for person in persons if _is_reached(session, person)]
    return {person.id: _death(session, person) for person in reached}


def _is_reached(session: Session, person: Person) -> bool:
    try:
        find_person(session, viewer(Action.NOTE_LIFE_EVENTS), person.id)
    except NotFound:
        return False
    return True


def _death(session: Session, person: Person) -> Death:
    if person.died_on is None:
        return Death(person)
    seen = viewer(Action.SEE_PERSONS)
    events = events_of(session, person.id)
    event = next((one for one in events if one.kind is EventKind.DEATH and one.stands), None)
    if event is None:
        return Death(person)
    promised = what_was_promised(session, seen, event)
    return Death(person, event, promised, to_take_back(session, seen, events) is event)
