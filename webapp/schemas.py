"""What travels as JSON, both ways. Schemas shape; they never query."""

from marshmallow import Schema, fields, validate


class LocalisedSchema(Schema):
    """A text in French and English."""

    fr = fields.String(required=True)
    en = fields.String(required=True)


class NewDeviceSchema(Schema):
    """A tablet that signs in."""

    email = fields.String(required=True, validate=validate.Length(1, 254))
    password = fields.String(required=True, validate=validate.Length(1, 500))
    name = fields.String(load_default="tablet", validate=validate.Length(0, 100))


class RecoverySchema(Schema):
    """The password of a tablet's user, to open the tablet again."""

    email = fields.String(required=True, validate=validate.Length(1, 254))
    password = fields.String(required=True, validate=validate.Length(1, 500))


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


class FormKeySchema(Schema):
    """Which version of which form."""

    form_id = fields.String()
    version = fields.String()


class DayVisitSchema(Schema):
    """A visit of the day."""

    id = fields.UUID()
    planned_start_at = fields.AwareDateTime()
    planned_end_at = fields.AwareDateTime()
    state = fields.String()
    person = fields.Nested(DayPersonSchema)
    dwelling = fields.Nested(DayDwellingSchema)
    form = fields.Nested(FormKeySchema)


class DayFormSchema(FormKeySchema):
    """A form the visits of the day need."""

    title = fields.Dict(keys=fields.String(), values=fields.String())
    sha256 = fields.String()


class DaySchema(Schema):
    """A visitor's days to come, and the server's time to measure the tablet's clock by."""

    server_now = fields.AwareDateTime()
    user = fields.Nested(UserSchema)
    visits = fields.List(fields.Nested(DayVisitSchema))
    forms = fields.List(fields.Nested(DayFormSchema))


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


class FormSchema(FormKeySchema):
    """A published version, whole."""

    title = fields.Dict(keys=fields.String(), values=fields.String())
    sha256 = fields.String()
    xform = fields.String()
    consequences = fields.List(fields.Nested(ConsequenceSchema))


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
    """Something that was opened."""

    kind = fields.String()
    code = fields.String()
    severity = fields.String(allow_none=True)
    due_at = fields.AwareDateTime(allow_none=True)
    label = fields.Dict(keys=fields.String(), values=fields.String())


class ReceiptSchema(Schema):
    """What the server keeps of a submission: a tablet deletes its copy against this alone."""

    instance_id = fields.String()
    received_at = fields.AwareDateTime()
    state = fields.String()
    files = fields.List(fields.Nested(ReceiptFileSchema))
    violations = fields.List(fields.Nested(ViolationSchema))
    consequences = fields.List(fields.Nested(ReceiptConsequenceSchema))


class MapViewSchema(Schema):
    """A view of the map: a box `south,west,north,east` in degrees, a zoom, and filters."""

    bbox = fields.String(required=True, validate=validate.Length(1, 200))
    z = fields.Integer(required=True, validate=validate.Range(0, 25))
    programme = fields.String(load_default="", validate=validate.Length(0, 40))
    status = fields.String(load_default="", validate=validate.Length(0, 20))
    risk = fields.Integer(load_default=0, validate=validate.Range(0, 3))
    works = fields.Boolean(load_default=False)
    mode = fields.String(load_default="clusters", validate=validate.OneOf(("clusters", "hexagons")))
