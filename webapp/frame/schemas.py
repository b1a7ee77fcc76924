"""What travels as JSON, both ways. Schemas shape; they never query."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate
from webargs.fields import DelimitedList

from visits.agenda.doors import LEFT_BEHIND, TOLD_LENGTH
from visits.models.calls import Disposition, RefusalReason
from visits.models.handed_in import HandedInKind
from visits.models.interventions import Outcome
from visits.models.people import RefusedPart
from visits.models.works import URGENT, HoldWhy
from visits.works.costs import MOST_MINUTES
from visits.works.moves import NOTE_LENGTH as SAID_LENGTH

# A tablet names the visits it holds something of in one address.
MOST_HELD = 150


class LocalisedSchema(Schema):
    """A text in French and English."""

    fr = fields.String(required=True)
    en = fields.String(required=True)


class NewDeviceSchema(Schema):
    """A tablet that signs in."""

    email = fields.String(required=True, validate=validate.Length(1, 254))
    password = fields.String(required=True, validate=validate.Length(1, 500))
    code = fields.String(load_default="", validate=validate.Length(0, 40))
    name = fields.String(load_default="tablet", validate=validate.Length(0, 100))


class RecoverySchema(Schema):
    """The password of a tablet's user, to open the tablet again."""

    email = fields.String(required=True, validate=validate.Length(1, 254))
    password = fields.String(required=True, validate=validate.Length(1, 500))
    code = fields.String(load_default="", validate=validate.Length(0, 40))


class UserSchema(Schema):
    """The account a tablet speaks for."""

    id = fields.UUID()
    name = fields.String()
    email = fields.String()
    role = fields.String()
    language = fields.String()


class DeviceSchema(Schema):
    """A tablet that signed in, with its token, told once.

    `recovery_key` (base64 of 32 bytes) opens what the tablet holds when its PIN is lost.
    """

    device_id = fields.UUID()
    token = fields.String()
    recovery_key = fields.String()
    user = fields.Nested(UserSchema)


class DayPersonSchema(Schema):
    """Whom to visit."""

    name = fields.String()
    born_on = fields.Date(allow_none=True)
    birth_year = fields.Integer(allow_none=True)
    phone = fields.String(allow_none=True)


class DayDwellingSchema(Schema):
    """Where to go."""

    reference = fields.String()
    address = fields.String()
    postcode = fields.String()
    city = fields.String()
    floor = fields.Integer(allow_none=True)
    door = fields.String(allow_none=True)
    access_code = fields.String(allow_none=True)
    lift = fields.Boolean(allow_none=True)
    lat = fields.Float(allow_none=True)
    lon = fields.Float(allow_none=True)


class FormKeySchema(Schema):
    """Which version of which form."""

    form_id = fields.String()
    version = fields.String()


class DayAlertSchema(Schema):
    """What to mind at the door: a measure of `discretion` or of `safety`."""

    code = fields.String()
    kind = fields.String()
    label = fields.Nested(LocalisedSchema)


class DayVisitFormSchema(FormKeySchema):
    """A form of a visit; `received` once one has arrived for this visit."""

    required = fields.Boolean()
    received = fields.Boolean()


class EarlierAnswerSchema(Schema):
    """An answer of an earlier visit, offered to the question of the same name."""

    name = fields.String()
    value = fields.String()
    question = fields.Nested(LocalisedSchema)
    shown = fields.Nested(LocalisedSchema)
    about = fields.String()
    answered_on = fields.Date()


class DueSchema(Schema):
    """Something that is open in a home, or that a submission opened."""

    kind = fields.String()
    label = fields.Nested(LocalisedSchema)
    state = fields.String()
    due_at = fields.AwareDateTime(allow_none=True)


class KitItemSchema(Schema):
    """How many of an item are in the visitor's bag; below zero when handing out was not noted."""

    item = fields.String()
    label = fields.Nested(LocalisedSchema)
    quantity = fields.Integer()


class SentSchema(Schema):
    """What the visitor sent, and what became of it."""

    instance_id = fields.String()
    visit_id = fields.UUID(allow_none=True)
    form_id = fields.String()
    person_name = fields.String()
    received_at = fields.AwareDateTime()
    state = fields.String()
    opened = fields.List(fields.Nested(DueSchema))


class DayBesideSchema(Schema):
    """Something else that is due in the home; `id` is that of the visit that would answer it."""

    id = fields.UUID()
    task_id = fields.UUID()
    person = fields.Nested(DayPersonSchema)
    programme = fields.Nested(LocalisedSchema)
    kind = fields.Nested(LocalisedSchema)
    due_on = fields.Date()
    alerts = fields.List(fields.Nested(DayAlertSchema))
    refused = fields.List(fields.String())
    forms = fields.List(fields.Nested(DayVisitFormSchema))
    home = fields.UUID(allow_none=True)


class DayVisitSchema(Schema):
    """A visit of the day."""

    id = fields.UUID()
    programme = fields.Nested(LocalisedSchema, allow_none=True)
    planned_start_at = fields.AwareDateTime()
    planned_end_at = fields.AwareDateTime()
    state = fields.String()
    attempt = fields.Integer(metadata={"description": "Which try at this door, from 1."})
    person = fields.Nested(DayPersonSchema)
    dwelling = fields.Nested(DayDwellingSchema)
    home = fields.UUID(
        allow_none=True,
        metadata={"description": "The same for visits that may be told what others find of it."},
    )
    alerts = fields.List(fields.Nested(DayAlertSchema))
    refused = fields.List(
        fields.String(),
        metadata={"description": "Of health, photos, works, sharing."},
    )
    forms = fields.List(fields.Nested(DayVisitFormSchema))
    earlier = fields.List(fields.Nested(EarlierAnswerSchema))
    due = fields.List(fields.Nested(DueSchema))
    beside = fields.List(fields.Nested(DayBesideSchema))


