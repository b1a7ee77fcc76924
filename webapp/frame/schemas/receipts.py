"""What the server keeps of a submission, told back."""

from marshmallow import Schema, fields


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
