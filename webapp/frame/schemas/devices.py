"""A tablet that signs in, and the account it speaks for."""

from marshmallow import Schema, fields, validate


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
