"""What a tablet tells of a visit beside its forms."""

import uuid
from typing import Any

from flask_smorest import Blueprint

from visits.agenda.beside import begin_beside
from visits.agenda.carried import find_carried_visit
from visits.agenda.doors import Knock, number_of, report_shut_door
from visits.ground.clocks import on_our_clock
from visits.people.part_refusals import report_refused_parts
from webapp.access.auth import Action, late_door, requires, viewer
from webapp.frame.schemas.told import (
    BesideSchema,
    KnockSchema,
    RefusedPartsSchema,
    ReportedSchema,
    ReportReceivedSchema,
)
from webapp.frame.transaction import now, transaction

visit_reports = Blueprint(
    "visit_reports", __name__, url_prefix="/api/visits", description="What happened at a visit"
)


@visit_reports.post("/<uuid:visit_id>/failure")
@visit_reports.arguments(KnockSchema)
@visit_reports.response(201, ReportedSchema)
@requires(Action.VISIT)
@late_door
def failure(body: dict[str, Any], visit_id: uuid.UUID) -> dict[str, Any]:
    """Keep what happened at a door that stayed shut; the same report again changes nothing.

    `state` says what the visit is now: one that was cancelled meanwhile stays cancelled.
    """
    moment = now()
    knock = Knock(
        outcome=body["outcome"],
        at=on_our_clock(body["at"], sent_at=body["sent_at"], now=moment),
        reason=body["reason"],
        left_behind=tuple(body["left_behind"]),
        note=body["note"] or "",
        report_id=body["id"],
    )
    with transaction() as session:
        visit = find_carried_visit(session, viewer(), visit_id, now=moment)
        kept = report_shut_door(session, visit, knock, viewer=viewer(), now=moment)
        return {
            "id": kept.report_id,
            "received_at": kept.received_at,
            "attempt": number_of(session, kept),
            "state": visit.state,
        }


@visit_reports.post("/<uuid:visit_id>/refusals")
@visit_reports.arguments(RefusedPartsSchema)
@visit_reports.response(201, ReportReceivedSchema)
@requires(Action.VISIT)
@late_door
def refusals(body: dict[str, Any], visit_id: uuid.UUID) -> dict[str, Any]:
    """Keep what a person refuses of a visit that goes on; the same report again changes nothing."""
    moment = now()
    with transaction() as session:
        visit = find_carried_visit(session, viewer(), visit_id, now=moment)
        report_refused_parts(
            session,
            visit.case.person,
            body["parts"],
            report_id=body["id"],
            said_at=on_our_clock(body["at"], sent_at=body["sent_at"], now=moment),
            viewer=viewer(),
            now=moment,
        )
    return {"id": body["id"], "received_at": moment}


@visit_reports.post("/<uuid:visit_id>/beside")
@visit_reports.arguments(BesideSchema)
@visit_reports.response(201, ReportReceivedSchema)
@requires(Action.VISIT_BESIDE)
@late_door
def beside(body: dict[str, Any], visit_id: uuid.UUID) -> dict[str, Any]:
    """Keep that a task in the same home is answered too; the same report again changes nothing."""
    moment = now()
    with transaction() as session:
        visit = find_carried_visit(session, viewer(), visit_id, now=moment)
        begun = begin_beside(session, visit, body["task_id"], viewer=viewer(), now=moment)
        return {"id": begun.id, "received_at": begun.planned_at}
