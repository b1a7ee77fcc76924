"""Her home and her needs: what a home must have, what hers has, what is free and fits."""

import uuid
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.homes.needs import BY_HAND, note_needs, notes_of, put_needs_back, withdraw_needs
from visits.models.people import Person
from visits.sight import Viewer, find_person
from visits.sight.withdrawing import WHY_LENGTH
from visits.stays.fitting import fitting, home_today
from visits.transfers.wishes import wishes_of
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.listing import stands_at
from webapp.office.frame.moments import optional_day
from webapp.office.frame.needs import needs_form, typed_needs
from webapp.office.people.noted import change_noted
from webapp.office.people.people import told

home_needs = Blueprint("home_needs", __name__, url_prefix="/people")

# So many homes and places stand on the page, best first; it says how many more there are.
MOST_SHOWN = 30


@home_needs.get("/<uuid:person_id>/home")
@requires(Action.SUPPORT)
def show(person_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a home must have for her, and what may be offered."""
    return _page(person_id)


@home_needs.post("/<uuid:person_id>/home")
@requires(Action.SUPPORT)
def note(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note all that a home must have, in the place of what stood."""
    done = _("What her home must have is noted.")
    return change_noted(person_id, _note, page=_page, done=done)


@home_needs.post("/<uuid:person_id>/home/<uuid:needs_id>/withdraw")
@requires(Action.SUPPORT)
def withdraw(person_id: uuid.UUID, needs_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what was noted by mistake."""
    why = request.form.get("why", "")
    done = _("It is withdrawn: what was said before counts again.")
    return change_noted(person_id, withdraw_needs, needs_id, why, page=_page, done=done)


@home_needs.post("/<uuid:person_id>/home/<uuid:needs_id>/back")
@requires(Action.SUPPORT)
def back(person_id: uuid.UUID, needs_id: uuid.UUID) -> ResponseReturnValue:
    """Let what was withdrawn count again."""
    done = _("It counts again.")
    return change_noted(person_id, put_needs_back, needs_id, page=_page, done=done)


def _note(session: Session, person: Person, *, viewer: Viewer, now: datetime) -> None:
    typed = request.form
    note_needs(
        session,
        person,
        typed_needs(),
        source=typed.get("source", ""),
        said_on=optional_day(typed.get("said_on", ""), field="said_on"),
        viewer=viewer,
        now=now,
    )


def _page(person_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("home_needs.show", person_id=person_id)
    errors, said = told(refused) if isinstance(refused, Invalid | Conflict) else ({}, "")
    with showing("home_needs") as (session, shown):
        person = find_person(session, viewer(Action.SUPPORT), person_id)
        shown.add(person.id)
        homes, today = viewer(Action.SEE_HOMES), today_in_paris(now())
        places = viewer(Action.PLAN) if may(Action.PLAN) else homes
        found = fitting(session, person, homes=homes, places=places, today=today)
        follows = may(Action.FOLLOW_ADAPTATIONS)
        wishes = wishes_of(session, viewer(Action.FOLLOW_ADAPTATIONS), person) if follows else []
        return render_template(
            "people/home.html",
            person=person,
            found=found,
            matches=found.matches[:MOST_SHOWN],
            more=len(found.matches[MOST_SHOWN:]),
            at_home=home_today(session, homes, person, today=today),
            wish=next((one for one in wishes if one.is_open), None),
            notes=notes_of(session, person),
            sources=list(BY_HAND),
            latest=today,
            why_length=WHY_LENGTH,
            typed=request.form,
            errors=errors,
            said=said,
            **needs_form(found.needs),
        )
