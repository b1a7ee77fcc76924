"""The works of a plan as somebody may see them: listed, summed, building by building, followed."""

import enum
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from visits.models.adaptations import AdaptationFile, Step
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Consequence
from visits.models.works import DONE_STATES, WorkOrder, WorkOrderState
from visits.models.works_plans import OutWhy, WorksPlan, WorksPlanLine
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.orders import unseen_orders
from visits.sight.reach import hidden_homes, unseen_persons
from visits.works_plan.candidates import Eyes, Work, adaptations_seen, orders_seen
from visits.works_plan.gains import done_by, gains_of

TAKEN, LEFT = "taken", "left"
WHICH = (TAKEN, LEFT, *OutWhy)


class Became(enum.StrEnum):
    """What a work of a plan became."""

    TO_DO = "to_do"
    UNDER_WAY = "under_way"
    DONE = "done"
    GIVEN_UP = "given_up"


_S = WorkOrderState
ORDER_BECAME = {
    _S.PLANNED: Became.UNDER_WAY,
    _S.STARTED: Became.UNDER_WAY,
    _S.ON_HOLD: Became.UNDER_WAY,
    _S.CANCELLED: Became.GIVEN_UP,
} | dict.fromkeys(DONE_STATES, Became.DONE)
STEP_BECAME = {
    Step.WORKS: Became.UNDER_WAY,
    Step.RECEPTION: Became.UNDER_WAY,
    Step.FIRST_FOLLOW_UP: Became.DONE,
    Step.LAST_FOLLOW_UP: Became.DONE,
    Step.ACCOUNTS: Became.DONE,
    Step.CLOSED: Became.DONE,
    Step.REFUSED: Became.GIVEN_UP,
    Step.WITHDRAWN: Became.GIVEN_UP,
}


def became(line: WorksPlanLine) -> Became:
    """Say what a work became; an order that was put into another one is that one."""
    if line.adaptation is not None:
        return STEP_BECAME.get(line.adaptation.step, Became.TO_DO)
    assert line.order is not None
    return ORDER_BECAME.get((line.order.same_as or line.order).state, Became.TO_DO)


def home_of(line: WorksPlanLine) -> Dwelling | None:
    """Give the dwelling of a work; None for one of a residence."""
    if line.adaptation is not None:
        return line.adaptation.dwelling
    return line.order.dwelling if line.order is not None else None


def house_of(line: WorksPlanLine) -> Residence:
    """Give the residence in which a work is done."""
    home = home_of(line)
    if home is not None:
        return home.residence
    house = line.order.residence if line.order is not None else None
    assert house is not None  # a work of no known home is in no plan
    return house


def person_of(line: WorksPlanLine) -> uuid.UUID | None:
    """Give whom a work is about, for the access log."""
    of = line.order if line.order is not None else line.adaptation
    return of.person_id if of is not None else None


def lines_seen(eyes: Eyes) -> ColumnElement[bool]:
    """Give the condition on `WorksPlanLine` for the works that somebody may see, today."""
    orders = WorksPlanLine.work_order_id.in_(orders_seen(eyes))
    files = adaptations_seen(eyes)
    return orders if files is None else or_(orders, WorksPlanLine.adaptation_id.in_(files))


_OF_ORDER, _OF_FILE = aliased(Dwelling), aliased(Dwelling)
IN_HOUSE = func.coalesce(_OF_ORDER.residence_id, _OF_FILE.residence_id, WorkOrder.residence_id)
ORDER = {
    "building": Residence.address,
    "city": Residence.city,
    "cost": WorksPlanLine.cents,
    "why": WorksPlanLine.why,
}


def list_lines(
    session: Session,
    plan: WorksPlan,
    eyes: Eyes,
    *,
    which: str,
    residence: uuid.UUID | None,
    wanted: Wanted,
) -> Listed[WorksPlanLine]:
    """List the works of a plan that somebody may see; `which` is one of `WHICH`, or all."""
    found = _found(plan, eyes).options(*_WHOLE)
    if which in (TAKEN, LEFT):
        found = found.where(WorksPlanLine.chosen.is_(which == TAKEN))
    elif which in tuple(OutWhy):
        found = found.where(WorksPlanLine.why == OutWhy(which))
    if residence is not None:
        found = found.where(IN_HOUSE.in_([residence]))
    return page_of(session, found, wanted=wanted, order=ORDER, tie=WorksPlanLine.id)


def _found(plan: WorksPlan, eyes: Eyes) -> Select[WorksPlanLine]:
    return (
        select(WorksPlanLine)
        .outerjoin(WorksPlanLine.order)
        .outerjoin(_OF_ORDER, _OF_ORDER.id == WorkOrder.dwelling_id)
        .outerjoin(WorksPlanLine.adaptation)
        .outerjoin(_OF_FILE, _OF_FILE.id == AdaptationFile.dwelling_id)
        .join(Residence, Residence.id == IN_HOUSE)
        .where(WorksPlanLine.plan_id == plan.id, lines_seen(eyes))
    )


