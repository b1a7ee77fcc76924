"""What is written of homes by hand: a new one, its details corrected, both taken back."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.homes.corrections import DOOR_LENGTH, correct_home, read_details, take_change_back
from visits.portfolio.new_home import (
    ADDRESS_LENGTH,
    CITY_LENGTH,
    REFERENCE_LENGTH,
    HomeSaid,
    make_home,
    take_home_back,
)
from visits.sight.homes import find_home
from visits.sight.landlords import landlords_written_for
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.listing import pairs
from webapp.office.homes.homes import page_of_home

homes_by_hand = Blueprint("homes_by_hand", __name__, url_prefix="/homes")


@homes_by_hand.get("/new")
@requires(Action.EDIT_HOMES)
def new() -> ResponseReturnValue:
    """Ask which dwelling is to be written down."""
    return _form({})


@homes_by_hand.post("/new")
@requires(Action.EDIT_HOMES)
def make() -> ResponseReturnValue:
    """Write down a dwelling whom no file has told of."""
    typed = request.form
    said = HomeSaid(
        typed.get("reference", ""),
        typed.get("residence_reference", ""),
        typed.get("address", ""),
        typed.get("postcode", ""),
        typed.get("city", ""),
        typed.get("landlord", type=uuid.UUID),
    )
    try:
        with transaction() as session:
            details = read_details(typed)
            dwelling_id = make_home(session, said, details, viewer=viewer(), now=now()).id
    except Invalid as refused:
        return _form({name: sentence(code) for name, code in refused.fields.items()}), 422
    flash(_("This dwelling is written down."), "success")
    return redirect(url_for("homes.show", dwelling_id=dwelling_id))


@homes_by_hand.post("/<uuid:dwelling_id>/details")
@requires(Action.EDIT_HOMES)
def correct(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Correct the details of a dwelling."""
    try:
        with transaction() as session:
            dwelling = find_home(session, viewer(), dwelling_id)
            details = read_details(request.form)
            correct_home(session, dwelling, details, viewer=viewer(), now=now())
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        return page_of_home(dwelling_id, errors=errors), 422
    except Conflict as refused:
        return page_of_home(dwelling_id, said=sentence(refused.code)), 409
    flash(_("Corrected. No later file replaces it."), "success")
    return redirect(url_for("homes.show", dwelling_id=dwelling_id))


@homes_by_hand.post("/<uuid:dwelling_id>/changes/<uuid:change_id>/back")
@requires(Action.EDIT_HOMES)
def back(dwelling_id: uuid.UUID, change_id: uuid.UUID) -> ResponseReturnValue:
    """Take a correction back."""
    with transaction() as session:
        dwelling = find_home(session, viewer(), dwelling_id)
        take_change_back(session, dwelling, change_id, viewer=viewer(), now=now())
    flash(_("Taken back: it is again what it was before."), "success")
    return redirect(url_for("homes.show", dwelling_id=dwelling_id))


@homes_by_hand.post("/<uuid:dwelling_id>/back")
@requires(Action.EDIT_HOMES)
def unmake(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Let a dwelling that was written down by mistake be no more."""
    try:
        with transaction() as session:
            dwelling = find_home(session, viewer(), dwelling_id)
            take_home_back(session, dwelling, viewer=viewer(), now=now())
    except Conflict as refused:
        return page_of_home(dwelling_id, said=sentence(refused.code)), 409
    flash(_("This dwelling is no longer written down."), "success")
    return redirect(url_for("home.index"))


def _form(errors: dict[str, str]) -> str:
    with reading() as session:
        listed = landlords_written_for(session, viewer().user_id, on=today_in_paris(now()))
        landlords = pairs(listed, "id", "name")
    return render_template(
        "homes/new.html",
        landlords=landlords,
        typed=request.form,
        errors=errors,
        reference_length=REFERENCE_LENGTH,
        address_length=ADDRESS_LENGTH,
        city_length=CITY_LENGTH,
        door_length=DOOR_LENGTH,
    )
