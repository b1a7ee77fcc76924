"""Two visits that change places: each at the hour and by the visitor of the other."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.agenda.planning import changed, put
from visits.agenda.slot_check import Slot, check_slot
from visits.agenda.visitors import visitors_seen
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.visits import Visit, VisitState
from visits.sight import Viewer, visible_cases

AROUND = timedelta(days=14)
MOST = 100


def may_swap_with(
    session: Session, visit: Visit, *, viewer: Viewer, now: datetime
) -> Sequence[Visit]:
    """List the visits two weeks around with which one may change places, as far as seen.

    Where two go, none: the hour is that of both.
    """
    if visit.second_visitor_id is not None:
        return []
    theirs = select(User.id).where(visitors_seen(viewer))
    around = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(Visit.id != visit.id, Visit.state == VisitState.PLANNED, visible_cases(viewer))
        .where(Visit.visitor_id.in_(theirs), Visit.planned_start_at > now)
        .where(Visit.second_visitor_id.is_(None))
        .where(Visit.planned_start_at >= visit.planned_start_at - AROUND)
        .where(Visit.planned_start_at <= visit.planned_start_at + AROUND)
        .options(contains_eager(Visit.case).contains_eager(Case.person))
        .options(joinedload(Visit.visitor))
    )
    return session.scalars(around.order_by(Visit.planned_start_at, Visit.id).limit(MOST)).all()


def swap_visits(
    session: Session, one: Visit, other: Visit, *, viewer: Viewer, now: datetime, insist: str = ""
) -> None:
    """Let two planned visits change hours and visitors; each lasts as long as it did.

    Raises Conflict when one of them is not planned any more, Invalid when it cannot be there.
    """
    if one.id == other.id or not (one.is_planned and other.is_planned):
        raise Conflict("visit_not_planned")
    both = (one.id, other.id)
    here, there = (
        Slot(
            its.visitor_id,
            its.planned_start_at,
            its.planned_start_at + (comes.planned_end_at - comes.planned_start_at),
            but=both,
        )
        for its, comes in ((one, other), (other, one))
    )
    if here.visitor_id == there.visitor_id and here.end_at > there.start_at > here.start_at:
        raise Invalid({"with": "swapped_overlap"})
    if here.visitor_id == there.visitor_id and there.end_at > here.start_at > there.start_at:
        raise Invalid({"with": "swapped_overlap"})
    for visit, slot in sorted(((one, there), (other, here)), key=lambda pair: pair[1].visitor_id):
        try:
            visit.unusual_why = check_slot(
                session, visit.case, slot, viewer=viewer, insist=insist, now=now
            )
        except Invalid as refused:
            name = "insist" if "insist" in refused.fields else "with"
            said = next(iter(refused.fields.values()))
            raise Invalid({name: said}, **refused.details) from None
    put(session, one, there, now)
    put(session, other, here, now)
    for visit in (one, other):
        changed(session, visit.case, viewer, "visit_moved", now)
