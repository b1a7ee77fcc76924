"""What works do for an aim: homes served, risks of falling taken away, homes with a label.

A work serves groups, each with a weight that counts once however many works serve it. A group may
need several works; it counts once there is one for each need.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnostics.codes import Kind
from visits.homes.labelled import brought_by, stand
from visits.homes.labels import rules_on
from visits.models.labels import HomeLabelRules
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.visits import COUNTED, Consequence, Submission
from visits.models.works import WorkOrderFinding
from visits.models.works_plans import Aim, OutWhy, WorksPlan
from visits.sight.homes import visible_homes
from visits.sight.reach import Viewer, open_to
from visits.works_plan.candidates import Work

# Of the codes of hazards and of adaptations, those by which somebody falls or does not.
FALL_HAZARDS = frozenset({
    "bath_edge", "bed_height", "cable", "clutter", "dim_light", "fall_risk", "loose_guard",
    "loose_handrail", "loose_rug", "low_wc", "no_grab_bar", "out_of_reach", "slippery_floor",
    "stairs", "threshold", "unstable_furniture",
})  # fmt: skip
FALL_ADAPTATIONS = frozenset({
    "bathroom", "grab_bars", "handrail", "lift_access", "lighting", "non_slip_floor", "raised_wc",
    "shower", "shower_seat", "threshold_ramp",
})  # fmt: skip
# So many orders are looked at by one statement.
AT_ONCE = 1_000


@dataclass(frozen=True)
class Group:
    """What counts once: people of a home, risks that a work takes away, a home with a label.

    It counts when of each of its needs at least one work is done.
    """

    weight: int
    needs: tuple[tuple[int, ...], ...]

    @property
    def works(self) -> set[int]:
        """All works that serve it."""
        return {at for need in self.needs for at in need}

    def served_by(self, taken: Collection[int]) -> bool:
        """Tell whether it counts once some works, a set, are done."""
        return all(any(at in taken for at in need) for need in self.needs)


@dataclass(frozen=True)
class Gains:
    """What works do for an aim; `why_not` says of some that do nothing what is in the way."""

    groups: Sequence[Group]
    why_not: Mapping[int, OutWhy]


def gains_of(
    session: Session, plan: WorksPlan, works: Sequence[Work], viewer: Viewer, *, today: date
) -> Gains:
    """Say what works do for the aim of a plan; a work is its place among them."""
    if plan.aim is Aim.LABEL:
        return _homes_labelled(session, plan, works, today)
    if plan.aim is Aim.FALLS:
        risks = _risks_of_orders(session, [one.order_id for one in works if one.order_id])
        weights = [risks.get(one.id, int(one.code in FALL_ADAPTATIONS)) for one in works]
        return Gains([Group(weight, ((at,),)) for at, weight in enumerate(weights) if weight], {})
    return Gains(_homes_served(session, plan, works, viewer), {})


def done_by(groups: Iterable[Group], taken: Iterable[int]) -> int:
    """Sum what some works do together."""
    chosen = set(taken)
    return sum(group.weight for group in groups if group.served_by(chosen))


def _homes_labelled(session: Session, plan: WorksPlan, works: Sequence[Work], today: date) -> Gains:
    """Group works by the homes that they let have the label of a plan.

    A home counts when there is a work for all that it lacks, and nothing of it is not known. What
    a work that is done has brought already is still by it.
    """
    assert plan.label is not None
    rules = rules_on(plan.label, today)
    if rules is None:
        return Gains([], {})
    of_home = defaultdict[uuid.UUID, list[int]](list)
    brings = {code for name in rules.asks for code in brought_by(name)}
    for at, one in enumerate(works):
        if one.dwelling_id is not None and one.code in brings:
            of_home[one.dwelling_id].append(at)
    groups: list[Group] = []
    why_not: dict[int, OutWhy] = {}
    for home, met in _asked_of_homes(session, rules, sorted(of_home), today):
        here = of_home[home]
        needs = [_needed(name, works, here) for name in met if _open(name, met, works, here)]
        if None in met.values():
            why_not |= dict.fromkeys(here, OutWhy.HOME_UNKNOWN)
        elif not all(needs):
            why_not |= dict.fromkeys(here, OutWhy.HOME_OUT_OF_REACH)
        elif needs:
            groups.append(Group(1, _without_wider(needs)))
    return Gains(groups, why_not)


def _without_wider(needs: Iterable[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """Leave out each need that is met whenever another one is."""
    once = sorted(set(needs))
    return tuple(one for one in once if not any(set(other) < set(one) for other in once))


def _needed(name: str, works: Sequence[Work], here: Sequence[int]) -> tuple[int, ...]:
    """Give the works of a home that bring what is asked."""
    return tuple(at for at in here if works[at].code in brought_by(name))


def _open(
    name: str, met: Mapping[str, bool | None], works: Sequence[Work], here: Sequence[int]
) -> bool:
    """Tell whether a home lacks what is asked, or has it by one of these works."""
    return met[name] is False or any(works[at].done for at in _needed(name, works, here))


def _asked_of_homes(
    session: Session, rules: HomeLabelRules, homes: Sequence[uuid.UUID], today: date
) -> Iterator[tuple[uuid.UUID, Mapping[str, bool | None]]]:
    """Tell of homes of the label's landlord what is met of what it asks."""
    for first in range(0, len(homes), AT_ONCE):
        stands = stand(session, rules, homes[first : first + AT_ONCE], today=today)
        yield from ((home, met) for home, (_score, met) in sorted(stands.items()))


