"""Where a visit stands: the one place that moves it, and that calls off what a case has planned."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.cases.tasks import let_go
from visits.ground.errors import Conflict
from visits.models.cases import Case
from visits.models.visits import LIVE, Visit, VisitState

# Answers that are taken from a visit again let it wait again; what a door or a call ended stays.
REACHED_FROM = {
    VisitState.PLANNED: (VisitState.DONE,),
    VisitState.UNDER_WAY: (*LIVE, VisitState.DONE),
    VisitState.DONE: LIVE,
    VisitState.FAILED: LIVE,
    VisitState.CANCELLED: LIVE,
}


def move_visit(visit: Visit, to: VisitState) -> None:
    """Move a visit to a state. Raises Conflict when it cannot come there from where it stands."""
    if visit.state not in REACHED_FROM[to]:
        raise Conflict("visit_not_planned", state=visit.state)
    visit.state = to


def call_off(session: Session, visit: Visit, *, reason: str) -> None:
    """Take a visit out of the diary; what it was planned for is to do again."""
    move_visit(visit, VisitState.CANCELLED)
    visit.closed_reason = reason or None
    let_go(session, visit)


def call_off_all(
    session: Session, case: Case, *, reason: str = "", but: uuid.UUID | None = None
) -> list[Visit]:
    """Call off all that a case has planned, `but` one. Raises Conflict while one is under way."""
    live = select(Visit).where(Visit.case_id == case.id, Visit.state.in_(LIVE))
    found = session.scalars(live.order_by(Visit.planned_start_at, Visit.id))
    visits = [visit for visit in found if visit.id != but]
    if any(visit.state is VisitState.UNDER_WAY for visit in visits):
        raise Conflict("visit_under_way")
    for visit in visits:
        call_off(session, visit, reason=reason)
    return visits
