"""What a tablet tells beside its answers: alerts, shut doors, refusals, works, handed-in items."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from visits.agenda.doors import LEFT_BEHIND, TOLD_LENGTH
from visits.models.calls import Disposition, RefusalReason
from visits.models.handed_in import HandedInKind
from visits.models.interventions import Outcome
from visits.models.people import RefusedPart
from visits.models.works import URGENT, HoldWhy
from visits.works.costs import MOST_MINUTES
from visits.works.interventions import MOST_PARTS
from visits.works.moves import MOST_OF_A_PART
from visits.works.moves import NOTE_LENGTH as SAID_LENGTH
from webapp.frame.schemas.receipts import ReceiptFileSchema


class AlertLabelSchema(Schema):
    """What was found, in the words the visitor read."""

    fr = fields.String(required=True, validate=validate.Length(1, 2000))
    en = fields.String(load_default="", validate=validate.Length(0, 2000))


class NewAlertSchema(Schema):
    """An urgent finding, told before its form; moments are by the tablet's clock."""

    class Meta:
        """A later tablet may say more."""

        unknown = EXCLUDE

    id = fields.UUID(required=True)
    instance_id = fields.String(required=True, validate=validate.Length(1, 100))
    path = fields.String(required=True, validate=validate.Length(1, 200))
    severity = fields.String(required=True, validate=validate.OneOf(tuple(map(str, URGENT))))
    label = fields.Nested(AlertLabelSchema, required=True, unknown=EXCLUDE)
    raised_at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True)
    reached_name = fields.String(load_default="", allow_none=True, validate=validate.Length(0, 100))
    reached_at = fields.AwareDateTime(load_default=None, allow_none=True)
    tried_at = fields.AwareDateTime(load_default=None, allow_none=True)

    @post_load
    def without_null(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take nobody for an empty name."""
        return {**data, "reached_name": data["reached_name"] or ""}


class ReportReceivedSchema(Schema):
    """What a tablet lets go of a report against."""

    id = fields.UUID()
    received_at = fields.AwareDateTime()


class KnockSchema(Schema):
    """What happened at a door that stayed shut; `at` and `sent_at` by the tablet's clock."""

    id = fields.UUID(required=True)
    outcome = fields.Enum(Disposition, by_value=True, required=True)
    reason = fields.Enum(RefusalReason, by_value=True, load_default=None, allow_none=True)
    left_behind = fields.List(
        fields.String(validate=validate.OneOf(LEFT_BEHIND)),
        load_default=list,
        validate=validate.Length(max=len(LEFT_BEHIND)),
    )
    note = fields.String(load_default="", allow_none=True, validate=validate.Length(0, TOLD_LENGTH))
    at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True)


class RefusedPartsSchema(Schema):
    """What a person refuses of a visit while she agrees to the rest, by the tablet's clock."""

    id = fields.UUID(required=True)
    parts = fields.List(
        fields.Enum(RefusedPart, by_value=True),
        required=True,
        validate=validate.Length(1, len(RefusedPart)),
    )
    at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True)


class BesideSchema(Schema):
    """A task that is answered beside a visit; the moments are the tablet's."""

    class Meta:
        """A later tablet may say more."""

        unknown = EXCLUDE

    id = fields.UUID(required=True)
    task_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True)


class ReportedSchema(Schema):
    """A report is kept: which try it was, and what the visit is now."""

    id = fields.UUID()
    received_at = fields.AwareDateTime()
    attempt = fields.Integer()
    state = fields.String()


class PartUsedSchema(Schema):
    """So many of a part that an order took, from the technician's bag or the central stock.

    `name` is what the technician read: it stays where the article is not known any more.
    """

    class Meta:
        """A later tablet may say more."""

        unknown = EXCLUDE

    article = fields.UUID(required=True)
    name = fields.String(load_default="", validate=validate.Length(0, SAID_LENGTH))
    quantity = fields.Integer(required=True, validate=validate.Range(1, MOST_OF_A_PART))
    bag = fields.Boolean(load_default=False)


class InterventionSchema(Schema):
    """What was done at an order, as a tablet notes it; moments are by its clock."""

    class Meta:
        """A later tablet may say more."""

        unknown = EXCLUDE

    id = fields.UUID(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    note = fields.String(load_default="", validate=validate.Length(0, SAID_LENGTH))
    parts = fields.String(load_default="", validate=validate.Length(0, SAID_LENGTH))
    used = fields.List(
        fields.Nested(PartUsedSchema), load_default=list, validate=validate.Length(max=MOST_PARTS)
    )
    minutes = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, MOST_MINUTES)
    )
    hold_why = fields.Enum(HoldWhy, by_value=True, load_default=None, allow_none=True)
    hold_until = fields.Date(load_default=None, allow_none=True)
    began_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)


class HandInSchema(Schema):
    """An item that the door refused, beside its files; `report` is the JSON of a report."""

    class Meta:
        """A later tablet may say more."""

        unknown = EXCLUDE

    id = fields.String(required=True, validate=validate.Length(1, 100))
    kind = fields.String(
        load_default="submission",
        validate=validate.OneOf(tuple(HandedInKind)),
    )
    reason = fields.String(load_default="", validate=validate.Length(0, 64))
    visit_id = fields.String(load_default="", validate=validate.Length(0, 64))
    report = fields.String(load_default="", validate=validate.Length(0, 100_000))
    sent_at = fields.AwareDateTime(load_default=None, allow_none=True)


class HandedInSchema(Schema):
    """What is kept so far of an item that was handed in; a tablet lets go of what is listed."""

    id = fields.String()
    received_at = fields.AwareDateTime()
    files = fields.List(fields.Nested(ReceiptFileSchema))
