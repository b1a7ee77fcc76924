"""Which messages a viewer may see: those about the cases she may see, and those to herself."""

from sqlalchemy import ColumnElement, or_, select

from visits.models.cases import Case
from visits.models.messages import Message
from visits.sight.reach import Viewer, visible_cases


def visible_messages(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Message` for what a viewer may see."""
    seen = select(Case.id).join(Case.person).where(visible_cases(viewer))
    return or_(Message.case_id.in_(seen), Message.user_id == viewer.user_id)
