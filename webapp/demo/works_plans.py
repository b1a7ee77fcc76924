"""What some open works are thought to cost, a plan of works that is decided, and a draft."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.works import OPEN_STATES, URGENT, WorkOrder
from visits.sight import Viewer, visible_work_orders
from visits.sight.homes import landlords_run
from visits.works.costs import note_estimate
from visits.works_plan.candidates import Eyes
from visits.works_plan.plans import PlanSaid, decide_plan, gather, keep, make_plan
from visits.works_plan.solving import solve

ESTIMATED = 40
# In turn, in euros.
ESTIMATES = ("85", "140", "60", "220", "110", "310", "95")
DECIDED = PlanSaid("Petits travaux du trimestre", "people", "1500")
DRAFT = PlanSaid("Prévention des chutes, année à venir", "falls", "2500")


def budget_some(session: Session, *, technician: Viewer, eyes: Eyes, now: datetime) -> None:
    """Estimate open works, decide a plan of them and leave another one to be looked at."""
    still_open = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.state.in_(OPEN_STATES), WorkOrder.severity.not_in(URGENT))
        .where(WorkOrder.estimate_cents.is_(None), visible_work_orders(technician))
        .order_by(WorkOrder.opened_at.desc(), WorkOrder.id)
        .limit(ESTIMATED)
    )
    for number, order in enumerate(session.scalars(still_open).all()):
        said = ESTIMATES[number % len(ESTIMATES)]
        note_estimate(order, said, viewer=technician, now=now)
    session.flush()
    (landlord, *_others) = landlords_run(session, eyes.works)
    for asked in (DECIDED, DRAFT):
        of_landlord = replace(asked, landlord=str(landlord.id))
        plan = make_plan(session, of_landlord, viewer=eyes.works, now=now)
        problem = gather(session, plan, eyes, now=now)
        solution = solve(problem)
        keep(session, plan, problem, solution, now=now)
        session.flush()
        if asked is DECIDED and solution.taken:
            decide_plan(session, plan, eyes=eyes, viewer=eyes.works, now=now)
