"""Which messages a viewer may see: those about the cases she may see, and those to herself."""

from sqlalchemy import ColumnElement, or_, select

from visits.models.cases import Case
from visits.models.messages import Message
from visits.sight.reach import Viewer, visible_cases


def visible_messages(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Message` for what a viewer may see.

    The case of each message is looked at by itself: those that are due are few, the cases many.
    """
    hers = select(Case.id).join(Case.person).where(Case.id == Message.case_id)
    seen = hers.where(visible_cases(viewer)).correlate(Message).exists()
    return or_(seen, Message.user_id == viewer.user_id)
