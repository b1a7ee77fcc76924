"""The page from which somebody noted something of a life, and to which she goes back."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from visits.agenda.planning import find_visit
from visits.cases.cases import find_case
from visits.following.follow_ups import find_promise
from visits.ground.errors import NotFound
from visits.sight import Viewer, find_person
from visits.sight.homes import find_home
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, may, viewer


@dataclass(frozen=True)
class Place:
    """A page about one thing: its endpoint, its argument, and what opens it."""

    endpoint: str
    argument: str
    action: Action
    find: Callable[[Session, Viewer, uuid.UUID], object]
    anchor: str = "death"


PLACES = {
    "person": Place("people.show", "person_id", Action.SEE_PERSONS, find_person, "contacts"),
    "case": Place("cases.show", "case_id", Action.SEE_CASES, find_case),
    "visit": Place("visits.show", "visit_id", Action.SEE_VISITS, find_visit),
    "follow_up": Place("follow_ups.show", "task_id", Action.FOLLOW_UP, find_promise),
    "home": Place("homes.show", "dwelling_id", Action.SEE_HOMES, find_home),
    "work_order": Place("work_orders.show", "order_id", Action.SEE_WORKS, find_work_order),
}


def noted_from(session: Session) -> str | None:
    """Give the address of the page whose form was sent, if the viewer may open it still."""
    place = PLACES.get(request.form.get("place", ""))
    if place is None or not may(place.action):
        return None
    try:
        id = uuid.UUID(request.form.get("place_id", ""))
        place.find(session, viewer(place.action), id)
    except (ValueError, NotFound):
        return None
    address: dict[str, Any] = {place.argument: id, "_anchor": place.anchor}
    return url_for(place.endpoint, **address)
