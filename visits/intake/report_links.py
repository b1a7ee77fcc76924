"""The link that brings somebody the report of a visit: it opens with her date of birth.

Only the digest of its secret is kept. It opens nothing any more once its time is over, it was
withdrawn, too many wrong dates were given, or nothing may be written to her since.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Refused
from visits.ground.tokens import digest_of
from visits.intake.reports import kept_from_leaving
from visits.intake.visit_file import counted_submissions
from visits.models.people import AccessKind
from visits.models.reports import LeftHow, ReportLeft
from visits.sight.access_log import log_access

# A date of birth can be tried out: who gave so many wrong ones is no longer asked.
WRONG_AT_MOST = 5


class ReportShut(Refused):
    """A link that opens no report; `code` says why."""


def find_link(
    session: Session, secret: str, *, now: datetime, to_change: bool = False
) -> ReportLeft:
    """Find what a secret opens; raises ReportShut where it opens nothing, or no more.

    `to_change` waits until nobody else tries a date.
    """
    hers = select(ReportLeft).where(ReportLeft.secret_sha256 == digest_of(secret))
    if to_change:
        hers = hers.with_for_update(of=ReportLeft, key_share=True)
    left = session.scalars(hers).one_or_none()
    if left is None:
        raise ReportShut("report_link_unknown")
    why = _why_shut(session, left, now)
    if why:
        raise ReportShut(why)
    return left


def open_with(session: Session, left: ReportLeft, born_on: date | None, *, now: datetime) -> bool:
    """Try a date of birth; tells whether it is hers. The log keeps that she read the report."""
    person = left.visit.case.person
    if born_on is None or born_on != person.born_on:
        left.wrong += 1
        return False
    left.opened_at = left.opened_at or now
    left.wrong = 0
    log_access(
        session,
        user_id=None,
        persons=[person.id],
        kind=AccessKind.READ,
        what="report_by_link",
        now=now,
    )
    return True


def _why_shut(session: Session, left: ReportLeft, now: datetime) -> str:
    if left.wrong >= WRONG_AT_MOST:
        return "report_link_shut"
    if left.expires_at is None or left.expires_at <= now:
        return "report_link_expired"
    kept = kept_from_leaving(session, left.visit, LeftHow.EMAIL)
    if left.withdrawn_at is not None or kept or not counted_submissions(session, left.visit):
        return "report_link_revoked"  # why is nobody's business
    return ""
