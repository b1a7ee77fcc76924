"""What a problem of rounds is: visitors' days, what is put into them, the ways between.

Moments are seconds since midnight in Paris before the first day. All of them are whole steps of
five minutes, so that nobody is told to expect a visitor at 9:07.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from visits.agenda.fitting import UNKNOWN_S
from visits.agenda.working_time import Position
from visits.models.rounds import LeftWhy
from visits.rounds.candidates import Candidate
from visits.rounds.days import VisitorDay

STEP = 300
# What opening one more day costs, in seconds of driving: half an hour.
A_DAY = 1_800
# Where nobody sets out from, which costs nothing, and a place that is not known.
NOWHERE, UNKNOWN = 0, 1


class Table(Protocol):
    """Seconds and metres from each place to each; how many pairs no engine had an answer for."""

    @property
    def seconds(self) -> Sequence[Sequence[int]]:
        """One row a source, one column a destination."""
        ...

    @property
    def metres(self) -> Sequence[Sequence[int]]:
        """Likewise."""
        ...

    @property
    def missing(self) -> int:
        """How many are guessed."""
        ...


class Roads(Protocol):
    """Who tells how long it takes from place to place; `by` is its name."""

    @property
    def by(self) -> str:
        """How it is called."""
        ...

    def table(self, places: Sequence[Position]) -> Table:
        """Tell it of all places at once."""
        ...


@dataclass(frozen=True)
class Job:
    """What a job of the problem stands for: a candidate, or a stop that is fixed in a day.

    Where two go it is both, in the day of each; `along` in that of whoever goes along.
    """

    place: int
    lasts: int
    windows: Sequence[tuple[int, int]]
    candidate: Candidate | None = None
    fixed_in: int | None = None
    along: bool = False


@dataclass(frozen=True)
class Problem:
    """A problem, and what its numbers stand for; `left` are visits for two that found no hour."""

    origin: datetime
    days: Sequence[VisitorDay]
    jobs: Sequence[Job]
    starts: Sequence[int]
    opens: Sequence[tuple[int, int]]
    table: Table
    said: Mapping[str, Any] = field(default_factory=dict)
    left: Sequence[tuple[Candidate, LeftWhy]] = ()

    def seconds(self, here: int, there: int) -> int:
        """Give how long the drive between two places takes."""
        if NOWHERE in (here, there) or here == there != UNKNOWN:
            return 0
        if UNKNOWN in (here, there):
            return UNKNOWN_S
        return self.table.seconds[here - 2][there - 2]

    def metres(self, here: int, there: int) -> int:
        """Give how long the way between two places is, none where it is not known."""
        if min(here, there) <= UNKNOWN:
            return 0
        return self.table.metres[here - 2][there - 2]

    def at(self, moment: datetime) -> int:
        """Number a moment, at a step."""
        return numbered(moment, self.origin)

    def moment(self, at: int) -> datetime:
        """Give the moment that a number stands for."""
        return self.origin + timedelta(seconds=at)


def numbered(moment: datetime, origin: datetime) -> int:
    """Number a moment, at a step."""
    return round((moment - origin).total_seconds()) // STEP * STEP


def stepped(seconds: float) -> int:
    """Round up to whole steps."""
    return -int(-seconds // STEP) * STEP
