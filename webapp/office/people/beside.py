"""The contacts of a household on a person's page, and what became of those who are none now."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from visits.calls.lease_contacts import ROLES, contacts_of, like_contact
from visits.ground.errors import NotFound
from visits.life.events import events_of
from visits.life.taking_back import to_take_back
from visits.models.life import LifeEvent
from visits.models.people import HouseholdContact, Person
from visits.sight import find_person
from webapp.access.auth import Action, viewer
from webapp.office.frame.moments import birth_day

# Chosen where somebody of that name is known, and it is somebody else.
ANOTHER = "another"


@dataclass(frozen=True)
class LivesThere:
    """Who a contact is since they live with the household, and whether it may be undone."""

    person: Person
    event: LifeEvent
    undone: bool


def contacts_shown(
    session: Session, person: Person, shown: set[uuid.UUID | None], *, known: bool
) -> Mapping[str, Any]:
    """Give what the page says of contacts; with `known`, who the one that was typed may be."""
    contacts = contacts_of(session, person)
    lives = {one.id: found for one in contacts if (found := _lives_there(session, one))}
    alike = _alike(session, contacts) if known else []
    shown.update(one.person.id for one in lives.values())
    shown.update(one.id for one in alike)
    return {
        "contacts": contacts,
        "contact_roles": ROLES,
        "contacts_living": lives,
        "contact_alike": alike,
        "another": ANOTHER,
    }


def _lives_there(session: Session, contact: HouseholdContact) -> LivesThere | None:
    if contact.moved_in_id is None:
        return None
    event, seen = session.get_one(LifeEvent, contact.moved_in_id), viewer(Action.SEE_PERSONS)
    try:
        person = find_person(session, seen, event.person_id)
    except NotFound:
        return None
    undone = to_take_back(session, seen, events_of(session, person.id)) is event
    return LivesThere(person, event, undone)


def _alike(session: Session, contacts: Sequence[HouseholdContact]) -> list[Person]:
    contact = next((one for one in contacts if str(one.id) == request.form.get("contact")), None)
    if contact is None:
        return []
    try:
        typed = request.form.get("contact_born", "")
        born_on = birth_day(typed) if typed else None
    except ValueError:
        born_on = None
    return like_contact(session, contact, born_on, viewer=viewer(Action.SEE_PERSONS))
