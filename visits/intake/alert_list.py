"""Urgent alerts as the office sees them, and the work order each becomes once its form arrives."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.errors import NotFound
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.portfolio import Dwelling, FormVersion
from visits.models.visits import Consequence, Submission, UrgentAlert, Visit
from visits.models.works import WorkOrder, WorkOrderFinding
from visits.sight.reach import Viewer, visible_cases

SEEN_SHOWN_FOR = timedelta(hours=24)
_TURN = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Alert:
    """An alert for a page: who saw it, and the work order it became, if it did."""

    alert: UrgentAlert
    seen_by: User | None
    work_order: WorkOrder | None


def current_alerts(
    session: Session, viewer: Viewer, *, works_only: bool, now: datetime
) -> list[Alert]:
    """List the alerts nobody has seen and those of the last day, the unseen and gravest first.

    `works_only` leaves out what is about a person rather than her dwelling.
    """
    # Found by themselves first: a database that takes them for many looks at every case there is.
    recent = or_(UrgentAlert.seen_at.is_(None), UrgentAlert.seen_at > now - SEEN_SHOWN_FOR)
    ids = select(UrgentAlert.id).where(recent)
    found = session.scalars(_visible(viewer).where(UrgentAlert.id.in_(ids))).all()
    shown = _about_dwellings(session, found) if works_only else found
    return told(session, sorted(shown, key=_rank))


def _rank(alert: UrgentAlert) -> tuple[bool, str, datetime, uuid.UUID]:
    return (alert.seen_at is not None, alert.severity, alert.raised_at, alert.id)


def find_alert(
    session: Session, viewer: Viewer, alert_id: uuid.UUID, *, works_only: bool
) -> UrgentAlert:
    """Find an alert of a person the viewer may see, else raise NotFound."""
    found = session.scalars(_visible(viewer).where(UrgentAlert.id == alert_id)).all()
    shown = _about_dwellings(session, found) if works_only else found
    if not shown:
        raise NotFound("urgent_alert_not_found")
    return shown[0]


def _visible(viewer: Viewer) -> Select[UrgentAlert]:
    return (
        select(UrgentAlert)
        .join(UrgentAlert.visit)
        .join(Visit.case)
        .join(Case.person)
        .where(visible_cases(viewer))
        .options(
            contains_eager(UrgentAlert.visit)
            .contains_eager(Visit.case)
            .contains_eager(Case.person),
            contains_eager(UrgentAlert.visit)
            .contains_eager(Visit.case)
            .joinedload(Case.dwelling)
            .joinedload(Dwelling.residence),
            joinedload(UrgentAlert.sent_by),
        )
    )


def _about_dwellings(session: Session, alerts: Sequence[UrgentAlert]) -> list[UrgentAlert]:
    """Keep the alerts that call for works in every form that knows their question.

    An alert does not say its form: one that might be about health or family stays out.
    """
    if not alerts:
        return []
    works: dict[str, bool] = {}
    for consequences in session.scalars(select(FormVersion.consequences)):
        for row in consequences:
            works[row["path"]] = works.get(row["path"], True) and _is_work(row)
    return [alert for alert in alerts if works.get(_place(alert.path), False)]


def _is_work(row: Mapping[str, Any]) -> bool:
    """Tell whether a consequence is the landlord's to mend."""
    return row["kind"] == "work_order" or (row["kind"], row["owner"]) == ("hazard", "landlord")


def alerts_of_visit(session: Session, visit: Visit) -> list[Alert]:
    """List what was told at once from a visit, in order."""
    statement = (
        select(UrgentAlert)
        .where(UrgentAlert.visit_id == visit.id)
        .options(joinedload(UrgentAlert.sent_by))
        .order_by(UrgentAlert.raised_at, UrgentAlert.id)
    )
    return told(session, session.scalars(statement).all())


def alert_of_work_order(session: Session, order: WorkOrder) -> UrgentAlert | None:
    """Give the alert that told of a work order before its form arrived."""
    if order.consequence is None:
        return None
    submission = order.consequence.submission
    told_of = select(UrgentAlert).where(
        UrgentAlert.instance_id == submission.instance_id.removeprefix("uuid:")
    )
    path = order.consequence.path
    alerts = session.scalars(told_of).all()
    exact = [alert for alert in alerts if alert.path == path]
    turnless = [alert for alert in alerts if alert.path == _place(path)]
    return next(iter(exact or turnless), None)


def told(session: Session, alerts: Sequence[UrgentAlert]) -> list[Alert]:
    """Add to alerts who saw them and what they became."""
    orders = _work_orders(session, {alert.instance_id for alert in alerts})
    seen_by = {alert.seen_by_id for alert in alerts if alert.seen_by_id is not None}
    users = {user.id: user for user in session.scalars(select(User).where(User.id.in_(seen_by)))}
    return [
        Alert(
            alert,
            users.get(alert.seen_by_id) if alert.seen_by_id else None,
            orders.get((alert.instance_id, alert.path)),
        )
        for alert in alerts
    ]


def _work_orders(session: Session, instances: Iterable[str]) -> dict[tuple[str, str], WorkOrder]:
    ids = [name for one in instances for name in (one, f"uuid:{one}")]
    statement = (
        select(Submission.instance_id, Consequence.path, WorkOrder)
        .join(Consequence, Consequence.submission_id == Submission.id)
        .join(WorkOrderFinding, WorkOrderFinding.consequence_id == Consequence.id)
        .join(WorkOrder, WorkOrder.id == WorkOrderFinding.work_order_id)
        .where(Submission.instance_id.in_(ids))
    )
    found: dict[tuple[str, str], WorkOrder] = {}
    for instance_id, path, order in session.execute(statement):
        instance = instance_id.removeprefix("uuid:")
        found[instance, path] = order
        found.setdefault((instance, _place(path)), order)
    return found


def _place(path: str) -> str:
    """Give the path of a question, whatever the turn of its repeat."""
    return _TURN.sub("", path)
