"""Urgent alerts: whoever takes one in hand says so."""

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.intake.alerts import note_seen
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, transaction

alerts = Blueprint("alerts", __name__, url_prefix="/alerts")


@alerts.post("/<uuid:alert_id>/seen")
@requires(Action.SEE_ALERTS)
def seen(alert_id: uuid.UUID) -> ResponseReturnValue:
    """Note who has seen an alert, and when."""
    works_only = not may(Action.SEE_ANSWERS)
    with transaction() as session:
        note_seen(session, alert_id, works_only=works_only, viewer=viewer(), now=now())
    flash(_("The alert is marked as seen."), "success")
    return redirect(url_for("home.index"))
