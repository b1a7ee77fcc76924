"""Candidates and days as VROOM's problem: one vehicle a visitor's day, one job a visit."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from diagnostics.delays import PARIS
from visits.agenda.working_time import Position
from visits.rounds.candidates import Candidate
from visits.rounds.days import VisitorDay
from visits.rounds.pairs import pair_up
from visits.rounds.problem import (
    A_DAY,
    NOWHERE,
    STEP,
    UNKNOWN,
    Job,
    Problem,
    Roads,
    numbered,
    stepped,
)

FIXED_PRIORITY = 100
NO_LIMIT = 50


@dataclass
class _Building:
    """Places and skills, numbered as they come."""

    origin: datetime
    places: dict[Position, int] = field(default_factory=dict)
    skills: dict[frozenset[uuid.UUID], int] = field(default_factory=dict)

    def place(self, where: Position | None, nowhere: int = UNKNOWN) -> int:
        """Number a place."""
        return nowhere if where is None else self.places.setdefault(where, len(self.places) + 2)

    def skill(self, going: frozenset[uuid.UUID]) -> int:
        """Number those who may go to somebody."""
        return self.skills.setdefault(going, len(self.skills) + 1)

    def at(self, moment: datetime) -> int:
        """Number a moment, at a step."""
        return numbered(moment, self.origin)

    def on(self, day: date, clock: time) -> int:
        """Number an hour of a Paris day."""
        return self.at(datetime.combine(day, clock, tzinfo=PARIS))


def build(
    candidates: Sequence[Candidate],
    days: Sequence[VisitorDay],
    *,
    origin: datetime,
    soonest: datetime,
    roads: Roads,
) -> Problem:
    """Build the problem of putting candidates, none of them left out, into days.

    Nothing new begins before `soonest`.
    """
    built = _Building(origin)
    jobs = [_job(built, one, soonest) for one in candidates]
    starts = [built.place(one.start, NOWHERE) for one in days]
    fixed = [_fixed(built, number, one) for number, one in enumerate(days)]
    table = roads.table(list(built.places))
    problem = Problem(origin, days, [], starts, [], table)
    opens, stops = [], []
    for number, one in enumerate(days):
        kept = _merged(problem, fixed[number], stepped(one.buffer.total_seconds()))
        opens.append(_opens(built, problem, one, starts[number], kept))
        stops.extend(kept)
    problem = replace(problem, jobs=stops, opens=opens)
    paired, left = pair_up(problem, [one for one in jobs if one.candidate and one.candidate.along])
    alone = [one for one in jobs if one.candidate and not one.candidate.along]
    problem = replace(problem, jobs=[*alone, *stops, *paired], left=left)
    return replace(problem, said=_said(built, problem))


def _job(built: _Building, one: Candidate, soonest: datetime) -> Job:
    lasts, not_before = stepped(one.minutes * 60), built.at(soonest) + STEP
    windows = [
        (max(not_before, built.on(day, one.from_time)), built.on(day, one.until_time) - lasts)
        for day in sorted(one.days)
    ]
    open_then = [(first, last) for first, last in windows if first <= last]
    return Job(built.place(one.where), lasts, open_then or [(0, 0)], candidate=one)


def _fixed(built: _Building, number: int, day: VisitorDay) -> list[Job]:
    """Give what is fixed in a day; what is made at once is one stop."""
    found: list[Job] = []
    for stop in day.fixed:
        at, until = built.at(stop.from_at), stepped((stop.until_at - built.origin).total_seconds())
        if found and found[-1].windows[0][0] == at:
            continue
        job = Job(built.place(stop.where), until - at, [(at, at)], fixed_in=number)
        found.append(job)
    return found


def _merged(problem: Problem, fixed: Sequence[Job], buffer: int) -> list[Job]:
    """Make one stop of two that nobody could drive between in time: they are as they are."""
    kept: list[Job] = []
    for one in fixed:
        if kept:
            last = kept[-1]
            ends = last.windows[0][0] + last.lasts
            drive = stepped(problem.seconds(last.place, one.place))
            at = one.windows[0][0]
            if ends + buffer + drive > at:
                until = max(ends, at + one.lasts)
                first = last.windows[0][0]
                kept[-1] = Job(one.place, until - first, last.windows, fixed_in=one.fixed_in)
                continue
        kept.append(one)
    return kept


def _opens(
    built: _Building, problem: Problem, day: VisitorDay, start: int, fixed: Sequence[Job]
) -> tuple[int, int]:
    """Give from when until when a day is open: longer where what is fixed asks for it."""
    opens, closes = built.at(day.from_at + timedelta(seconds=STEP - 1)), built.at(day.until_at)
    buffer = stepped(day.buffer.total_seconds())
    for one in fixed:
        drive = stepped(problem.seconds(start, one.place))
        opens = min(opens, one.windows[0][0] - drive)
        closes = max(closes, one.windows[0][0] + one.lasts + buffer + drive)
    return max(opens, 0), closes


def _said(built: _Building, problem: Problem) -> dict[str, Any]:
    """Say a problem as VROOM's JSON."""
    count = len(built.places) + 2
    durations = [
        [stepped(problem.seconds(here, there)) for there in range(count)] for here in range(count)
    ]
    buffers = {stepped(one.buffer.total_seconds()) for one in problem.days}
    jobs = [_said_job(built, number, job, buffers) for number, job in enumerate(problem.jobs)]
    return {
        "jobs": jobs,
        "vehicles": [_vehicle(built, problem, number) for number in range(len(problem.days))],
        "matrices": {"car": {"durations": durations}},
    }


def _vehicle(built: _Building, problem: Problem, number: int) -> dict[str, Any]:
    day = problem.days[number]
    skills = [code for going, code in built.skills.items() if day.visitor_id in going]
    fixed = sum(one.fixed_in == number and one.candidate is None for one in problem.jobs)
    # Two that are one stop here still are two of those she makes a day.
    hidden = day.visits - fixed
    return {
        "id": number,
        "profile": "car",
        "type": str(stepped(day.buffer.total_seconds())),
        "start_index": problem.starts[number],
        "end_index": problem.starts[number],
        "skills": [*skills, _own(number)],
        "time_window": list(problem.opens[number]),
        "max_tasks": day.most - hidden if day.most is not None else NO_LIMIT,
        "costs": {"fixed": A_DAY},
        "breaks": [
            {
                "id": at,
                "time_windows": [[built.at(one.first_at), built.at(one.last_at)]],
                "service": stepped(one.lasts.total_seconds()),
            }
            for at, one in enumerate(day.pauses)
        ],
    }


def _said_job(built: _Building, number: int, job: Job, buffers: set[int]) -> dict[str, Any]:
    skill, priority = 0, FIXED_PRIORITY
    if job.fixed_in is not None:
        skill = _own(job.fixed_in)
    elif job.candidate is not None:
        skill, priority = built.skill(job.candidate.going), job.candidate.priority
    return {
        "id": number,
        "location_index": job.place,
        "service_per_type": {str(one): job.lasts + one for one in buffers},
        "skills": [skill],
        "priority": priority,
        "time_windows": [list(one) for one in job.windows],
    }


def _own(number: int) -> int:
    """Give the skill that one visitor's day alone has."""
    return 100_000 + number
