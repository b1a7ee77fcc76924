"""Several of one home visited at once by one visitor: a couple, or one person in two ways."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.agenda.planning import MAY_BE_PLANNED, plan_visit
from visits.cases.tasks import visits_due
from visits.ground.errors import Invalid
from visits.models.cases import Case, CaseState
from visits.models.visits import Visit
from visits.sight import Viewer, visible_cases


def also_to_plan(session: Session, case: Case, viewer: Viewer) -> Sequence[Case]:
    """List the other cases of a home in which a visit waits to be planned, as far as seen."""
    if case.dwelling_id is None:
        return []
    there = (
        select(Case)
        .join(Case.person)
        .where(Case.dwelling_id == case.dwelling_id, Case.id != case.id)
        .where(Case.closed_on.is_(None), Case.state.in_(MAY_BE_PLANNED), visible_cases(viewer))
        .options(contains_eager(Case.person))
    )
    found = session.scalars(there.order_by(Case.id)).all()
    return [one for one in found if one.state is CaseState.AGREED or visits_due(session, one)]


def plan_beside(
    session: Session,
    visit: Visit,
    others: Collection[uuid.UUID],
    *,
    viewer: Viewer,
    now: datetime,
    insist: str = "",
) -> list[Visit]:
    """Plan with a visit those of others in this home, by the same visitor at the same hour.

    Raises Invalid for one that is not to be planned here.
    """
    waiting = {one.id: one for one in also_to_plan(session, visit.case, viewer)}
    if not set(others) <= waiting.keys():
        raise Invalid({"with": "not_planned_together"})
    minutes = round((visit.planned_end_at - visit.planned_start_at).total_seconds() / 60)
    made = [visit]
    for case_id in others:
        made.append(
            plan_visit(
                session,
                waiting[case_id],
                visitor_id=visit.visitor_id,
                start_at=visit.planned_start_at,
                minutes=minutes,
                viewer=viewer,
                now=now,
                insist=insist,
                attended_by=visit.attended_by or "",
                beside=tuple(one.id for one in made),
                second_id=visit.second_visitor_id,
            )
        )
    return made[1:]
