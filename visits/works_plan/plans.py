"""Plans of works: made, worked out, changed by hand, decided, withdrawn and put back."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, insert, or_, select
from sqlalchemy.orm import Session

from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.numbers import typed_cents
from visits.homes.labels import list_labels, rules_on
from visits.models.labels import HomeLabel
from visits.models.works_plans import Aim, ByHand, WorksPlan, WorksPlanLine
from visits.sight import Viewer
from visits.sight.homes import landlords_run
from visits.sight.listing import Listed, Wanted, page_of
from visits.works_plan.candidates import Eyes, find_works
from visits.works_plan.gains import gains_of
from visits.works_plan.lines import lines_seen
from visits.works_plan.solving import Problem, Solution

NAME_LENGTH = 100
MOST_CENTS = 10_000_000_000
MOST_WORKS = 5_000
STANDINGS = ("draft", "decided", "withdrawn")
ORDER = {
    "made": WorksPlan.made_at,
    "aim": WorksPlan.aim,
    "budget": WorksPlan.budget_cents,
    "decided": WorksPlan.decided_at,
}
_STANDS = {
    "draft": (WorksPlan.decided_at.is_(None), WorksPlan.withdrawn_at.is_(None)),
    "decided": (WorksPlan.decided_at.is_not(None), WorksPlan.withdrawn_at.is_(None)),
    "withdrawn": (WorksPlan.withdrawn_at.is_not(None),),
}


@dataclass(frozen=True)
class PlanSaid:
    """A plan as it was typed: its name, what it does most for, a budget in euros, whose.

    `label` is the id of the label that homes are to reach, where that is its aim.
    """

    name: str
    aim: str
    budget: str
    landlord: str = ""
    label: str = ""


def make_plan(session: Session, said: PlanSaid, *, viewer: Viewer, now: datetime) -> WorksPlan:
    """Make a plan, to be worked out. Raises Invalid, field by field."""
    landlords = {str(one.id): one for one in landlords_run(session, viewer)}
    chosen = said.landlord or (next(iter(landlords)) if len(landlords) == 1 else "")
    fields = {} if chosen in landlords else {"landlord": "bad_choice" if chosen else "required"}
    landlord = landlords.get(chosen)
    label = _label(session, said, landlord.id if landlord else None, fields, today_in_paris(now))
    name, aim, cents = _checked(said, fields)
    plan = WorksPlan(
        id=new_id(),
        landlord_id=landlords[chosen].id,
        name=name,
        aim=aim,
        label=label,
        budget_cents=cents,
        made_at=now,
        made_by_id=viewer.user_id,
    )
    session.add(plan)
    session.flush()
    return plan


def change_plan(session: Session, plan: WorksPlan, said: PlanSaid, *, now: datetime) -> None:
    """Give a draft another name, aim or budget; raises Invalid, Conflict for one that is none."""
    _still_draft(plan)
    fields: dict[str, str] = {}
    label = _label(session, said, plan.landlord_id, fields, today_in_paris(now))
    plan.name, plan.aim, plan.budget_cents = _checked(said, fields)
    plan.label = label
    plan.turn += 1


def labels_for_plans(
    session: Session, viewer: Viewer, *, of: uuid.UUID | None = None, today: date
) -> list[HomeLabel]:
    """List the labels that homes may reach today: of all whose stock she runs, or of one."""
    run = {one.id for one in landlords_run(session, viewer)}
    asked = run if of is None else run & {of}
    found = list_labels(session, viewer)
    return [one for one in found if one.landlord_id in asked and rules_on(one, today) is not None]


def _label(
    session: Session,
    said: PlanSaid,
    landlord_id: uuid.UUID | None,
    fields: dict[str, str],
    today: date,
) -> HomeLabel | None:
    """Read the label of a plan whose aim it is, or say in `fields` why it cannot be."""
    if said.aim != Aim.LABEL:
        return None
    its = select(HomeLabel).where(
        HomeLabel.landlord_id == landlord_id, HomeLabel.withdrawn_at.is_(None)
    )
    for label in session.scalars(its):
        if str(label.id) == said.label and rules_on(label, today) is not None:
            return label
    fields["label"] = "bad_choice" if said.label else "required"
    return None


def _checked(said: PlanSaid, fields: dict[str, str]) -> tuple[str, Aim, int]:
    """Read a name, an aim and a budget in cents; raises Invalid for these and `fields`."""
    name, cents = said.name.strip(), 0
    if not name or len(name) > NAME_LENGTH:
        fields["name"] = "too_long" if name else "required"
    if said.aim not in tuple(Aim):
        fields["aim"] = "bad_choice" if said.aim else "required"
    try:
        cents = typed_cents(said.budget)
    except ValueError:
        fields["budget"] = "no_amount" if said.budget.strip() else "required"
    else:
        if not 0 < cents <= MOST_CENTS:
            fields["budget"] = "works_plan_budget"
    if fields:
        raise Invalid(fields)
    return name, Aim(said.aim), cents


def visible_plans(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `WorksPlan`: her own drafts, what was decided for whose stock she runs.

    A draft that was withdrawn stays its maker's.
    """
    run = [one.id for one in landlords_run(session, viewer)]
    hers = or_(WorksPlan.made_by_id == viewer.user_id, WorksPlan.decided_at.is_not(None))
    return WorksPlan.landlord_id.in_(run) & hers


