"""What is written of a person by hand: a new one, where she comes to live, her name corrected."""

import uuid
from collections.abc import Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.calls.phones import note_number
from visits.choosing.opening import open_by_hand
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.life.arrivals import ROLES, Arriving, record_arrival
from visits.life.endings import Told
from visits.models.cases import WayIn
from visits.models.life import HowTold
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.people.by_hand import (
    NAME_LENGTH,
    PersonSaid,
    alike,
    checked,
    correct_person,
    make_person,
    take_correction_back,
)
from visits.programmes.published import WAYS_BY_HAND
from visits.sight import find_person
from visits.sight.homes import find_home_called
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.moments import age, birth_day, noted_day, past_day
from webapp.office.frame.programmes import facts_named
from webapp.office.people.people import REFERENCE_LENGTH, refused_on_page, told

people_by_hand = Blueprint("people_by_hand", __name__, url_prefix="/people")


class MayBeKnown(Exception):
    """Somebody like the person who was typed is known: `persons`, of those the viewer may see."""

    def __init__(self, persons: Sequence[uuid.UUID]) -> None:
        super().__init__("known")
        self.persons = persons


@people_by_hand.get("/new")
@requires(Action.EDIT_PERSONS)
def new() -> ResponseReturnValue:
    """Ask who is to be written down."""
    with showing("people_alike") as (session, shown):
        return _form(session, shown, [])


@people_by_hand.post("/new")
@requires(Action.EDIT_PERSONS)
def make() -> ResponseReturnValue:
    """Write down a person whom no file has told of, unless she may be known already."""
    try:
        with transaction() as session:
            person = _make(session)
            person_id = person.id
    except MayBeKnown as known:
        with showing("people_alike") as (session, shown):
            return _form(session, shown, known.persons), 409
    except (Invalid, Conflict) as refused:
        errors, said = told(refused)
        with showing("people_alike") as (session, shown):
            page = _form(session, shown, [], errors=errors, said=said)
        return page, 422 if errors else 409
    flash(_("This person is written down."), "success")
    return redirect(url_for("people.show", person_id=person_id))


def _make(session: Session) -> Person:
    fields: dict[str, str] = {}
    said = _typed_person(fields)
    try:
        said = checked(said, now=now())
    except Invalid as refused:
        fields |= refused.fields
    home, on = None, None
    try:
        home, on = _typed_home(session), _typed_on()
    except Invalid as refused:
        fields |= refused.fields
    if fields:
        raise Invalid(fields)
    if request.form.get("another") != "yes":
        found = alike(session, viewer(), said, home=home.id if home else None)
        if found:
            raise MayBeKnown([one.id for one in found])
    landlord_id = home.landlord_id if home else None
    person = make_person(session, said, landlord_id=landlord_id, viewer=viewer(), now=now())
    if request.form.get("number", "").strip():
        number = request.form["number"]
        person.phone = note_number(
            session, person, number, whose="", viewer=viewer(), now=now()
        ).number
    if home is not None and on is not None:
        record_arrival(session, person, _arriving(home, on), told=_told())
    return person


