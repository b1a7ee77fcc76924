"""What technicians' tablets bring back from an order: kept whole before anything is done."""

import uuid
from typing import Any

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import ValidationError

from visits.ground.clocks import on_our_clock
from visits.ground.errors import Invalid
from visits.models.interventions import Intervention, InterventionState
from visits.works.interventions import InterventionSaid, PartUsed, SentFile, receive
from webapp.access.auth import Action, late_door, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.parcels import INCOMPLETE, XML_PART, sent_at, sent_file
from webapp.frame.schemas.receipts import ReceiptSchema
from webapp.frame.schemas.told import InterventionSchema
from webapp.frame.transaction import house, now, transaction

MAX_CONTENT = 64 * 1024

interventions = Blueprint(
    "interventions", __name__, url_prefix="/api/orders", description="What was done at an order"
)


@interventions.post("/<uuid:order_id>/interventions")
@requires(Action.CARRY_WORKS)
@late_door
def bring_back(order_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what was done at an order, with its photos; the same again changes nothing.

    The receipt is that of a form: `violations` says what could not be done with the order.
    """
    said, more = _said(), INCOMPLETE in request.form
    parts = [one for key in request.files if key != XML_PART for one in request.files.getlist(key)]
    files = [SentFile(one.name, one.media_type, one.data) for one in map(sent_file, parts)]
    with transaction() as session:
        kept = receive(
            session, house().store, order_id, said, files, more=more, viewer=viewer(), now=now()
        )
        answer = _receipt(kept)
    return answer  # noqa: RET504 -- the answer goes out after the commit


def _said() -> InterventionSaid:
    part = request.files.get(XML_PART)
    content = part.stream.read(MAX_CONTENT + 1) if part is not None else b""
    if not content or len(content) > MAX_CONTENT:
        raise Invalid({"intervention": "too_long" if content else "required"})
    try:
        said: dict[str, Any] = InterventionSchema().loads(content.decode())
    except ValidationError as refused:
        raise Invalid({str(name): "bad_choice" for name in refused.messages_dict}) from None
    except ValueError:
        raise Invalid({"intervention": "bad_choice"}) from None
    said["used"] = [PartUsed(**one) for one in said["used"]]
    moment = now()
    by_tablet = sent_at() or moment
    for name in ("began_at", "ended_at"):
        said[name] = on_our_clock(said[name], sent_at=by_tablet, now=moment)
    return InterventionSaid(content=content, **said)


def _receipt(kept: Intervention) -> Response:
    """List what is kept so far: 202 while more is to come, 201 when it is whole."""
    content = {"name": XML_PART, "sha256": kept.sha256, "size": kept.size}
    shape = {
        "instance_id": str(kept.id),
        "received_at": kept.received_at,
        "state": kept.state,
        "files": [content, *sorted(kept.files, key=lambda one: one.name)],
        "violations": [
            {"path": part, "kind": why, "message": sentence(why)} for part, why in kept.refusals
        ],
        "consequences": [],
    }
    answer = jsonify(ReceiptSchema().dump(shape))
    answer.status_code = 202 if kept.state is InterventionState.INCOMPLETE else 201
    return answer
