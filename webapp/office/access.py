"""The line a page leaves in the access log when it shows somebody's file."""

import uuid

from sqlalchemy.orm import Session

from visits.models.people import AccessKind
from visits.privacy import log_access
from webapp.auth import viewer
from webapp.transaction import now


def log_read(session: Session, person_id: uuid.UUID, what: str) -> None:
    """Note that the signed-in account looks at a person's file; `what` names the page."""
    log_access(
        session,
        user_id=viewer().user_id,
        persons=[person_id],
        kind=AccessKind.READ,
        what=what,
        now=now(),
    )
