"""What the door refused, handed in as it is: the way out of every refusal a visitor meets."""

import uuid
from typing import Any

from flask import g, request
from flask_smorest import Blueprint

from visits.intake.handing_in import RefusedItem, hand_in
from visits.models.handed_in import HandedIn, HandedInKind
from webapp.access.auth import Action, late_door, requires, viewer
from webapp.frame.parcels import XML_PART, sent_file
from webapp.frame.schemas.told import HandedInSchema, HandInSchema
from webapp.frame.transaction import house, now, transaction

REPORT_PART = "report"

handed_in = Blueprint(
    "handed_in_api", __name__, url_prefix="/api/handed-in", description="Handed in as it is"
)


@handed_in.post("")
@handed_in.arguments(HandInSchema, location="form")
@handed_in.response(201, HandedInSchema)
@requires(Action.HAND_IN)
@late_door
def hand_over(body: dict[str, Any]) -> dict[str, Any]:
    """Keep an item that the door refused, with whatever files; the same again adds files only."""
    item = RefusedItem(
        item_id=body["id"],
        kind=HandedInKind(body["kind"]),
        reason=body["reason"],
        content=_content(body["report"]),
        files=[
            sent_file(part)
            for name in request.files
            if name != XML_PART
            for part in request.files.getlist(name)
        ],
        visit_said=_visit(body["visit_id"]),
        sent_at=body["sent_at"],
    )
    with transaction() as session:
        kept = hand_in(
            session,
            house().store,
            item,
            viewer=viewer(),
            now=now(),
            device_id=g.account.device_id,
        )
        answer = {"id": kept.item_id, "received_at": kept.received_at, "files": _files(kept)}
    return answer  # noqa: RET504 -- the answer goes out after the commit


def _content(report: str) -> bytes | None:
    """Give the form or the report; None in a request that only adds files."""
    part = request.files.get(XML_PART)
    return part.read() if part is not None else report.encode() or None


def _visit(said: str) -> uuid.UUID | None:
    """Read the visit it came from; nonsense is no reason to refuse what is handed in."""
    try:
        return uuid.UUID(said)
    except ValueError:
        return None


def _files(kept: HandedIn) -> list[dict[str, Any]]:
    is_form = kept.kind in (HandedInKind.SUBMISSION, HandedInKind.INTERVENTION)
    name = XML_PART if is_form else REPORT_PART
    content = [{"name": name, "sha256": kept.sha256, "size": kept.size}] if kept.sha256 else []
    files = sorted(kept.files, key=lambda one: (one.name, one.sha256))
    return content + [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in files]
