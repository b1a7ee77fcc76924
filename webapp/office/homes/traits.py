"""What is fitted or measured in a dwelling, noted on its page and withdrawn there."""

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Invalid
from visits.homes.traits import GIVEN, GONE, TRAITS, TraitSaid, note_trait, withdraw_trait
from visits.sight.homes import find_home
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.moments import past_day
from webapp.office.homes.homes import page_of_home

traits = Blueprint("traits", __name__, url_prefix="/homes")


@traits.post("/<uuid:dwelling_id>/traits")
@requires(Action.EDIT_HOMES)
def note(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Note what is fitted or measured in a dwelling."""
    try:
        said = _said()
        with transaction() as session:
            dwelling = find_home(session, viewer(), dwelling_id)
            note_trait(session, dwelling, said, viewer=viewer(), now=now())
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        return page_of_home(dwelling_id, errors=errors), 422
    flash(_("Noted in the register."), "success")
    return redirect(url_for("homes.show", dwelling_id=dwelling_id, _anchor="traits"))


@traits.post("/<uuid:dwelling_id>/traits/<uuid:trait_id>/withdraw")
@requires(Action.EDIT_HOMES)
def withdraw(dwelling_id: uuid.UUID, trait_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what was noted of a dwelling."""
    try:
        with transaction() as session:
            dwelling = find_home(session, viewer(), dwelling_id)
            why = request.form.get("why", "")
            withdraw_trait(session, dwelling, trait_id, why, viewer=viewer(), now=now())
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        return page_of_home(dwelling_id, errors=errors), 422
    flash(_("Withdrawn: what was noted before counts again."), "success")
    return redirect(url_for("homes.show", dwelling_id=dwelling_id, _anchor="traits"))


def _said() -> TraitSaid:
    typed = request.form
    trait, there = typed.get("trait", ""), typed.get("there", "yes")
    measured = trait in TRAITS and TRAITS[trait].highest > GIVEN
    value = _measured(typed.get("value", "")) if measured else GONE if there == "no" else GIVEN
    return TraitSaid(trait, value, _since(typed.get("since", "")))


def _measured(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid({"value": "trait_out_of_range"})
    return int(text)


def _since(text: str) -> date | None:
    try:
        return past_day(text) if text else None
    except ValueError:
        raise Invalid({"since": "bad_date"}) from None
