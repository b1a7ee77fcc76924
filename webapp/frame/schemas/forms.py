"""A form as a tablet fills it in: which version, what it may call for, its files."""

from marshmallow import Schema, fields


class FormKeySchema(Schema):
    """Which version of which form."""

    form_id = fields.String()
    version = fields.String()


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
