"""What is written to a person, on her page: to whoever may plan with her."""

from typing import Any

from sqlalchemy.orm import Session

from visits.messages.listing import MessageFilter, list_messages
from visits.messages.ways import silent_because
from visits.models.people import Person
from visits.sight.listing import Wanted
from webapp.access.auth import Action, may, viewer
from webapp.frame.transaction import now

LATEST = Wanted(sort="due", descending=True, size=5)


def written_shown(session: Session, person: Person) -> dict[str, Any]:
    """Give her latest messages, and why she gets none."""
    if not may(Action.PLAN):
        return {"messages": (), "silent": ""}
    hers = MessageFilter(person=str(person.id))
    listed = list_messages(session, viewer(Action.PLAN), only=hers, wanted=LATEST, now=now())
    return {"messages": listed.rows, "silent": silent_because(session, person)}
