"""Places of a residence: its page of them, and each with what is changed of it."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.admissions.fitting import who_waits_for
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.homes.matching import Match
from visits.homes.register import tell
from visits.models.admissions import Admission
from visits.models.stays import Contract, Place, PlaceKind
from visits.sight.homes import find_home, find_residence, sees_home
from visits.sight.listing import Listed, Wanted
from visits.stays.contracts import LONGEST_MONTHS
from visits.stays.houses import list_houses
from visits.stays.occupancy import Occupancy, occupancy
from visits.stays.place_list import (
    ALL,
    STANDING,
    WITHDRAWN,
    PlaceFilter,
    Told,
    count_to_stay_in,
    homes_for_places,
    list_places,
)
from visits.stays.places import (
    NAME_LENGTH,
    WHY_LENGTH,
    add_place,
    change_place,
    find_place,
    put_place_back,
    withdraw_place,
)
from visits.stays.stays import stays_in
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted_by
from webapp.office.stays.occupied import AskedDays, asked_days, place_lines
from webapp.office.stays.typed import typed_place, typed_turn

places = Blueprint("places", __name__, url_prefix="/stays/places")
STATES = (STANDING, WITHDRAWN, ALL)


@places.get("/")
@requires(Action.SEE_HOMES)
def index() -> ResponseReturnValue:
    """List the residences that have places, and how many are free today."""
    with reading() as session:
        today = today_in_paris(now())
        return render_template(
            "stays/houses.html",
            listed=list_houses(session, viewer(), wanted=wanted_by("city"), on=today),
        )


@places.get("/places.csv")
@requires(Action.SEE_HOMES)
def houses_export() -> ResponseReturnValue:
    """Give the residences that have places as a file."""
    with reading() as session:
        asked = whole(wanted_by("city"))
        listed = list_houses(session, viewer(), wanted=asked, on=today_in_paris(now()))
        lines = [
            (_("Address"), _("City"), _("Places"), _("Taken"), pgettext("several places", "Free"))
        ]
        lines += [
            (one.residence.address, one.residence.city, one.places, one.taken, one.free)
            for one in listed.rows
        ]
        return list_file("residences.csv", lines, of=listed)


@places.get("/of/<uuid:residence_id>")
@requires(Action.SEE_HOMES)
def of_residence(residence_id: uuid.UUID) -> ResponseReturnValue:
    """List the places of a residence and who is there, to those who see persons."""
    return _page_of_residence(residence_id)


@places.get("/of/<uuid:residence_id>/places.csv")
@requires(Action.SEE_HOMES)
def export(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Give the places of a residence as a file, on the day and of the days that are asked."""
    with showing("places") as (session, shown):
        find_residence(session, viewer(), residence_id)
        listed, filled, asked = _listed(session, residence_id, shown, whole(wanted_by("dwelling")))
        return list_file("places.csv", place_lines(listed, filled, asked), of=listed)


