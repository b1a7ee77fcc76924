"""What a programme's criteria come to for one person: points, each with its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from visits.ground.folding import fold
from visits.programmes import Condition, Criterion, Programme
from visits.programmes.facts import Fact, Facts

MOST = 100


@dataclass(frozen=True)
class Reason:
    """What a criterion gave; `value` is the fact, None when it is not known (then 0 points)."""

    criterion: str
    points: int
    value: Fact
    label: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Give the reason as a case keeps it."""
        return {
            "criterion": self.criterion,
            "points": self.points,
            "value": self.value,
            "label": dict(self.label),
        }


@dataclass(frozen=True)
class Score:
    """Points 0 to 100, the reasons that gave them, and the criteria nothing is known about."""

    points: int
    reasons: tuple[Reason, ...]
    unknown: tuple[Reason, ...]

    def as_json(self) -> list[dict[str, Any]]:
        """Give all reasons as a case keeps them, the unknown ones last with 0 points."""
        return [reason.as_json() for reason in (*self.reasons, *self.unknown)]


@dataclass(frozen=True)
class Part:
    """A part of a programme's points that hangs on some facts alone: a group, or a criterion."""

    facts: tuple[str, ...]
    criteria: tuple[Criterion, ...]

    @property
    def most(self) -> int:
        """Give the most points that it may come to."""
        return max(one.points for one in self.criteria)

    def points(self, facts: Facts) -> int:
        """Give the points of the best one that holds; all parts together are the score."""
        held = [one.points for one in self.criteria if holds(one.when, facts)]
        return max(held, default=0)


def parts_of(programme: Programme) -> list[Part]:
    """Take a programme's points apart, so that very many persons are scored value by value."""
    groups: dict[str, list[Criterion]] = {}
    for criterion in programme.targeting:
        groups.setdefault(criterion.group or criterion.code, []).append(criterion)
    return [
        Part(tuple(sorted({when.fact for one in of for when in one.when})), tuple(of))
        for of in groups.values()
    ]


def together(points: Iterable[int]) -> int:
    """Add up the points of all parts: never more than 100."""
    return min(MOST, sum(points))


def score(facts: Facts, programme: Programme) -> Score:
    """Count the points of a programme's criteria; of each group only the best one."""
    met: dict[str, Reason] = {}
    unknown: dict[str, Reason] = {}
    for criterion in programme.targeting:
        group = criterion.group or criterion.code
        held = holds(criterion.when, facts)
        if held is None:
            unknown.setdefault(group, Reason(criterion.code, 0, None, criterion.label))
        elif held and (group not in met or met[group].points < criterion.points):
            value = facts[criterion.when[0].fact]
            met[group] = Reason(criterion.code, criterion.points, value, criterion.label)
    reasons = sorted(met.values(), key=lambda reason: -reason.points)
    return Score(
        points=together(reason.points for reason in reasons),
        reasons=tuple(reasons),
        unknown=tuple(reason for group, reason in unknown.items() if group not in met),
    )


def holds(conditions: Iterable[Condition], facts: Facts) -> bool | None:
    """Say whether all conditions hold; None when that hangs on a fact that is not known."""
    answers = [_meets(facts.get(condition.fact), condition) for condition in conditions]
    if False in answers:
        return False
    return None if None in answers else True


def _meets(value: Fact, condition: Condition) -> bool | None:
    if value is None:
        return None
    if condition.equals is not None and _as_compared(value) != _as_compared(condition.equals):
        return False
    if condition.at_least is None and condition.at_most is None:
        return True
    if isinstance(value, str):
        return False
    below = condition.at_least is not None and value < condition.at_least
    above = condition.at_most is not None and value > condition.at_most
    return not (below or above)


def _as_compared(value: Fact) -> Fact:
    """Reduce a name of a place to what is compared: “Méru” is “meru”."""
    return fold(value) if isinstance(value, str) else value
