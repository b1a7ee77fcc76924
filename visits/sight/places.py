"""Which places a viewer may see: with the dwelling they are in."""

from sqlalchemy import ColumnElement

from visits.sight.homes import visible_homes
from visits.sight.reach import Viewer


def visible_places(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Place`, `Dwelling` and `Residence` for what a viewer may see."""
    return visible_homes(viewer)
