"""Urgent alerts: what cannot wait for the end of the visit, told at the first breath of network."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.agenda.carried import find_carried_visit
from visits.ground.clocks import on_our_clock
from visits.ground.db import take_turn
from visits.ground.errors import Conflict
from visits.intake.alert_list import find_alert
from visits.models.people import AccessKind
from visits.models.visits import UrgentAlert
from visits.sight import Viewer
from visits.sight.access_log import log_access


@dataclass(frozen=True)
class Raised:
    """An alert as the tablet tells it; its moments are by the tablet's own clock.

    `path` has the turns of its repeats: the same finding in two rooms is two alerts.
    `reached_name` is who answered the phone, empty while nobody did; `tried_at` when nobody did.
    """

    id: uuid.UUID
    instance_id: str
    path: str
    severity: str
    label: Mapping[str, str]
    raised_at: datetime
    sent_at: datetime
    reached_name: str = ""
    reached_at: datetime | None = None
    tried_at: datetime | None = None


def raise_alert(
    session: Session, visit_id: uuid.UUID, raised: Raised, *, viewer: Viewer, now: datetime
) -> UrgentAlert:
    """Keep an urgent alert; told again, it learns who was reached and forgets nothing.

    Raises NotFound for a visit of somebody else, Conflict when its id is another alert's.
    """
    instance_id = raised.instance_id.removeprefix("uuid:")
    take_turn(session, f"alert {instance_id} {raised.path}")
    visit = find_carried_visit(session, viewer, visit_id, now=now)
    alert = _known(session, instance_id, raised)
    if alert is None:
        alert = UrgentAlert(
            id=raised.id,
            visit=visit,
            instance_id=instance_id,
            path=raised.path,
            severity=raised.severity,
            label=dict(raised.label),
            raised_at=_right(raised.raised_at, raised, now),
            received_at=now,
            sent_by_id=viewer.user_id,
        )
        session.add(alert)
    elif alert.visit_id != visit.id or alert.sent_by_id != viewer.user_id:
        raise Conflict("different_alert")
    _note_reached(alert, raised, now)
    session.flush()
    _written(session, alert, viewer, now=now, what="urgent_alert")
    return alert


def _known(session: Session, instance_id: str, raised: Raised) -> UrgentAlert | None:
    """Find the same alert; a finding taken back and given again has a new id and is the same."""
    of_form = session.scalars(select(UrgentAlert).where(UrgentAlert.instance_id == instance_id))
    known = next((alert for alert in of_form if alert.path == raised.path), None)
    if known is None and session.get(UrgentAlert, raised.id) is not None:
        raise Conflict("different_alert")
    return known


def _note_reached(alert: UrgentAlert, raised: Raised, now: datetime) -> None:
    if raised.reached_name.strip():
        alert.reached_name = raised.reached_name.strip()
    if raised.reached_at is not None:
        alert.reached_at = _right(raised.reached_at, raised, now)
    elif alert.reached_name and alert.reached_at is None:
        alert.reached_at = now
    if raised.tried_at is not None:
        tried_at = _right(raised.tried_at, raised, now)
        alert.tried_at = max(alert.tried_at or tried_at, tried_at)


def _right(said: datetime, raised: Raised, now: datetime) -> datetime:
    return on_our_clock(said, sent_at=raised.sent_at, now=now)


def note_seen(
    session: Session, alert_id: uuid.UUID, *, works_only: bool, viewer: Viewer, now: datetime
) -> None:
    """Note that somebody in the office takes an alert in hand; the first one stays noted."""
    alert = find_alert(session, viewer, alert_id, works_only=works_only)
    # Of two who take it in hand at once the second reads what the first wrote.
    session.refresh(alert, ["seen_at", "seen_by_id"], with_for_update={"key_share": True})
    if alert.seen_at is None:
        alert.seen_at, alert.seen_by_id = now, viewer.user_id
        session.flush()
        _written(session, alert, viewer, now=now, what="urgent_alert_seen")


def _written(
    session: Session, alert: UrgentAlert, viewer: Viewer, *, now: datetime, what: str
) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[alert.visit.case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
