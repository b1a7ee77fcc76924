"""A residence's address, corrected on its page and taken back there."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Conflict, Invalid
from visits.portfolio.new_address import AddressSaid, correct_address, take_address_back
from visits.sight.homes import find_residence
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.placing import put_on_map
from webapp.office.homes.homes import page_of_residence

addresses = Blueprint("addresses", __name__, url_prefix="/homes/residences")


@addresses.post("/<uuid:residence_id>/address")
@requires(Action.EDIT_HOMES)
def correct(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Correct where a residence is."""
    said = AddressSaid(
        **{name: request.form.get(name, "") for name in AddressSaid.__dataclass_fields__}
    )
    try:
        with transaction() as session:
            residence = find_residence(session, viewer(), residence_id)
            correct_address(session, residence, said, viewer=viewer(), now=now())
            put_on_map(session)
            placed = residence.lat is not None
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        return page_of_residence(residence_id, errors=errors), 422
    except Conflict as refused:
        return page_of_residence(residence_id, said=sentence(refused.code)), 409
    flash(_("Corrected. No later file replaces it."), "success")
    if not placed:
        text = _("Where this address is on the map is not known: until then it is on no map.")
        flash(text, "warning")
    return redirect(url_for("homes.residence", residence_id=residence_id))


@addresses.post("/<uuid:residence_id>/addresses/<uuid:change_id>/back")
@requires(Action.EDIT_HOMES)
def back(residence_id: uuid.UUID, change_id: uuid.UUID) -> ResponseReturnValue:
    """Take the correction of an address back."""
    with transaction() as session:
        residence = find_residence(session, viewer(), residence_id)
        take_address_back(session, residence, change_id, viewer=viewer(), now=now())
        put_on_map(session)
    flash(_("Taken back: it is again what it was before."), "success")
    return redirect(url_for("homes.residence", residence_id=residence_id))
