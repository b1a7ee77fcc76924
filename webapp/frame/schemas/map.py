"""What is asked of the map."""

from marshmallow import Schema, fields, validate


class MapViewSchema(Schema):
    """A view of the map: a box `south,west,north,east` in degrees, a zoom, and filters."""

    bbox = fields.String(required=True, validate=validate.Length(1, 200))
    z = fields.Integer(required=True, validate=validate.Range(0, 25))
    programme = fields.String(load_default="", validate=validate.Length(0, 40))
    status = fields.String(load_default="", validate=validate.Length(0, 20))
    risk = fields.Integer(load_default=0, validate=validate.Range(0, 3))
    works = fields.Boolean(load_default=False)
    mode = fields.String(load_default="clusters", validate=validate.OneOf(("clusters", "hexagons")))