def list_plans(
    session: Session, viewer: Viewer, *, standing: str, wanted: Wanted
) -> Listed[WorksPlan]:
    """List the plans that a viewer may see; an empty standing does not filter."""
    found = select(WorksPlan).where(visible_plans(session, viewer), *_STANDS.get(standing, ()))
    return page_of(session, found, wanted=wanted, order=ORDER, tie=WorksPlan.id)


def find_plan(
    session: Session, viewer: Viewer, plan_id: uuid.UUID, *, to_change: bool = False
) -> WorksPlan:
    """Find a plan that a viewer may see; `to_change` waits for others. Raises NotFound."""
    found = select(WorksPlan).where(WorksPlan.id == plan_id, visible_plans(session, viewer))
    if to_change:
        found = found.with_for_update(of=WorksPlan, key_share=True)
    plan = session.scalars(found).one_or_none()
    if plan is None:
        raise NotFound("works_plan_not_found")
    return plan


def gather(session: Session, plan: WorksPlan, eyes: Eyes, *, now: datetime) -> Problem:
    """Read what a draft chooses from.

    Raises Conflict for a plan that is no draft, for too many works, and when its label is withdrawn
    or has no rules today.
    """
    _still_draft(plan)
    today = today_in_paris(now)
    if plan.label and (plan.label.withdrawn_at or rules_on(plan.label, today) is None):
        raise Conflict("works_plan_label_gone")
    works = find_works(session, plan, eyes)
    if len(works) > MOST_WORKS:
        raise Conflict("works_plan_too_many", most=MOST_WORKS)
    gains = gains_of(session, plan, works, eyes.works, today=today)
    problem = Problem(plan.turn, plan.budget_cents, works, gains, _by_hand(session, plan))
    if problem.forced_cents > plan.budget_cents:
        raise Conflict("works_plan_forced_above")
    return problem


def _by_hand(session: Session, plan: WorksPlan) -> Mapping[uuid.UUID, ByHand]:
    said = select(WorksPlanLine).where(
        WorksPlanLine.plan_id == plan.id, WorksPlanLine.by_hand.is_not(None)
    )
    found: dict[uuid.UUID, ByHand] = {}
    for line in session.scalars(said.order_by(WorksPlanLine.id)):
        work_id = line.work_order_id or line.adaptation_id
        if work_id is not None and line.by_hand is not None:
            found[work_id] = line.by_hand
    return found


def keep(
    session: Session, plan: WorksPlan, problem: Problem, solution: Solution, *, now: datetime
) -> None:
    """Keep what was worked out, all of it; raises Conflict when the plan changed meanwhile."""
    _still_draft(plan)
    if plan.turn != problem.turn:
        raise Conflict("works_plan_changed")
    session.execute(delete(WorksPlanLine).where(WorksPlanLine.plan_id == plan.id))
    rows = [
        {
            "id": new_id(),
            "plan_id": plan.id,
            "work_order_id": one.order_id,
            "adaptation_id": one.adaptation_id,
            "cents": one.cents,
            "cost_from": one.cost[1] if one.cost else None,
            "by_hand": problem.hand(one),
            "chosen": at in solution.taken,
            "why": solution.why.get(at),
        }
        for at, one in enumerate(problem.works)
    ]
    if rows:
        session.execute(insert(WorksPlanLine), rows)
    plan.turn += 1
    plan.worked_out_at, plan.proven, plan.fault = now, solution.proven, None


