"""A pause in a case: hospital, holiday. Nothing is due meanwhile, and it ends by itself."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.cases.tasks import IN_PAUSE, bring_back, withdraw_in_pause
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case, CasePause
from visits.models.people import AccessKind
from visits.sight import Viewer
from visits.sight.access_log import log_access

WHY_LENGTH = 200
LONGEST_DAYS = 366


def pause(
    session: Session,
    case: Case,
    *,
    from_on: date,
    until_on: date,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> CasePause:
    """Let nothing be due in a case from one day to another, both included.

    What a cadence made for those days and nobody planned is withdrawn; a visit that is planned
    stands until somebody calls it off. Raises Invalid, Conflict for a closed case.
    """
    fields = {}
    if until_on < from_on:
        fields["until_on"] = "before_start"
    elif until_on < today_in_paris(now):
        fields["until_on"] = "must_not_be_past"
    elif (until_on - from_on).days > LONGEST_DAYS:
        fields["until_on"] = "too_far"
    if not why.strip():
        fields["why"] = "required"
    elif len(why.strip()) > WHY_LENGTH:
        fields["why"] = "too_long"
    if fields:
        raise Invalid(fields)
    if not case.is_open:
        raise Conflict("case_closed")
    noted = CasePause(
        case_id=case.id,
        from_on=from_on,
        until_on=until_on,
        why=why.strip(),
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(noted)
    session.flush()
    withdraw_in_pause(session, case, from_on, until_on, by=viewer.user_id, now=now)
    _log(session, case, viewer, "case_paused", now)
    return noted


def end_pause(
    session: Session, case: Case, pause_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Take back a pause that is not over: what it withdrew of the days to come is due again."""
    noted = session.get(CasePause, pause_id)
    if noted is None or noted.case_id != case.id:
        raise NotFound("not_found")
    if noted.withdrawn_at is not None or noted.until_on < today_in_paris(now):
        raise Conflict("pause_over")
    noted.withdrawn_at, noted.withdrawn_by_id = now, viewer.user_id
    bring_back(session, case, why=IN_PAUSE, since=today_in_paris(now))
    _log(session, case, viewer, "case_pause_ended", now)


def pauses_of(session: Session, case_id: uuid.UUID) -> Sequence[CasePause]:
    """List the pauses of a case that stand, those of long ago among them."""
    statement = select(CasePause).where(
        CasePause.case_id == case_id, CasePause.withdrawn_at.is_(None)
    )
    return session.scalars(statement.order_by(CasePause.from_on, CasePause.id)).all()


def _log(session: Session, case: Case, viewer: Viewer, what: str, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
