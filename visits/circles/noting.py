"""What is noted of a case in a circle: what is wrong with it, and who changed what."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.sight import Viewer
from visits.sight.access_log import log_access


def log(session: Session, case: Case, what: str, *, viewer: Viewer, now: datetime) -> None:
    """Keep who changed what of a case in a circle."""
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )


def wrong_text(text: str, *, most: int, needed: bool = True) -> str:
    """Say why a text cannot be so: missing, or too long."""
    if needed and not text.strip():
        return "required"
    return "too_long" if len(text.strip()) > most else ""


def wrong_day(day: date | None, *, since: date, now: datetime) -> str:
    """Say why nothing can have happened on a day: missing, to come, or before something else."""
    if day is None:
        return "required"
    if day > today_in_paris(now):
        return "must_not_be_future"
    return "circle_too_early" if day < since else ""
