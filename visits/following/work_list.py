"""Work orders as the technical service lists them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Consequence, Submission, Visit
from visits.models.works import OPEN_STATES, Severity, WorkOrder, WorkOrderState
from visits.sight.homes import STOCK
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.reach import Viewer, hidden_homes, visible_work_orders
from visits.sight.wording import mentions

URGENCY = case({severity: rank for rank, severity in enumerate(Severity)}, value=WorkOrder.severity)
ORDER = {
    "urgency": URGENCY,
    "due": WorkOrder.due_at,
    "opened": WorkOrder.opened_at,
    "trade": WorkOrder.trade,
    "city": Residence.city,
    "state": WorkOrder.state,
}


def visible_orders(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `WorkOrder`, its person outer-joined, for those the viewer may see.

    One of no known home tells of nobody, and a danger cannot wait until its home is known: whoever
    does works sees it, whatever her territory; of several landlords those for whom its sender
    works or visits.
    """
    seen = visible_work_orders(viewer)
    if viewer.reach not in STOCK:
        return seen
    hidden = WorkOrder.dwelling_id.in_(hidden_homes(viewer.user_id))
    homeless = and_(WorkOrder.person_id.is_(None), func.coalesce(~hidden, true()))
    if viewer.landlord_id:
        homeless = and_(homeless, _told_by_who_works_for(viewer.landlord_id))
    return or_(seen, homeless)


def _told_by_who_works_for(landlord_id: uuid.UUID) -> ColumnElement[bool]:
    visits = (
        select(Visit.visitor_id)
        .join(Visit.case)
        .join(Case.person)
        .where(Person.landlord_id == landlord_id)
    )
    staff = select(User.id).where(User.organisation_id == landlord_id)
    return (
        exists()
        .where(Consequence.id == WorkOrder.consequence_id)
        .where(Submission.id == Consequence.submission_id)
        .where(or_(Submission.sent_by_id.in_(staff), Submission.sent_by_id.in_(visits)))
        .correlate(WorkOrder)
    )


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
        .outerjoin(Dwelling.residence)
        .where(visible_orders(viewer))
        .options(contains_eager(WorkOrder.person))
        .options(contains_eager(WorkOrder.dwelling).contains_eager(Dwelling.residence))
        .options(joinedload(WorkOrder.consequence))
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
        of_order = WorkOrder.person_id, WorkOrder.dwelling_id
        numbered = WorkOrder.reference.icontains(only.text.strip(), autoescape=True)
        statement = statement.where(numbered | mentions(session, only.text, *of_order))
    tie = (WorkOrder.due_at.asc().nulls_last(), WorkOrder.id)
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=tie)


def trades_in_use(session: Session, viewer: Viewer) -> list[str]:
    """List the trades that have work orders the viewer may see."""
    seen = select(WorkOrder.trade).outerjoin(WorkOrder.person).where(visible_orders(viewer))
    return list(session.scalars(seen.distinct().order_by(WorkOrder.trade)))
