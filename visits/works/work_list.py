"""Work orders as the technical service lists them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from visits.models.portfolio import Dwelling, Residence
from visits.models.works import OPEN_STATES, Severity, WorkOrder, WorkOrderState
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.orders import visible_work_orders
from visits.sight.reach import Viewer
from visits.sight.wording import mentions, residences_called

URGENCY = case({severity: rank for rank, severity in enumerate(Severity)}, value=WorkOrder.severity)
# Where an order is: in the residence of its dwelling, or in the one it is of itself.
IN_RESIDENCE = func.coalesce(Dwelling.residence_id, WorkOrder.residence_id)
ORDER = {
    "urgency": URGENCY,
    "due": WorkOrder.due_at,
    "opened": WorkOrder.opened_at,
    "trade": WorkOrder.trade,
    "city": Residence.city,
    "state": WorkOrder.state,
}


LATE = "late"


@dataclass(frozen=True)
class WorkOrderFilter:
    """Which work orders; an empty field does not filter. `state` may be `open_all` or `late`."""

    state: str = "open_all"
    severity: str = ""
    trade: str = ""
    text: str = ""


def list_work_orders(
    session: Session, viewer: Viewer, *, only: WorkOrderFilter, wanted: Wanted, now: datetime
) -> Listed[WorkOrder]:
    """List the work orders of dwellings and persons the viewer may see."""
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .outerjoin(WorkOrder.dwelling)
        .outerjoin(Residence, Residence.id == IN_RESIDENCE)
        .where(visible_work_orders(viewer))
        .options(contains_eager(WorkOrder.person))
        .options(contains_eager(WorkOrder.dwelling).contains_eager(Dwelling.residence))
        .options(joinedload(WorkOrder.consequence), selectinload(WorkOrder.residence))
    )
    if only.state in ("open_all", LATE):
        statement = statement.where(WorkOrder.state.in_(OPEN_STATES))
    if only.state == LATE:
        statement = statement.where(WorkOrder.due_at < now)
    elif only.state in tuple(WorkOrderState):
        statement = statement.where(WorkOrder.state == WorkOrderState(only.state))
    if only.severity in tuple(Severity):
        statement = statement.where(WorkOrder.severity == Severity(only.severity))
    if only.trade:
        statement = statement.where(WorkOrder.trade == only.trade)
    if only.text:
        numbered = WorkOrder.reference.icontains(only.text.strip(), autoescape=True)
        spoken_of = mentions(session, only.text, WorkOrder.person_id, WorkOrder.dwelling_id)
        of_residence = WorkOrder.residence_id.in_(residences_called(session, only.text))
        statement = statement.where(numbered | spoken_of | of_residence)
    tie = (WorkOrder.due_at.asc().nulls_last(), WorkOrder.id)
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=tie)


def trades_in_use(session: Session, viewer: Viewer) -> list[str]:
    """List the trades that have work orders the viewer may see."""
    seen = select(WorkOrder.trade).outerjoin(WorkOrder.person).where(visible_work_orders(viewer))
    return list(session.scalars(seen.distinct().order_by(WorkOrder.trade)))