_ORDER = joinedload(WorksPlanLine.order)
_FILE = joinedload(WorksPlanLine.adaptation)
_WHOLE = (
    _ORDER.joinedload(WorkOrder.dwelling).joinedload(Dwelling.residence),
    _ORDER.joinedload(WorkOrder.residence),
    _ORDER.joinedload(WorkOrder.consequence),
    _ORDER.joinedload(WorkOrder.same_as),
    _FILE.joinedload(AdaptationFile.dwelling).joinedload(Dwelling.residence),
    _FILE.selectinload(AdaptationFile.findings).joinedload(Consequence.submission),
)


@dataclass(frozen=True)
class Building:
    """What a plan takes in a residence: so many works, what they cost and do."""

    residence: Residence
    works: int
    cents: int
    does: int


@dataclass(frozen=True)
class Sum:
    """What somebody may see of a plan: what it takes and does, by building, why others are out.

    `became` counts the works that are taken by what they became, `in_fact_cents` is what the done
    ones cost, as far as it is noted. Of a plan that was decided, `works` and `cents` are those of
    the decision, the same for everybody but of homes that are protected from her; `unseen` of its
    works are not hers to open; all else is of what she sees.
    """

    works: int
    cents: int
    does: int
    buildings: Sequence[Building]
    left: Mapping[OutWhy, int]
    became: Mapping[Became, int]
    in_fact_cents: int
    unseen: int = 0


def sum_up(session: Session, plan: WorksPlan, eyes: Eyes, *, today: date) -> Sum:
    """Sum up what somebody may see of a plan; of one that is decided, what was decided in all."""
    taken = _found(plan, eyes).where(WorksPlanLine.chosen.is_(True))
    taken = taken.options(
        _ORDER.joinedload(WorkOrder.dwelling).joinedload(Dwelling.residence),
        _ORDER.joinedload(WorkOrder.residence),
        _ORDER.joinedload(WorkOrder.same_as),
        _FILE.joinedload(AdaptationFile.dwelling).joinedload(Dwelling.residence),
    )
    ordered = taken.order_by(Residence.city, Residence.address, WorksPlanLine.id)
    lines = session.scalars(ordered).all()
    works = [_work(line) for line in lines]
    groups = gains_of(session, plan, works, eyes.works, today=today).groups
    of_house = defaultdict[Residence, list[int]](list)
    for at, line in enumerate(lines):
        of_house[house_of(line)].append(at)
    counted = defaultdict[Became, int](int)
    for line in lines:
        counted[became(line)] += 1
    works_in_all, cents_in_all = len(lines), sum(line.cents or 0 for line in lines)
    if plan.decided_at is not None:
        works_in_all, cents_in_all = _decided(session, plan, eyes)
    return Sum(
        works_in_all,
        cents_in_all,
        done_by(groups, range(len(lines))),
        [
            Building(
                house, len(here), sum(lines[at].cents or 0 for at in here), done_by(groups, here)
            )
            for house, here in of_house.items()
        ],
        _left(session, plan, eyes),
        {one: counted[one] for one in Became if counted[one]},
        sum((line.order.cost_cents or 0) for line in lines if line.order is not None),
        works_in_all - len(lines),
    )


def _decided(session: Session, plan: WorksPlan, eyes: Eyes) -> tuple[int, int]:
    """Count the works of a decision, and what they take of the budget in cents, of no home.

    What somebody's protection hides from her is not told by a sum either.
    """
    user_id, order, file = eyes.works.user_id, WorksPlanLine.work_order_id, AdaptationFile
    hidden = select(file.id).where(
        or_(
            file.dwelling_id.in_(hidden_homes(user_id)), file.person_id.in_(unseen_persons(user_id))
        )
    )
    of_file = WorksPlanLine.adaptation_id
    taken = (
        WorksPlanLine.plan_id == plan.id,
        WorksPlanLine.chosen.is_(True),
        or_(order.is_(None), order.not_in(unseen_orders(eyes.works))),
        or_(of_file.is_(None), of_file.not_in(hidden)),
    )
    counted = select(func.count(), func.coalesce(func.sum(WorksPlanLine.cents), 0)).where(*taken)
    works, cents = session.execute(counted).one()
    return works or 0, int(cents or 0)


def _work(line: WorksPlanLine) -> Work:
    home = home_of(line)
    code = line.adaptation.code if line.adaptation is not None else ""
    house_id, home_id = house_of(line).id, home.id if home is not None else None
    done = became(line) is Became.DONE
    return Work(line.work_order_id, line.adaptation_id, house_id, home_id, code, done=done)


def _left(session: Session, plan: WorksPlan, eyes: Eyes) -> Mapping[OutWhy, int]:
    counts = (
        select(WorksPlanLine.why, func.count())
        .where(WorksPlanLine.plan_id == plan.id, WorksPlanLine.why.is_not(None), lines_seen(eyes))
        .group_by(WorksPlanLine.why)
    )
    found = {why: count for why, count in session.execute(counts)}
    return {why: found[why] for why in OutWhy if why in found}