@places.post("/of/<uuid:residence_id>")
@requires(Action.EDIT_HOMES)
def add(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Add a place to a dwelling of a residence."""
    try:
        dwelling_id = request.form.get("dwelling", type=uuid.UUID)
        if dwelling_id is None:
            raise Invalid({"dwelling": "required"})
        said = typed_place()
        with transaction() as session:
            dwelling = find_home(session, viewer(), dwelling_id)
            if dwelling.residence_id != residence_id:
                raise Invalid({"dwelling": "bad_choice"})
            place = add_place(session, dwelling, said, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return _page_of_residence(residence_id, refused), _status(refused)
    flash(_("The place %(name)s is added.", name=place.name), "success")
    return redirect(url_for(".of_residence", residence_id=residence_id))


@places.get("/<uuid:place_id>")
@requires(Action.SEE_HOMES)
def show(place_id: uuid.UUID) -> ResponseReturnValue:
    """Show a place: what it is, how far one gets; who stays there, to those who see persons."""
    return _page(place_id)


@places.post("/<uuid:place_id>")
@requires(Action.EDIT_HOMES)
def change(place_id: uuid.UUID) -> ResponseReturnValue:
    """Change how a place is called, its fee, its contract."""

    def do(session: Session, place: Place) -> str:
        change_place(session, place, typed_place(), turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("Changed. Whoever stays there keeps the contract she has."))

    return _change(place_id, do)


@places.post("/<uuid:place_id>/withdraw")
@requires(Action.EDIT_HOMES)
def withdraw(place_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a place."""

    def do(session: Session, place: Place) -> str:
        why = request.form.get("why", "")
        withdraw_place(session, place, why, turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays readable, and counts no more from today on."))

    return _change(place_id, do)


@places.post("/<uuid:place_id>/back")
@requires(Action.EDIT_HOMES)
def back(place_id: uuid.UUID) -> ResponseReturnValue:
    """Let a place that was withdrawn count again."""

    def do(session: Session, place: Place) -> str:
        put_place_back(session, place, turn=typed_turn())
        return str(_("Put back: it counts again."))

    return _change(place_id, do)


def _change(place_id: uuid.UUID, do: Callable[[Session, Place], str]) -> ResponseReturnValue:
    try:
        with transaction() as session:
            said = do(session, find_place(session, viewer(), place_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return _page(place_id, refused), _status(refused)
    flash(said, "success")
    return redirect(url_for(".show", place_id=place_id))


def _page_of_residence(residence_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("places.of_residence", residence_id=residence_id)
    with showing("places") as (session, shown):
        seeing = viewer(Action.SEE_HOMES)
        residence = find_residence(session, seeing, residence_id)
        listed, filled, asked = _listed(session, residence_id, shown, wanted_by("dwelling"))
        return render_template(
            "stays/residence.html",
            residence=residence,
            listed=listed,
            filled=filled,
            asked=asked,
            to_stay_in=count_to_stay_in(session, seeing, residence_id),
            homes=homes_for_places(session, seeing, residence_id),
            states=STATES,
            **_form(refused),
        )


def _listed(
    session: Session, residence_id: uuid.UUID, shown: set[uuid.UUID | None], page: Wanted
) -> tuple[Listed[Told], Occupancy, AskedDays]:
    """Give a page of the places, and who is there on the day; whom it names is logged."""
    asked, seeing = asked_days(STATES), viewer(Action.SEE_HOMES)
    only = PlaceFilter(residence_id, asked.state)
    listed = list_places(session, seeing, only=only, wanted=page, today=today_in_paris(now()))
    eyes = viewer(Action.SEE_PERSONS) if may(Action.SEE_PERSONS) else seeing
    filled = occupancy(session, eyes, residence_id, day=asked.day, period=asked.period)
    if may(Action.SEE_PERSONS):
        there = (filled.by_place.get(one.place.id) for one in listed.rows)
        shown.update(one.stay.person_id for one in there if one and one.stay)
    return listed, filled, asked


def _page(place_id: uuid.UUID, refused: Refused | None = None) -> str:
    with showing("place") as (session, shown):
        place = find_place(session, viewer(Action.SEE_HOMES), place_id)
        stays = stays_in(session, viewer(Action.SEE_PERSONS), place) if _names() else []
        shown.update(one.person_id for one in stays)
        home = tell(session, [place.dwelling_id], today=today_in_paris(now()))
        waiting = _waiting(session, place)
        shown.update(one.case.person_id for one, _match in waiting)
        return render_template(
            "stays/place.html",
            place=place,
            stays=stays,
            home=home[place.dwelling_id],
            waiting=waiting,
            home_seen=sees_home(session, viewer(Action.SEE_HOMES), place.dwelling_id),
            why_length=WHY_LENGTH,
            **_form(refused),
        )


def _waiting(session: Session, place: Place) -> list[tuple[Admission, Match]]:
    """List who waits for such a place, to whoever follows admissions."""
    if not may(Action.SUPPORT):
        return []
    return who_waits_for(session, viewer(Action.SUPPORT), place, today=today_in_paris(now()))


def _names() -> bool:
    """Tell whether the reader may be told who stays somewhere."""
    return may(Action.SEE_PERSONS)


def _form(refused: Refused | None) -> dict[str, object]:
    """Give what the form of a place shows, with what was typed and why it was refused."""
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return {
        "kinds": list(PlaceKind),
        "contracts": list(Contract),
        "longest_months": LONGEST_MONTHS,
        "name_length": NAME_LENGTH,
        "day_now": today_in_paris(now()),
        "typed": request.form if refused else {},
        "errors": {name: sentence(code) for name, code in fields.items()},
        "said": sentence(refused.code) if isinstance(refused, Conflict) else "",
    }


def _status(refused: Refused) -> int:
    return 422 if isinstance(refused, Invalid) else 409