def _homes_served(
    session: Session, plan: WorksPlan, works: Sequence[Work], viewer: Viewer
) -> list[Group]:
    """Group works by the homes they serve: one of a residence serves all its homes."""
    of_home, of_house = defaultdict[uuid.UUID, list[int]](list), defaultdict(list)
    for at, one in enumerate(works):
        if one.dwelling_id is None:
            of_house[one.residence_id].append(at)
        else:
            of_home[one.dwelling_id].append(at)
    together: dict[tuple[int, ...], int] = defaultdict(int)
    for dwelling_id, residence_id, people in _people_at_home(session, plan, viewer):
        served = (*of_home.get(dwelling_id, ()), *of_house.get(residence_id, ()))
        if served:
            together[served] += people
    return [Group(people, (served,)) for served, people in together.items()]


def _people_at_home(
    session: Session, plan: WorksPlan, viewer: Viewer
) -> Iterable[tuple[uuid.UUID, uuid.UUID, int]]:
    """Count by home who lives there, of those who are not hidden from whoever looks."""
    living = (
        select(Tenancy.dwelling_id, Dwelling.residence_id, func.count(Person.id.distinct()))
        .join(Dwelling, Dwelling.id == Tenancy.dwelling_id)
        .join(Residence, Residence.id == Dwelling.residence_id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .join(Person, Person.id == Occupancy.person_id)
        .where(Residence.landlord_id == plan.landlord_id, visible_homes(viewer))
        .where(Tenancy.ended_on.is_(None), Occupancy.ended_on.is_(None))
        .where(Person.died_on.is_(None), open_to(viewer.user_id))
        .group_by(Tenancy.dwelling_id, Dwelling.residence_id)
    )
    return sorted((home, house, count) for home, house, count in session.execute(living))


def _risks_of_orders(session: Session, orders: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """Count by order the hazards of falling that its findings tell of, in the same answers."""
    risks: dict[uuid.UUID, int] = {}
    for first in range(0, len(orders), AT_ONCE):
        risks |= _risks_of_some(session, orders[first : first + AT_ONCE])
    return risks


def _risks_of_some(session: Session, orders: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    told = (
        select(WorkOrderFinding.work_order_id, Consequence)
        .join(Consequence, Consequence.id == WorkOrderFinding.consequence_id)
        .join(Consequence.submission)
        .where(WorkOrderFinding.work_order_id.in_(orders), Submission.state.in_(COUNTED))
        .order_by(Consequence.id)
    )
    findings = [(order, one) for order, one in session.execute(told)]
    sent = {finding.submission_id for _order, finding in findings}
    found = select(Consequence).where(
        Consequence.kind == Kind.HAZARD, Consequence.submission_id.in_(sent)
    )
    hazards = defaultdict[uuid.UUID, list[Consequence]](list)
    for one in session.scalars(found.order_by(Consequence.id)):
        if one.code in FALL_HAZARDS:
            hazards[one.submission_id].append(one)
    risks = defaultdict[uuid.UUID, set[str]](set)
    for order, finding in findings:
        risks[order] |= {one.code for one in hazards[finding.submission_id] if _same(one, finding)}
    return {order: len(codes) for order, codes in risks.items()}


def _same(hazard: Consequence, finding: Consequence) -> bool:
    """Tell whether a hazard is the finding, or was told by the same answers."""
    paths = {cause["path"] for cause in finding.causes}
    return hazard.id == finding.id or any(cause["path"] in paths for cause in hazard.causes)
