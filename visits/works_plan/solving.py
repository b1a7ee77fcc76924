"""Works chosen within a budget, by HiGHS in a process of its own; why the others are left out."""

import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from visits.ground.apart import DIED, EngineFailed, work_apart
from visits.models.works_plans import ByHand, OutWhy
from visits.works_plan.candidates import Work
from visits.works_plan.gains import Gains, Group

ENGINE = (sys.executable, "-m", "visits.works_plan.engine")
# So long it looks for the best; then the best that it found counts.
SECONDS = 7
LONGEST = timedelta(seconds=20)


@dataclass(frozen=True)
class Problem:
    """What is chosen from: works, what each does, what was decided by hand, the budget in cents."""

    turn: int
    budget_cents: int
    works: Sequence[Work]
    gains: Gains
    by_hand: Mapping[uuid.UUID, ByHand]

    @property
    def groups(self) -> Sequence[Group]:
        """What the works serve."""
        return self.gains.groups

    @property
    def forced(self) -> list[int]:
        """The works that are in by hand."""
        return [at for at, one in enumerate(self.works) if self.hand(one) is ByHand.IN]

    @property
    def forced_cents(self) -> int:
        """What these cost."""
        return sum(self.works[at].cents or 0 for at in self.forced)

    def hand(self, one: Work) -> ByHand | None:
        """Give what was decided of a work by hand; one without a cost cannot be in."""
        said = self.by_hand.get(one.id)
        return None if said is ByHand.IN and one.cents is None else said


@dataclass(frozen=True)
class Solution:
    """Which works are taken; `why` says of each other one why not. `proven`: nothing does more."""

    taken: frozenset[int]
    why: Mapping[int, OutWhy]
    proven: bool


def solve(problem: Problem) -> Solution:
    """Choose the works that do most within the budget; raises EngineFailed."""
    why = _why_not(problem)
    free = [at for at in range(len(problem.works)) if at not in why]
    if not free:
        return Solution(frozenset(), why, proven=True)
    place = {at: number for number, at in enumerate(free)}
    served: list[dict[str, Any]] = [
        {
            "weight": group.weight,
            "needs": [[place[at] for at in need if at in place] for need in group.needs],
        }
        for group in problem.groups
    ]
    said: dict[str, Any] = {
        "budget": problem.budget_cents,
        "seconds": SECONDS,
        "costs": [problem.works[at].cents for at in free],
        "must": [place[at] for at in problem.forced],
        "groups": [one for one in served if all(one["needs"])],
    }
    found = work_apart(ENGINE, said, look=lambda: None, longest=LONGEST)
    taken = {free[number] for number in found["taken"]}
    if sum(problem.works[at].cents or 0 for at in taken) > problem.budget_cents:
        raise EngineFailed(DIED)
    taken = _without_idle(problem, taken)
    left = set(free) - taken
    return Solution(frozenset(taken), why | _outdone(problem, left, taken), bool(found["proven"]))


def _why_not(problem: Problem) -> dict[int, OutWhy]:
    """Say of works that cannot be taken at all why not."""
    useful = {at for group in problem.groups for at in group.works}
    left = problem.budget_cents - problem.forced_cents
    why: dict[int, OutWhy] = {}
    for at, one in enumerate(problem.works):
        hand = problem.hand(one)
        if one.cents is None:
            why[at] = OutWhy.NO_COST
        elif hand is ByHand.OUT:
            why[at] = OutWhy.BY_HAND
        elif hand is None and at not in useful:
            why[at] = problem.gains.why_not.get(at, OutWhy.NOTHING_FOR_AIM)
        elif hand is None and one.cents > left:
            why[at] = OutWhy.ABOVE_BUDGET
    free = {at for at in range(len(problem.works)) if at not in why}
    served = {at for group in problem.groups if group.served_by(free) for at in group.works}
    idle = free - served - set(problem.forced)
    return why | dict.fromkeys(idle, OutWhy.HOME_OUT_OF_REACH)


def _without_idle(problem: Problem, taken: set[int]) -> set[int]:
    """Leave out what costs and adds nothing to what the others do, the dearest first."""
    needs = [need for group in problem.groups if group.served_by(taken) for need in group.needs]
    of_work: dict[int, list[int]] = {at: [] for at in taken}
    met_by = [0] * len(needs)
    for number, need in enumerate(needs):
        for at in set(need) & taken:
            of_work[at].append(number)
            met_by[number] += 1
    kept, forced = set(taken), set(problem.forced)
    for at in sorted(taken - forced, key=lambda one: -(problem.works[one].cents or 0)):
        if all(met_by[number] > 1 for number in of_work[at]):
            kept.discard(at)
            for number in of_work[at]:
                met_by[number] -= 1
    return kept


def _outdone(problem: Problem, left: set[int], taken: set[int]) -> dict[int, OutWhy]:
    """Say of what could be taken and is not: all it serves is served, too dear, others do more."""
    adds, bears = set[int](), set[int]()
    for group in problem.groups:
        if not group.served_by(taken) and group.served_by(taken | left):
            adds |= group.works
            if _least(problem, group, taken | left) <= problem.budget_cents - problem.forced_cents:
                bears |= group.works
    return {
        at: OutWhy.SERVED_ALREADY
        if at not in adds
        else OutWhy.OTHERS_DO_MORE
        if at in bears
        else OutWhy.ABOVE_BUDGET
        for at in left
    }


def _least(problem: Problem, group: Group, free: set[int]) -> int:
    """Give what the cheapest work of each need costs together, but for those put in by hand."""
    forced = set(problem.forced)
    cheapest = {
        min(
            (at for at in need if at in free),
            key=lambda at: (at not in forced, _cents(problem, at)),
        )
        for need in group.needs
    }
    return sum(_cents(problem, at) for at in cheapest - forced)


def _cents(problem: Problem, at: int) -> int:
    return problem.works[at].cents or 0
