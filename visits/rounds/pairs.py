"""Visits for two: each put into the days of both before all others, which go around them.

VROOM knows no two vehicles that meet. Visits for two are few, so that the best hour of each for
both, the most important first, costs the others little; it is fixed in both days from then on.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import NamedTuple

from visits.models.rounds import LeftWhy
from visits.rounds.candidates import Candidate
from visits.rounds.problem import A_DAY, Job, Problem, stepped


class _Opening(NamedTuple):
    """When a visit may begin in a day, from first to last, and what it adds to the driving."""

    first: int
    last: int
    added: int


class _Meeting(NamedTuple):
    """An hour at which two are free, in the order in which it is chosen; days by number."""

    cost: int
    at: int
    hers: int
    along: int


def pair_up(
    problem: Problem, waiting: Sequence[Job]
) -> tuple[list[Job], list[tuple[Candidate, LeftWhy]]]:
    """Fix each visit for two in two days at once; gives those stops, and whom that leaves out."""
    fixed: defaultdict[int, list[Job]] = defaultdict(list)
    for job in problem.jobs:
        if job.fixed_in is not None:
            fixed[job.fixed_in].append(job)
    made, left = [], []
    asked = [(job, one) for job in waiting if (one := job.candidate)]
    for job, one in sorted(asked, key=lambda each: -each[1].priority):
        best = min(_meetings(problem, fixed, job, one), default=None)
        if best is None:
            left.append((one, LeftWhy.TWO_NOT_FREE))
            continue
        for number in (best.hers, best.along):
            stop = replace(
                job,
                windows=[(best.at, best.at)],
                fixed_in=number,
                along=number == best.along,
            )
            fixed[number].append(stop)
            fixed[number].sort(key=_at)
            made.append(stop)
    return made, left


def _at(job: Job) -> int:
    return job.windows[0][0]


def _meetings(
    problem: Problem, fixed: dict[int, list[Job]], job: Job, one: Candidate
) -> Iterator[_Meeting]:
    """Give the first hour of each two openings that meet, of all days on which two may go."""
    by_day: defaultdict[date, list[int]] = defaultdict(list)
    for number, day in enumerate(problem.days):
        if day.day in one.days and day.visitor_id in one.along:
            by_day[day.day].append(number)
    for numbers in by_day.values():
        open_then = {
            number: list(_openings(problem, number, fixed.get(number, []), job))
            for number in numbers
        }
        for hers, along in product(open_then, open_then):
            if hers == along or problem.days[hers].visitor_id not in one.going:
                continue
            for here, there in product(open_then[hers], open_then[along]):
                first, last = max(here.first, there.first), min(here.last, there.last)
                for opens, closes in job.windows:
                    at = max(first, opens)
                    if at <= min(last, closes):
                        yield _Meeting(here.added + there.added, at, hers, along)


def _openings(problem: Problem, number: int, stops: Sequence[Job], job: Job) -> Iterator[_Opening]:
    """Give when a visit fits between what is fixed in a day, on one side of each pause."""
    day, (opens, closes) = problem.days[number], problem.opens[number]
    paired = sum(one.candidate is not None for one in stops)
    if day.most is not None and day.visits + paired >= day.most:
        return
    start, buffer = problem.starts[number], stepped(day.buffer.total_seconds())
    lasts = job.lasts + buffer
    before = [(opens, start), *((_at(one) + one.lasts + buffer, one.place) for one in stops)]
    after = [*((_at(one), one.place) for one in stops), (closes, start)]
    for (free_at, here), (until, there) in zip(before, after, strict=True):
        out, back = problem.seconds(here, job.place), problem.seconds(job.place, there)
        first, last = free_at + stepped(out), until - stepped(back) - lasts
        added = out + back - (problem.seconds(here, there) if stops else -A_DAY)
        for since, to in _beside_pauses(problem, number, first, last, lasts):
            yield _Opening(since, to, added)


def _beside_pauses(
    problem: Problem, number: int, first: int, last: int, lasts: int
) -> Iterator[tuple[int, int]]:
    """Part a span by the pauses of a day: what begins in it is over before one, or comes after."""
    spans = [(first, last)]
    for pause in problem.days[number].pauses:
        over = problem.at(pause.last_at) - lasts
        after = problem.at(pause.first_at) + stepped(pause.lasts.total_seconds())
        spans = [
            part
            for since, until in spans
            for part in ((since, min(until, over)), (max(since, after), until))
        ]
    yield from (one for one in spans if one[0] <= one[1])
