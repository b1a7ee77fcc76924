"""What the landlord's own maintenance system answered of a few orders, and answers today."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.models.works import WorkOrder, WorkOrderState
from visits.sight import Viewer, visible_work_orders
from visits.works.exchanges import apply_answers, bring_answers

HEADINGS = "Référence;GMAO;État;Date prévue;Heure;Motif"
APPLIED, TOLD = 3, 6


def exchange_some(session: Session, *, by: Viewer, now: datetime) -> None:
    """Apply a file of answers, and leave another to be looked at, with lines that do not fit."""
    still_open = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.state == WorkOrderState.OPEN, visible_work_orders(by))
        .order_by(WorkOrder.opened_at.desc(), WorkOrder.id)
        .limit(TOLD)
    )
    orders = session.scalars(still_open).all()
    taken_on = [_line(one, number, "pris en compte") for number, one in enumerate(orders[:APPLIED])]
    data, name = _file(taken_on), "gmao-hier.csv"
    file = bring_answers(session, data, name, viewer=by, now=now)
    apply_answers(session, file, viewer=by, now=now)
    day = (today_in_paris(now) + timedelta(days=4)).strftime("%d/%m/%Y")
    planned = [_line(one, number, "planifié", day) for number, one in enumerate(orders)]
    wrong = ["BT-00000000;OT-9;terminé;;;Fait"]
    data, name = _file([*planned, *wrong]), "gmao-aujourdhui.csv"
    bring_answers(session, data, name, viewer=by, now=now)


def _line(order: WorkOrder, number: int, state: str, day: str = "") -> str:
    part = "matin" if day and number % 3 else ""
    return f"{order.reference};OT-{4200 + number};{state};{day};{part};"


def _file(lines: Sequence[str]) -> bytes:
    return "\n".join((HEADINGS, *lines)).encode()