def note_fault(plan: WorksPlan, why: str) -> None:
    """Note that working a plan out gave nothing: what stood stays."""
    if plan.is_draft:
        plan.fault = why


def choose_by_hand(
    session: Session, plan: WorksPlan, lines: Iterable[uuid.UUID], hand: str, *, eyes: Eyes
) -> None:
    """Put works in, leave them out, or let the plan choose again; it is worked out anew then.

    Raises Invalid for none, for one in without a cost, and for more than the budget bears.
    """
    _still_draft(plan)
    named = set(lines)
    if not named:
        raise Invalid({"ids": "works_plan_none_chosen"})
    if hand not in (*ByHand, ""):
        raise Invalid({"hand": "bad_choice"})
    seen = select(WorksPlanLine).where(WorksPlanLine.plan_id == plan.id, lines_seen(eyes))
    found = session.scalars(seen.where(WorksPlanLine.id.in_(named))).all()
    if len(found) != len(named):
        raise Conflict("works_plan_changed")
    if hand == ByHand.IN and any(one.cents is None for one in found):
        raise Invalid({"ids": "works_plan_no_cost"})
    for line in found:
        line.by_hand = ByHand(hand) if hand else None
    session.flush()
    stands = seen.where(WorksPlanLine.by_hand == ByHand.IN)
    if sum(one.cents or 0 for one in session.scalars(stands)) > plan.budget_cents:
        raise Invalid({"ids": "works_plan_forced_above"})
    plan.turn += 1


def decide_plan(
    session: Session, plan: WorksPlan, *, eyes: Eyes, viewer: Viewer, now: datetime
) -> None:
    """Freeze a plan as a decision: its works are followed from then on.

    Raises Conflict for one that takes nothing, and when a work was begun or costs otherwise by now.
    """
    _still_draft(plan)
    taken = select(WorksPlanLine).where(
        WorksPlanLine.plan_id == plan.id, WorksPlanLine.chosen.is_(True)
    )
    lines = session.scalars(taken.order_by(WorksPlanLine.id)).all()
    if not lines:
        raise Conflict("works_plan_empty")
    today = {one.id: one.cents for one in find_works(session, plan, eyes)}
    for line in lines:
        work_id = line.work_order_id or line.adaptation_id
        if work_id not in today or today[work_id] != line.cents:
            raise Conflict("works_plan_out_of_date")
    plan.turn += 1
    plan.decided_at, plan.decided_by_id = now, viewer.user_id


def withdraw_plan(plan: WorksPlan, *, viewer: Viewer, now: datetime) -> None:
    """Withdraw a plan, decided or not: its works are free for others. Raises Conflict."""
    if plan.withdrawn_at is not None:
        raise Conflict("works_plan_withdrawn")
    plan.turn += 1
    plan.withdrawn_at, plan.withdrawn_by_id = now, viewer.user_id


def put_back(session: Session, plan: WorksPlan) -> None:
    """Put a withdrawn plan back as it was; raises Conflict when another took its works since."""
    if plan.withdrawn_at is None:
        raise Conflict("works_plan_stands")
    if plan.decided_at is not None and _taken_since(session, plan):
        raise Conflict("works_plan_taken_since")
    plan.turn += 1
    plan.withdrawn_at = plan.withdrawn_by_id = None


def _taken_since(session: Session, plan: WorksPlan) -> bool:
    mine = WorksPlanLine.plan_id == plan.id, WorksPlanLine.chosen.is_(True)
    orders = select(WorksPlanLine.work_order_id).where(*mine)
    files = select(WorksPlanLine.adaptation_id).where(*mine)
    other = (
        select(WorksPlanLine.id)
        .join(WorksPlanLine.plan)
        .where(WorksPlanLine.chosen.is_(True), WorksPlan.id != plan.id, *_STANDS["decided"])
        .where(
            or_(
                WorksPlanLine.work_order_id.in_(
                    orders.where(WorksPlanLine.work_order_id.is_not(None))
                ),
                WorksPlanLine.adaptation_id.in_(
                    files.where(WorksPlanLine.adaptation_id.is_not(None))
                ),
            )
        )
    )
    return session.scalars(other.limit(1)).first() is not None


def _still_draft(plan: WorksPlan) -> None:
    if not plan.is_draft:
        raise Conflict("works_plan_no_draft")
