"""What a programme's criteria come to for one person: points, each with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from visits.ground.folding import fold
from visits.programmes import Condition, Programme
from visits.programmes.facts import Fact, Facts


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


class Scale:
    """A programme's points, worked out once for each value of what a criterion asks.

    Very many persons share few values: `score` of the same facts gives the same points.
    """

    def __init__(self, programme: Programme) -> None:
        self._when = programme.audience.when
        self._known: dict[int, dict[Any, bool | None]] = {}
        self._each = [
            (number, criterion.group or criterion.code, criterion.points, criterion.when)
            for number, criterion in enumerate(programme.targeting)
        ]

    def is_for(self, facts: Facts) -> bool:
        """Tell whether the programme's public is known to hold her."""
        return bool(self._holds(-1, self._when, facts))

    def points(self, facts: Facts) -> int:
        """Count the points; of each group only the best one."""
        best: dict[str, int] = {}
        for number, group, points, when in self._each:
            if self._holds(number, when, facts) and points > best.get(group, points - 1):
                best[group] = points
        return min(100, sum(best.values()))

    def _holds(self, number: int, when: Sequence[Condition], facts: Facts) -> bool | None:
        known = self._known.setdefault(number, {})
        # One and the same fact is told as one kind of value, so that 1 never stands for True.
        value = (
            facts.get(when[0].fact)
            if len(when) == 1
            else tuple(facts.get(one.fact) for one in when)
        )
        try:
            return known[value]
        except KeyError:
            return known.setdefault(value, holds(when, facts))


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
        points=min(100, sum(reason.points for reason in reasons)),
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
