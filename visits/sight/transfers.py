"""Which wishes to move a viewer may see: with the person."""

from sqlalchemy import ColumnElement, false

from visits.sight.reach import BY_MANDATE, Viewer, visible_persons


def visible_wishes(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on a wish's `Person`: a mandate opens cases, not the landlord's homes."""
    return false() if viewer.reach in BY_MANDATE else visible_persons(viewer)
