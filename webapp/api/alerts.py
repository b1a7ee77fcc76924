"""Urgent alerts from tablets: the first thing they send."""

import uuid
from typing import Any

from flask_smorest import Blueprint

from visits.intake.alerts import Raised, raise_alert
from webapp.access.auth import Action, late_door, requires, viewer
from webapp.frame.schemas.told import NewAlertSchema, ReportReceivedSchema
from webapp.frame.transaction import now, transaction

alerts = Blueprint("alerts_api", __name__, url_prefix="/api/visits", description="Urgent alerts")


@alerts.post("/<uuid:visit_id>/alerts")
@alerts.arguments(NewAlertSchema)
@alerts.response(201, ReportReceivedSchema)
@requires(Action.VISIT)
@late_door
def raised(body: dict[str, Any], visit_id: uuid.UUID) -> dict[str, Any]:
    """Keep an urgent alert; the same one again adds who was reached."""
    with transaction() as session:
        kept = raise_alert(session, visit_id, Raised(**body), viewer=viewer(), now=now())
        return {"id": body["id"], "received_at": kept.received_at}
