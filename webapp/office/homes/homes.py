"""A dwelling and a residence: what is true of them, what was found, who lives there."""

import uuid
from collections.abc import Collection, Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from visits.adaptations.files import files_of, label_of
from visits.ground.deadlines import today_in_paris
from visits.ground.months import by_month
from visits.homes.corrections import DOOR_LENGTH, changes_of, standing
from visits.homes.files import (
    ADAPTATION,
    HAZARD,
    MOST_WORKS,
    Eyes,
    HomeFile,
    home_file,
    residence_file,
)
from visits.homes.labelled import labelled
from visits.homes.register import tell
from visits.homes.traits import TRAITS, traits_of
from visits.homes.traits import WHY_LENGTH as TRAIT_WHY_LENGTH
from visits.life.events import WHY_LENGTH
from visits.models.adaptations import AdaptationFile
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.visits import Visit
from visits.portfolio.new_address import addresses_of
from visits.portfolio.new_home import ADDRESS_LENGTH, CITY_LENGTH
from visits.portfolio.placing import placing_of
from visits.portfolio.withdrawn import leases_coming
from visits.sight import Viewer
from visits.sight.homes import find_home, find_residence
from visits.steering.kit_survival import Found, found_in
from visits.stock.movements import in_home
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.deaths import deaths_of
from webapp.office.frame.listing import stands_at, wanted
from webapp.office.frame.programmes import programme_names

homes = Blueprint("homes", __name__, url_prefix="/homes")


@homes.get("/<uuid:dwelling_id>")
@requires(Action.SEE_HOMES)
def show(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is known of a dwelling."""
    return page_of_home(dwelling_id)


def page_of_home(
    dwelling_id: uuid.UUID, *, errors: dict[str, str] | None = None, said: str = ""
) -> str:
    """Render the page of a dwelling, with why a change of it was refused."""
    with showing("dwelling") as (session, shown):
        dwelling = find_home(session, viewer(Action.SEE_HOMES), dwelling_id)
        file = home_file(session, _eyes(), dwelling)
        shown.update(stay.person_id for lease in file.leases for stay in lease.stays)
        shown.update(case.person_id for case in file.cases)
        shown.update(visit.case.person_id for visit in file.visits)
        changes = changes_of(session, dwelling)
        day_now = today_in_paris(now())
        adapted = tell(session, [dwelling.id], today=day_now)[dwelling.id]
        labels = labelled(session, {dwelling.id: adapted.traits}, today=day_now)
        there = in_home(session, viewer(Action.SEE_HOMES), dwelling)
        return render_template(
            "homes/show.html",
            dwelling=dwelling,
            file=file,
            deaths=deaths_of(session, _at_home(file)),
            coming=leases_coming(
                session, viewer(Action.SEE_HOMES), dwelling, persons=_seen(Action.SEE_PERSONS)
            ),
            why_length=WHY_LENGTH,
            visits=by_month(file.visits, at=lambda one: one.planned_start_at, alike=_alike),
            hazards=[one for one in file.findings if one.kind == HAZARD],
            adaptation_files=_adaptation_files(session, dwelling, shown),
            adaptations=[one for one in file.findings if one.kind == ADAPTATION],
            programme_names=programme_names(session),
            noted=traits_of(session, dwelling),
            adapted=adapted,
            labels=labels.get(dwelling.id, []),
            traits=list(TRAITS),
            trait_why_length=TRAIT_WHY_LENGTH,
            in_home=there,
            found_later=_found_later(session, dwelling, {one.item for one in there}, shown),
            changes=changes,
            standing=standing(changes),
            door_length=DOOR_LENGTH,
            typed=request.form,
            errors=errors or {},
            said=said,
            most_works=MOST_WORKS,
            day_now=day_now,
            now=now(),
        )


def _found_later(
    session: Session, dwelling: Dwelling, items: Collection[str], shown: set[uuid.UUID | None]
) -> Sequence[Found]:
    """Give what was found of items that came into a home, to those who may read answers."""
    if not may(Action.SEE_ANSWERS):
        return []
    every = found_in(session, viewer(Action.SEE_ANSWERS), dwelling)
    found = [one for one in every if one.item in items]
    shown.update(one.person_id for one in found)
    return found


def _adaptation_files(
    session: Session, dwelling: Dwelling, shown: set[uuid.UUID | None]
) -> list[tuple[AdaptationFile, dict[str, str]]]:
    """Give what is asked to be changed in a home, to those who follow it."""
    if not may(Action.FOLLOW_ADAPTATIONS):
        return []
    files = files_of(session, viewer(Action.FOLLOW_ADAPTATIONS), home=dwelling)
    shown.update(one.person_id for one in files)
    return [(one, label_of(one)) for one in files]


@homes.get("/residences/<uuid:residence_id>")
@requires(Action.SEE_HOMES)
def residence(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is known of a residence; nobody who lives there is named."""
    return page_of_residence(residence_id)


def page_of_residence(
    residence_id: uuid.UUID, *, errors: dict[str, str] | None = None, said: str = ""
) -> str:
    """Render the page of a residence, with why a change of it was refused."""
    stands_at("homes.residence", residence_id=residence_id)
    with showing("residence") as (session, _):
        found = find_residence(session, viewer(Action.SEE_HOMES), residence_id)
        changes = addresses_of(session, found)
        file = residence_file(session, _eyes(), found, wanted=wanted())
        ids = [one.id for one in file.dwellings.rows]
        return render_template(
            "homes/residence.html",
            adapted=tell(session, ids, today=today_in_paris(now())),
            residence=found,
            changes=changes,
            placing=placing_of(session, found),
            standing=next((one for one in changes if one.taken_back_at is None), None),
            address_length=ADDRESS_LENGTH,
            city_length=CITY_LENGTH,
            typed=request.form,
            errors=errors or {},
            said=said,
            file=file,
            programme_names=programme_names(session),
            most_works=MOST_WORKS,
            now=now(),
        )


def _at_home(file: HomeFile) -> list[Person]:
    """Give who lives in a home, and who died there."""
    return [
        stay.person
        for lease in file.leases
        for stay in lease.stays
        if (stay.ended_on or lease.tenancy.ended_on) in (None, stay.person.died_on)
    ]


def _alike(visit: Visit) -> tuple[uuid.UUID, str] | None:
    return None if visit.is_live else (visit.case_id, visit.state)


def _eyes() -> Eyes:
    """Give how far the reader sees of each thing that a page about homes may tell."""
    return Eyes(
        homes=viewer(Action.SEE_HOMES),
        persons=_seen(Action.SEE_PERSONS),
        cases=_seen(Action.SEE_CASES),
        visits=_seen(Action.SEE_VISITS),
        answers=_seen(Action.SEE_ANSWERS),
        works=_seen(Action.SEE_WORKS),
    )


def _seen(action: Action) -> Viewer | None:
    return viewer(action) if may(action) else None