class DayFormSchema(FormKeySchema):
    """A form the visits of the day need, and the questions any version of it marks."""

    title = fields.Dict(keys=fields.String(), values=fields.String())
    sha256 = fields.String()
    confidential = fields.List(fields.String())


class HeldSchema(Schema):
    """The visits of which a tablet holds something."""

    held = DelimitedList(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_HELD))


class DayOrderSchema(Schema):
    """A work order of the day: what to do, where and when, nothing of why somebody needs it."""

    id = fields.UUID()
    reference = fields.String()
    trade = fields.Nested(LocalisedSchema)
    severity = fields.String()
    state = fields.String()
    label = fields.Nested(LocalisedSchema)
    place = fields.Nested(LocalisedSchema, allow_none=True)
    access = fields.String(allow_none=True)
    measures = fields.List(fields.Nested(LocalisedSchema))
    tenant = fields.String()
    phone = fields.String(allow_none=True)
    planned_on = fields.Date(allow_none=True)
    planned_part = fields.Nested(LocalisedSchema, allow_none=True)
    told = fields.Boolean(metadata={"description": "The tenant knows of that day."})
    hold_until = fields.Date(allow_none=True)
    due_at = fields.AwareDateTime(allow_none=True)
    photos_refused = fields.Boolean()
    photos_needed = fields.Integer(metadata={"description": "Lacking before it may be done."})
    dwelling = fields.Nested(DayDwellingSchema)


class DaySchema(Schema):
    """A visitor's days to come, and the server's time to measure the tablet's clock by."""

    server_now = fields.AwareDateTime()
    user = fields.Nested(UserSchema)
    visits = fields.List(fields.Nested(DayVisitSchema))
    orders = fields.List(fields.Nested(DayOrderSchema))
    more_orders = fields.Boolean(metadata={"description": "Whether there are more than these."})
    forms = fields.List(fields.Nested(DayFormSchema))
    kit = fields.List(fields.Nested(KitItemSchema))
    sent = fields.List(fields.Nested(SentSchema))
    taken_back = fields.List(fields.UUID())
    visit_idle_minutes = fields.Integer()


class ConsequenceSchema(Schema):
    """Something a form may call for, and the note that is relevant when it does."""

    name = fields.String()
    path = fields.String()
    kind = fields.String()
    code = fields.String()
    severity = fields.String(allow_none=True)
    due = fields.String(allow_none=True)
    owner = fields.String(allow_none=True)
    label = fields.Dict(keys=fields.String(), values=fields.String())


class ProposalSchema(Schema):
    """A question to which an earlier answer of the same name may be offered."""

    path = fields.String()
    name = fields.String()
    about = fields.String()


class FormFileSchema(Schema):
    """A picture, sound or film that a form shows."""

    name = fields.String()
    media_type = fields.String()
    sha256 = fields.String()
    size = fields.Integer()


class FormSchema(FormKeySchema):
    """A published version, whole."""

    title = fields.Dict(keys=fields.String(), values=fields.String())
    sha256 = fields.String()
    xform = fields.String()
    consequences = fields.List(fields.Nested(ConsequenceSchema))
    proposals = fields.List(fields.Nested(ProposalSchema))
    files = fields.List(fields.Nested(FormFileSchema))


class ReceiptFileSchema(Schema):
    """A file that is kept, and its SHA-256 in hexadecimal."""

    name = fields.String()
    sha256 = fields.String()
    size = fields.Integer()


class ViolationSchema(Schema):
    """An answer that breaks a rule of the form."""

    path = fields.String()
    kind = fields.String()
    message = fields.String()


class ReceiptConsequenceSchema(Schema):
    """What the answers call for; `opened` where somebody follows it up."""

    kind = fields.String()
    code = fields.String()
    severity = fields.String(allow_none=True)
    due_at = fields.AwareDateTime(allow_none=True)
    label = fields.Dict(keys=fields.String(), values=fields.String())
    opened = fields.Boolean()


class ReceiptSchema(Schema):
    """What the server keeps of a submission: a tablet deletes its copy against this alone."""

    instance_id = fields.String()
    received_at = fields.AwareDateTime()
    state = fields.String()
    files = fields.List(fields.Nested(ReceiptFileSchema))
    violations = fields.List(fields.Nested(ViolationSchema))
    consequences = fields.List(fields.Nested(ReceiptConsequenceSchema))


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


class InterventionSchema(Schema):
    """What was done at an order, as a tablet notes it; moments are by its clock."""

    class Meta:
        """A later tablet may say more."""

        unknown = EXCLUDE

    id = fields.UUID(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    note = fields.String(load_default="", validate=validate.Length(0, SAID_LENGTH))
    parts = fields.String(load_default="", validate=validate.Length(0, SAID_LENGTH))
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


class MapViewSchema(Schema):
    """A view of the map: a box `south,west,north,east` in degrees, a zoom, and filters."""

    bbox = fields.String(required=True, validate=validate.Length(1, 200))
    z = fields.Integer(required=True, validate=validate.Range(0, 25))
    programme = fields.String(load_default="", validate=validate.Length(0, 40))
    status = fields.String(load_default="", validate=validate.Length(0, 20))
    risk = fields.Integer(load_default=0, validate=validate.Range(0, 3))
    works = fields.Boolean(load_default=False)
    mode = fields.String(load_default="clusters", validate=validate.OneOf(("clusters", "hexagons")))
