"""What happened in a person's life: a death, a move; noted and taken back on her page.

A death is so on any page about her too, and one goes back to that page.
"""

import uuid
from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.life.deaths import record_death
from visits.life.endings import Told
from visits.life.moves import record_departure
from visits.life.taking_back import take_back_event
from visits.models.life import HowTold
from visits.models.people import Person
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.calls.given_back import what_came_back
from webapp.office.frame.moments import typed_day
from webapp.office.people.noted_from import noted_from
from webapp.office.people.people import refused_on_page

life_events = Blueprint("life_events", __name__, url_prefix="/people")

Said = list[tuple[str, str]]


@life_events.post("/<uuid:person_id>/death")
@requires(Action.NOTE_LIFE_EVENTS)
def death(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a person died."""

    def do(session: Session, person: Person) -> Said:
        must_be_sure()
        record_death(session, person, on=typed_day_of("on"), told=_told())
        return [(str(_("Noted. What was due, planned or promised is below.")), "success")]

    return _change(person_id, do)


@life_events.post("/<uuid:person_id>/departure")
@requires(Action.NOTE_LIFE_EVENTS)
def departure(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a person left her home."""

    def do(session: Session, person: Person) -> Said:
        must_be_sure()
        where_to = request.form.get("where_to", "").strip()
        record_departure(
            session, person, _typed_home(), on=typed_day_of("on"), where_to=where_to, told=_told()
        )
        return [
            (
                str(_("Noted: this person lives there no more. Her cases there are closed.")),
                "success",
            )
        ]

    return _change(person_id, do)


@life_events.post("/<uuid:person_id>/events/<uuid:event_id>/back")
@requires(Action.NOTE_LIFE_EVENTS)
def back(person_id: uuid.UUID, event_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was noted by mistake."""

    def do(session: Session, person: Person) -> Said:
        given = take_back_event(
            session,
            person,
            event_id,
            reason=request.form.get("reason", ""),
            viewer=viewer(),
            now=now(),
        )
        return what_came_back(given)

    return _change(person_id, do)


def _change(person_id: uuid.UUID, do: Callable[[Session, Person], Said]) -> ResponseReturnValue:
    """Change what is known of a life and say so; what is refused is said on her page."""
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            sentences = do(session, person)
            session.flush()
            seen = is_seen(session, person_id)
            place = noted_from(session)
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    for said, tone in sentences:
        flash(said, tone)
    if place:
        return redirect(place)
    if not seen:
        return redirect(url_for("people.index"))
    return redirect(url_for("people.show", person_id=person_id, _anchor="life"))


def is_seen(session: Session, person_id: uuid.UUID) -> bool:
    """Tell whether the viewer still sees a person after what was noted."""
    try:
        find_person(session, viewer(Action.SEE_PERSONS), person_id)
    except NotFound:
        return False
    return True


def _told() -> Told:
    return Told(HowTold.PAGE, viewer().user_id, now())


def must_be_sure() -> None:
    """Refuse what somebody did not say she is sure of."""
    if request.form.get("sure") != "yes":
        raise Invalid({"sure": "sure_required"})


def typed_day_of(name: str) -> date:
    """Read a day that was typed. Raises Invalid."""
    typed = request.form.get(name, "")
    if not typed:
        raise Invalid({name: "required"})
    try:
        return typed_day(typed)
    except ValueError:
        raise Invalid({name: "bad_date"}) from None


def _typed_home() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("home", ""))
    except ValueError:
        raise Invalid({"home": "required"}) from None
