"""Who changed what in an accompaniment."""

from datetime import datetime

from sqlalchemy.orm import Session

from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.sight import Viewer
from visits.sight.access_log import log_access


def log(session: Session, case: Case, what: str, *, viewer: Viewer, now: datetime) -> None:
    """Keep who changed what in an accompaniment."""
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
