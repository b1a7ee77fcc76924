"""What a solution says: whom each visitor visits when, how far she drives, who is left out."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from visits.models.rounds import LeftWhy
from visits.rounds.candidates import Candidate
from visits.rounds.problem import Job, Problem, stepped


@dataclass(frozen=True)
class Proposed:
    """A candidate in somebody's day, and the drive to it, in seconds and metres.

    Where two go, `second` is the same in the day of whoever goes along.
    """

    candidate: Candidate
    visitor_id: uuid.UUID
    start_at: datetime
    end_at: datetime
    drive: int
    metres: int
    second: "Proposed | None" = None

    @property
    def second_id(self) -> uuid.UUID | None:
        """Name whoever goes along, if somebody does."""
        return self.second.visitor_id if self.second else None


@dataclass(frozen=True)
class DayDriven:
    """A visitor's day before and after, in seconds and metres of driving."""

    visitor_id: uuid.UUID
    day: date
    visits_before: int
    visits: int
    drive_before: int
    drive: int
    metres_before: int
    metres: int


def stops_of(problem: Problem, solution: Mapping[str, Any]) -> Iterator[Proposed]:
    """Give the candidates that are in a day, or two, each as early there as it can be."""
    along = {}
    stops = []
    for route in solution["routes"]:
        for job, stop in _stops(problem, route):
            if job.along:
                along[stop.candidate.case_id] = stop
            else:
                stops.append(stop)
    halves = halved(problem, solution)
    for stop in stops:
        if stop.candidate.case_id not in halves:
            yield replace(stop, second=along.get(stop.candidate.case_id))


def halved(problem: Problem, solution: Mapping[str, Any]) -> set[uuid.UUID]:
    """Name the cases of which two were to go, and one of them cannot after all."""
    out = (problem.jobs[one["id"]] for one in solution["unassigned"])
    return {job.candidate.case_id for job in out if job.candidate and job.fixed_in is not None}


def _stops(problem: Problem, route: Mapping[str, Any]) -> Iterator[tuple[Job, Proposed]]:
    number = route["vehicle"]
    day = problem.days[number]
    buffer = stepped(day.buffer.total_seconds())
    free_at, here, driven = problem.opens[number][0], problem.starts[number], 0
    for step in route["steps"]:
        if step["type"] == "break":
            pause = day.pauses[step["id"]]
            first = round((pause.first_at - problem.origin).total_seconds())
            begins = max(first, free_at)
            driven += begins - free_at  # on the way already
            free_at = begins + stepped(pause.lasts.total_seconds())
        elif step["type"] == "job":
            job = problem.jobs[step["id"]]
            drive = stepped(problem.seconds(here, job.place))
            start = _first_in(job, free_at + max(0, drive - driven))
            if job.candidate is not None:
                yield (
                    job,
                    Proposed(
                        job.candidate,
                        day.visitor_id,
                        problem.moment(start),
                        problem.moment(start + job.lasts),
                        drive=problem.seconds(here, job.place),
                        metres=problem.metres(here, job.place),
                    ),
                )
            free_at, here, driven = start + job.lasts + buffer, job.place, 0


def _first_in(job: Job, at: int) -> int:
    """Give the first moment from one on at which a job may begin."""
    return next((max(at, first) for first, last in job.windows if at <= last), at)


def days_of(
    problem: Problem, solution: Mapping[str, Any], *, but: Collection[uuid.UUID]
) -> list[DayDriven]:
    """Sum up each day with something in it; the cases `but` are in none after all."""
    out = {*but, *halved(problem, solution)}
    after: dict[int, list[Job]] = {
        route["vehicle"]: [
            job
            for step in route["steps"]
            if step["type"] == "job" and not _is_of(job := problem.jobs[step["id"]], out)
        ]
        for route in solution["routes"]
    }
    found = []
    for number, day in enumerate(problem.days):
        was = _before(problem, number)
        then = after.get(number, was)
        if not was and not then:
            continue
        drive, metres = _driven(problem, number, then)
        drive_before, metres_before = _driven(problem, number, was)
        moved = sum(one.candidate is not None for one in was)
        visits_before = day.visits + moved
        found.append(
            DayDriven(
                day.visitor_id,
                day.day,
                visits_before,
                visits_before - moved + sum(one.candidate is not None for one in then),
                drive_before=drive_before,
                drive=drive,
                metres_before=metres_before,
                metres=metres,
            )
        )
    return found


def _is_of(job: Job, cases: Collection[uuid.UUID]) -> bool:
    return job.candidate is not None and job.candidate.case_id in cases


def _before(problem: Problem, number: int) -> list[Job]:
    """Give what was in a day, in order: what is fixed, and what may move."""
    day = problem.days[number]
    was = []
    for one in problem.jobs:
        if one.fixed_in == number and one.candidate is None:
            was.append((one.windows[0][0], one))
        if one.candidate is None or one.candidate.was_at is None:
            continue
        if day.visitor_id in one.candidate.going and day.day in one.candidate.days:
            at = round((one.candidate.was_at - problem.origin).total_seconds())
            was.append((at, one))
    return [one for _at, one in sorted(was, key=lambda each: each[0])]


def _driven(problem: Problem, number: int, jobs: Sequence[Job]) -> tuple[int, int]:
    """Give the seconds and metres of a day, out and back to where she sets out."""
    if not jobs:
        return 0, 0
    start = problem.starts[number]
    places = [start, *(one.place for one in jobs), start]
    legs = list(zip(places, places[1:], strict=False))
    return (
        sum(problem.seconds(*leg) for leg in legs),
        sum(problem.metres(*leg) for leg in legs),
    )


def why_left(problem: Problem, solution: Mapping[str, Any]) -> Iterator[tuple[Candidate, LeftWhy]]:
    """Give the candidates that are in no day, and what kept each from it."""
    whose: defaultdict[uuid.UUID, list[int]] = defaultdict(list)
    for number, day in enumerate(problem.days):
        whose[day.visitor_id].append(number)
    yield from problem.left
    halves = halved(problem, solution)
    for job in problem.jobs:  # each of them is two jobs
        if job.candidate is not None and job.candidate.case_id in halves and job.along:
            yield job.candidate, LeftWhy.TWO_NOT_FREE
    for one in solution["unassigned"]:
        job = problem.jobs[one["id"]]
        if job.candidate is not None and job.fixed_in is None:
            yield job.candidate, _why(problem, job, job.candidate, whose)


def _why(
    problem: Problem, job: Job, one: Candidate, whose: Mapping[uuid.UUID, Sequence[int]]
) -> LeftWhy:
    open_then = [
        number
        for visitor_id in one.going
        for number in whose.get(visitor_id, ())
        if _fits(problem, job, number, drive=0)
    ]
    if not open_then:
        return LeftWhy.NO_DAY
    near = (
        _fits(problem, job, number, drive=_out(problem, number, job.place)) for number in open_then
    )
    if not any(near):
        return LeftWhy.TOO_FAR
    return LeftWhy.FULL_THEN if one.wished else LeftWhy.FULL


def _out(problem: Problem, number: int, place: int) -> int:
    return stepped(problem.seconds(problem.starts[number], place))


def _fits(problem: Problem, job: Job, number: int, *, drive: int) -> bool:
    """Tell whether a visit has room in the hours of a day when nothing else is in it."""
    opens, closes = problem.opens[number]
    buffer = stepped(problem.days[number].buffer.total_seconds())
    return any(
        max(first, opens + drive) <= min(last, closes - drive - buffer - job.lasts)
        for first, last in job.windows
    )
