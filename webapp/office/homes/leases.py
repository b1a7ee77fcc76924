"""Leases to come, withdrawn on a dwelling's page and put back there."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Conflict, Invalid
from visits.portfolio.withdrawn import put_lease_back, withdraw_lease
from visits.sight.homes import find_home
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.homes.homes import page_of_home

leases = Blueprint("leases", __name__, url_prefix="/homes")


@leases.post("/<uuid:dwelling_id>/leases/<uuid:lease_id>/withdrawal")
@requires(Action.EDIT_PERSONS)
def withdraw(dwelling_id: uuid.UUID, lease_id: uuid.UUID) -> ResponseReturnValue:
    """Let a lease to come not be carried out."""
    reason = request.form.get("reason", "")
    try:
        with transaction() as session:
            dwelling = find_home(session, viewer(), dwelling_id)
            withdraw_lease(session, dwelling, lease_id, reason=reason, viewer=viewer(), now=now())
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        return page_of_home(dwelling_id, errors=errors), 422
    return _back(dwelling_id, _("Withdrawn: nobody moves in that day."))


@leases.post("/<uuid:dwelling_id>/leases/<uuid:lease_id>/back")
@requires(Action.EDIT_PERSONS)
def back(dwelling_id: uuid.UUID, lease_id: uuid.UUID) -> ResponseReturnValue:
    """Let a lease that was withdrawn be to come again."""
    try:
        with transaction() as session:
            dwelling = find_home(session, viewer(), dwelling_id)
            put_lease_back(session, dwelling, lease_id, viewer=viewer())
    except Conflict as refused:
        return page_of_home(dwelling_id, said=sentence(refused.code)), 409
    return _back(dwelling_id, _("Put back: the lease is carried out on its day."))


def _back(dwelling_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("homes.show", dwelling_id=dwelling_id, _anchor="coming"))