@people_by_hand.post("/<uuid:person_id>/arrival")
@requires(Action.EDIT_PERSONS)
def arrive(person_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a person came to live in a home of the stock."""
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            home, on = _typed_home(session), _typed_on()
            if home is None or on is None:
                raise Invalid({"home_reference": "required"})
            record_arrival(session, person, _arriving(home, on), told=_told())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    flash(_("Noted: this person lives there now, and her open cases go on there."), "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="life"))


@people_by_hand.post("/<uuid:person_id>/cases")
@requires(Action.ENROL)
def add_case(person_id: uuid.UUID) -> ResponseReturnValue:
    """Open a case for somebody who asked for it, or of whom somebody spoke."""
    typed = request.form
    try:
        if typed.get("way_in") not in WAYS_BY_HAND:
            raise Invalid({"way_in": "bad_choice"})
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            case, fit = open_by_hand(
                session, person, typed.get("programme", ""), way_in=WayIn(typed["way_in"]),
                motive=_typed_motive(),
                outside=typed.get("outside", "").replace("\r\n", "\n"),
                viewer=viewer(), now=now(),
            )  # fmt: skip
            case_id = case.id
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    said = _("The case is open: this person is in the call list of the programme.")
    if fit.unknown:
        said += " " + _("Not known of her: %(facts)s.", facts=facts_named(fit.unknown))
    flash(said, "success")
    return redirect(url_for("cases.show", case_id=case_id))


def _typed_motive() -> str:
    """Read why a case is opened: a motive that its programme lists, or words; never both."""
    words = request.form.get("motive", "").replace("\r\n", "\n").strip()
    programme, _sep, listed = request.form.get("listed", "").partition(".")
    if listed and words:
        raise Invalid({"motive": "motive_not_listed"})
    if listed and programme != request.form.get("programme", ""):
        raise Invalid({"listed": "motive_of_none"})
    return listed or words


@people_by_hand.post("/<uuid:person_id>/identity")
@requires(Action.EDIT_PERSONS)
def correct(person_id: uuid.UUID) -> ResponseReturnValue:
    """Correct who a person is."""
    try:
        fields: dict[str, str] = {}
        said = _typed_person(fields)
        if fields:
            raise Invalid(fields)
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            correct_person(session, person, said, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    return _back(person_id, _("Corrected. No later file replaces it."))


@people_by_hand.post("/<uuid:person_id>/corrections/<uuid:correction_id>/back")
@requires(Action.EDIT_PERSONS)
def back(person_id: uuid.UUID, correction_id: uuid.UUID) -> ResponseReturnValue:
    """Take a correction back."""
    with transaction() as session:
        person = find_person(session, viewer(), person_id, to_change=True)
        take_correction_back(session, person, correction_id, viewer=viewer(), now=now())
    return _back(person_id, _("Taken back: it is again what it was before."))


def _back(person_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.show", person_id=person_id, _anchor="identity"))


def _typed_person(fields: dict[str, str]) -> PersonSaid:
    typed, born_on = request.form, noted_day("born_on", fields, read=birth_day)
    return PersonSaid(
        last_name=typed.get("last_name", ""),
        first_name=typed.get("first_name", ""),
        civility=typed.get("civility") or None,
        born_on=born_on,
    )


def _typed_home(session: Session) -> Dwelling | None:
    reference = request.form.get("home_reference", "").strip()[:REFERENCE_LENGTH]
    if not reference:
        return None
    try:
        return find_home_called(session, viewer(), reference)
    except NotFound:
        raise Invalid({"home_reference": "home_not_found"}) from None


def _typed_on() -> date | None:
    if not request.form.get("home_reference", "").strip():
        return None
    if not request.form.get("arrived_on"):
        raise Invalid({"arrived_on": "required"})
    try:
        return past_day(request.form["arrived_on"])
    except ValueError:
        raise Invalid({"arrived_on": "bad_date"}) from None


def _arriving(home: Dwelling, on: date) -> Arriving:
    typed = request.form
    return Arriving(home, on, role=typed.get("role", ""), joins=typed.get("joins") == "yes")


def _told() -> Told:
    return Told(HowTold.PAGE, viewer().user_id, now())


def _form(
    session: Session,
    shown: set[uuid.UUID | None],
    known: Sequence[uuid.UUID],
    *,
    errors: dict[str, str] | None = None,
    said: str = "",
) -> str:
    persons = [find_person(session, viewer(), one) for one in known]
    shown.update(known)
    return render_template(
        "people/new.html",
        known=persons,
        roles=ROLES,
        name_length=NAME_LENGTH,
        reference_length=REFERENCE_LENGTH,
        typed=request.form,
        errors=errors or {},
        said=said,
        age=age,
    )
