"""What was noted by mistake: withdrawn with a reason, kept, and put back."""

from datetime import datetime

from visits.ground.errors import Conflict, Invalid
from visits.models.noted import Noted
from visits.sight.reach import Viewer

WHY_LENGTH = 200


def withdraw(noted: Noted, *, why: str, viewer: Viewer, now: datetime) -> None:
    """Withdraw what was noted by mistake; it stays, with why.

    Raises Invalid without a reason, Conflict when somebody withdrew it already.
    """
    if not why.strip():
        raise Invalid({"why": "required"})
    if len(why.strip()) > WHY_LENGTH:
        raise Invalid({"why": "why_too_long"})
    if noted.withdrawn_at is not None:
        raise Conflict("noted_withdrawn")
    noted.withdrawn_at, noted.withdrawn_by_id = now, viewer.user_id
    noted.withdrawn_why = why.strip()


def put_back(noted: Noted) -> None:
    """Let what was withdrawn count again. Raises Conflict when it counts already."""
    if noted.withdrawn_at is None:
        raise Conflict("noted_not_withdrawn")
    noted.withdrawn_at = noted.withdrawn_by_id = noted.withdrawn_why = None
