"""A visitor’s days to come, as her tablet takes them with it."""

from marshmallow import Schema, fields, validate
from webargs.fields import DelimitedList

from webapp.frame.schemas.devices import UserSchema
from webapp.frame.schemas.forms import FormKeySchema

# A tablet names the visits it holds something of in one address.
MOST_HELD = 150


class LocalisedSchema(Schema):
    """A text in French and English."""

    fr = fields.String(required=True)
    en = fields.String(required=True)


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


class DayPartSchema(Schema):
    """A part for works: how many are in the technician's own bag and in the central stock."""

    id = fields.UUID()
    name = fields.String()
    bag = fields.Integer()
    central = fields.Integer()


class DaySchema(Schema):
    """A visitor's days to come, and the server's time to measure the tablet's clock by."""

    server_now = fields.AwareDateTime()
    user = fields.Nested(UserSchema)
    visits = fields.List(fields.Nested(DayVisitSchema))
    orders = fields.List(fields.Nested(DayOrderSchema))
    more_orders = fields.Boolean(metadata={"description": "Whether there are more than these."})
    parts = fields.List(fields.Nested(DayPartSchema))
    forms = fields.List(fields.Nested(DayFormSchema))
    kit = fields.List(fields.Nested(KitItemSchema))
    sent = fields.List(fields.Nested(SentSchema))
    taken_back = fields.List(fields.UUID())
    visit_idle_minutes = fields.Integer()
    order_delays = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "How long works without a delay of their own wait, by severity."},
    )
