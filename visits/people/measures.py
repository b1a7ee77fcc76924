"""What to mind at somebody's door: measures of discretion and of safety, each with an end."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.deadlines import months_after, today_in_paris
from visits.ground.errors import Conflict, NotFound
from visits.models.people import AccessKind, AlertCode, Person, PersonAlert
from visits.sight import Viewer
from visits.sight.access_log import log_access

REVIEW_MONTHS = 6
# The measures that keep the visitor safe; the others spare the person.
SAFETY_ALERTS = frozenset(
    {AlertCode.TWO_VISITORS, AlertCode.PET_IN_THE_HOME, AlertCode.MEET_ELSEWHERE}
)


def alert_kind(code: AlertCode) -> str:
    """Tell whether a measure is one of `discretion` or of `safety`."""
    return "safety" if code in SAFETY_ALERTS else "discretion"


def note_alert(
    session: Session, person: Person, code: AlertCode, *, viewer: Viewer, now: datetime
) -> PersonAlert:
    """Note a measure for a person's visits, to be looked at again in six months.

    Raises Conflict when this very measure stands already.
    """
    standing = select(PersonAlert.code).where(
        PersonAlert.person_id == person.id, PersonAlert.ended_on.is_(None)
    )
    if code in session.scalars(standing):
        raise Conflict("alert_already_noted")
    today = today_in_paris(now)
    alert = PersonAlert(
        person_id=person.id,
        code=code,
        noted_on=today,
        review_on=months_after(today, REVIEW_MONTHS),
        noted_by_id=viewer.user_id,
    )
    session.add(alert)
    session.flush()
    _log(session, person.id, "alert_noted", viewer=viewer, now=now)
    return alert


def find_alert(session: Session, person: Person, alert_id: uuid.UUID) -> PersonAlert:
    """Find a standing measure of a person to change it, else raise NotFound."""
    statement = (
        select(PersonAlert)
        .where(PersonAlert.id == alert_id, PersonAlert.person_id == person.id)
        .where(PersonAlert.ended_on.is_(None))
        .with_for_update(key_share=True)
    )
    alert = session.scalars(statement).one_or_none()
    if alert is None:
        raise NotFound("measure_not_found")
    return alert


def keep_alert(session: Session, alert: PersonAlert, *, viewer: Viewer, now: datetime) -> None:
    """Note that a measure was looked at and still holds, for six months more."""
    alert.review_on = months_after(today_in_paris(now), REVIEW_MONTHS)
    session.flush()
    _log(session, alert.person_id, "alert_reviewed", viewer=viewer, now=now)


def end_alert(session: Session, alert: PersonAlert, *, viewer: Viewer, now: datetime) -> None:
    """End a measure: it is shown to nobody any more."""
    alert.ended_on = today_in_paris(now)
    session.flush()
    _log(session, alert.person_id, "alert_ended", viewer=viewer, now=now)


def _log(
    session: Session, person_id: uuid.UUID, what: str, *, viewer: Viewer, now: datetime
) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )


def standing_alerts(
    session: Session, persons: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[PersonAlert]]:
    """Give by person the measures that stand, also those whose review is overdue."""
    statement = (
        select(PersonAlert)
        .where(PersonAlert.person_id.in_(list(persons)), PersonAlert.ended_on.is_(None))
        .order_by(PersonAlert.noted_on, PersonAlert.id)
    )
    found: dict[uuid.UUID, list[PersonAlert]] = {}
    for alert in session.scalars(statement):
        found.setdefault(alert.person_id, []).append(alert)
    return found
