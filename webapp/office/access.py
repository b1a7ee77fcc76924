"""The line a page leaves in the access log when it shows somebody's file."""

import uuid

from sqlalchemy.orm import Session

from visits.models.people import AccessKind
from visits.privacy import log_access
from webapp.auth import viewer
from webapp.transaction import now


def log_read(session: Session, person_id: uuid.UUID | None, what: str) -> None:
    """Note that the signed-in account looks at a person's file; `what` names the page.

    None is a page that tells of nobody known.
    """
    log_access(
        session,
        user_id=viewer().user_id,
        persons=[person_id] if person_id else [],
        kind=AccessKind.READ,
        what=what,
        now=now(),
    )
