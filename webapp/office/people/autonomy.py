"""How she lives from day to day: asked area by area, in her own words; noted, withdrawn."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.needs import AutonomyNote, Setting
from visits.models.people import Person, RefusedPart
from visits.people.autonomy import (
    ASKED_BY_LENGTH,
    WORDS_LENGTH,
    Area,
    AutonomySaid,
    How,
    Said,
    ask_again_on,
    autonomy_of,
    note_autonomy,
    put_autonomy_back,
    withdraw_autonomy,
)
from visits.people.external_scores import external_scores
from visits.people.part_refusals import refused_parts
from visits.sight import Viewer, find_person
from visits.sight.withdrawing import WHY_LENGTH
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.listing import stands_at
from webapp.office.frame.moments import optional_day
from webapp.office.people.noted import change_noted
from webapp.office.people.people import told

autonomy = Blueprint("autonomy", __name__, url_prefix="/people")


@autonomy.get("/<uuid:person_id>/autonomy")
@requires(Action.RECORD_SCORES)
def show(person_id: uuid.UUID) -> ResponseReturnValue:
    """Show what she said of her days at home."""
    return _page(person_id)


@autonomy.post("/<uuid:person_id>/autonomy")
@requires(Action.RECORD_SCORES)
def note(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note what she says, in the place of what stood."""
    return change_noted(person_id, _note, page=_page, done=_("What she said is noted."))


@autonomy.post("/<uuid:person_id>/autonomy/<uuid:autonomy_id>/withdraw")
@requires(Action.RECORD_SCORES)
def withdraw(person_id: uuid.UUID, autonomy_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what was noted by mistake."""
    why = request.form.get("why", "")
    done = _("It is withdrawn: what was said before counts again.")
    return change_noted(person_id, withdraw_autonomy, autonomy_id, why, page=_page, done=done)


@autonomy.post("/<uuid:person_id>/autonomy/<uuid:autonomy_id>/back")
@requires(Action.RECORD_SCORES)
def back(person_id: uuid.UUID, autonomy_id: uuid.UUID) -> ResponseReturnValue:
    """Let what was withdrawn count again."""
    done = _("It counts again.")
    return change_noted(person_id, put_autonomy_back, autonomy_id, page=_page, done=done)


def _note(session: Session, person: Person, *, viewer: Viewer, now: datetime) -> None:
    note_autonomy(session, person, _typed(), viewer=viewer, now=now)


def _typed() -> AutonomySaid:
    """Read what was typed: an area with words alone is one of which nobody said how."""
    typed = request.form
    areas = {
        area.value: Said(typed.get(f"how-{area}", ""), _words(area))
        for area in Area
        if typed.get(f"how-{area}") or _words(area).strip()
    }
    day = optional_day(typed.get("assessed_on", ""), field="assessed_on")
    return AutonomySaid(areas, day, typed.get("asked_by", ""), typed.get("setting", ""))


def _words(area: Area) -> str:
    return request.form.get(f"words-{area}", "").replace("\r\n", "\n")


def _page(person_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("autonomy.show", person_id=person_id)
    errors, said = told(refused) if isinstance(refused, Invalid | Conflict) else ({}, "")
    with showing("autonomy") as (session, shown):
        person = find_person(session, viewer(Action.RECORD_SCORES), person_id)
        shown.add(person.id)
        notes, today = autonomy_of(session, person), today_in_paris(now())
        counting = [one for one in notes if one.withdrawn_at is None]
        standing = next((one for one in counting if one.erased_on is None), None)
        return render_template(
            "people/autonomy.html",
            person=person,
            standing=standing,
            again=ask_again_on(counting[0]) if counting else None,
            notes=notes,
            areas=list(Area),
            hows=list(How),
            settings=list(Setting),
            scores=external_scores(session, person),
            health_refused=RefusedPart.HEALTH in refused_parts(session, person.id),
            asking=g.account.name,
            day_now=today,
            typed=request.form or _starting(notes),
            words_length=WORDS_LENGTH,
            asked_by_length=ASKED_BY_LENGTH,
            why_length=WHY_LENGTH,
            errors=errors,
            said=said,
        )


def _starting(notes: Sequence[AutonomyNote]) -> dict[str, str]:
    """Give the form as a note stands that is to be corrected; else it is empty."""
    asked = request.args.get("correct", "")
    one = next((note for note in notes if str(note.id) == asked), None)
    if one is None or one.erased_on is not None:
        return {}
    found = {"assessed_on": one.assessed_on.isoformat(), "asked_by": one.asked_by}
    found["setting"] = one.setting.value
    for area, told_of in one.said.items():
        found[f"how-{area}"], found[f"words-{area}"] = told_of["how"], told_of["words"]
    return found
