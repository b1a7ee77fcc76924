"""Ordered services as they are listed, and who is told what of the case of one."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.models.accounts import Organisation
from visits.models.cases import Case, Task, TaskState
from visits.models.portfolio import Residence
from visits.models.surroundings import NOT_OVER, UNDER_WAY, OrderedService
from visits.models.surroundings import OrderedState as State
from visits.sight import Viewer, visible_cases
from visits.sight.listing import By, Listed, Wanted, page_of_found
from visits.sight.ordered import seen_ordered
from visits.sight.wording import residences_called, typed_in

OPEN, DELIVERED, LATE, ALL = "open", "delivered", "late", "all"
LISTS = (OPEN, DELIVERED, LATE, ALL)
ORDER = {
    "due": By(OrderedService.due_on, known=True),
    "since": By(OrderedService.since, known=True),
    "kind": By(OrderedService.kind, known=True),
    "partner": By(Organisation.name, through=(OrderedService.organisation,)),
    "city": By(Residence.city, known=True),
}
_DONE = Task.state == TaskState.DONE


@dataclass(frozen=True)
class OrderedFilter:
    """Which ordered services: in a state, or one of `LISTS`; of a residence, a partner."""

    state: str = OPEN
    residence_id: uuid.UUID | None = None
    text: str = ""


def list_ordered(
    session: Session, viewer: Viewer, *, only: OrderedFilter, wanted: Wanted, today: date
) -> Listed[OrderedService]:
    """List the ordered services the viewer may see, what is due first at the top."""
    rows = select(OrderedService).options(
        joinedload(OrderedService.residence),
        joinedload(OrderedService.organisation),
        joinedload(OrderedService.task),
    )
    found = _found(session, viewer, only, today)
    tie = (OrderedService.due_on, OrderedService.id)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=tie)


def _found(session: Session, viewer: Viewer, only: OrderedFilter, today: date) -> Select[uuid.UUID]:
    found = seen_ordered(viewer).with_only_columns(OrderedService.id, maintain_column_froms=True)
    found = found.outerjoin(Task, Task.id == OrderedService.task_id)
    delivered = and_(OrderedService.state.in_(UNDER_WAY), _DONE)
    if only.state == DELIVERED:
        found = found.where(delivered)
    elif only.state == LATE:
        undone = or_(Task.id.is_(None), ~_DONE)
        found = found.where(
            OrderedService.state.in_(NOT_OVER), undone, OrderedService.due_on < today
        )
    elif only.state in tuple(State):
        found = found.where(OrderedService.state == State(only.state))
    elif only.state != ALL:
        found = found.where(OrderedService.state.in_(NOT_OVER))
    if only.residence_id is not None:
        found = found.where(OrderedService.residence_id == only.residence_id)
    if only.text.strip():
        numbered = typed_in(only.text, OrderedService.reference)
        there = OrderedService.residence_id.in_(residences_called(session, only.text))
        found = found.where(numbered | there)
    return found


def seen_case(session: Session, viewer: Viewer | None, ordered: OrderedService) -> Case | None:
    """Give the case in whose visit a service is done, to whoever may see it."""
    if viewer is None:
        return None
    hers = select(Case).join(Case.person).where(Case.id == ordered.case_id, visible_cases(viewer))
    return session.scalars(hers).one_or_none()
