"""What is noted of an accompaniment: withdrawn with a reason and kept, and who wrote it told."""

from datetime import datetime

from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.models.support import Noted
from visits.sight import Viewer
from visits.sight.access_log import log_access

WHY_LENGTH = 200


def withdraw(noted: Noted, *, why: str, viewer: Viewer, now: datetime) -> None:
    """Withdraw what was noted by mistake; it stays, with why.

    Raises Invalid without a reason, Conflict when somebody withdrew it already.
    """
    if not why.strip():
        raise Invalid({"why": "required"})
    if len(why.strip()) > WHY_LENGTH:
        raise Invalid({"why": "too_long"})
    if noted.withdrawn_at is not None:
        raise Conflict("support_withdrawn")
    noted.withdrawn_at, noted.withdrawn_by_id = now, viewer.user_id
    noted.withdrawn_why = why.strip()


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
