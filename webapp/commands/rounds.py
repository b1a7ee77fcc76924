"""Rounds worked out: read, handed to a process of their own, checked, kept."""

import json
import logging
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import IO, Any

from maps.road_engines import roads_from_setting
from visits.ground.db import start_reading
from visits.models.rounds import LeftWhy
from visits.rounds.problem import Problem
from visits.rounds.reading import Proposed, days_of, stops_of, why_left
from visits.rounds.working import (
    NOT_ALLOWED,
    Found,
    Gathered,
    beat,
    check_stops,
    gather,
    give_up,
    in_one_home,
    is_wanted,
    keep,
    take_up,
    waits,
)
from webapp.frame.transaction import House

log = logging.getLogger("palier")
ENGINE = (sys.executable, "-m", "visits.rounds.engine")
LONGEST = timedelta(minutes=5)
LOOK_S, BEAT_S = 0.25, 15
CHECKED_AT_ONCE = 50
DIED, TOO_LONG, FAILED = "engine_died", "engine_too_long", "work_failed"


class Stopped(Exception):
    """Somebody stopped the proposal: nothing of it is kept."""


class EngineFailed(Exception):
    """The engine died, or took too long; the text is the code of why."""


@dataclass(frozen=True)
class _Work:
    """A proposal being worked out, and who tells that it still is."""

    house: House
    proposal_id: uuid.UUID

    def beat(self, stage: str) -> None:
        """Tell how far it is; raises Stopped."""
        with self.house.sessions.begin() as session:
            if not beat(session, self.proposal_id, stage, now=self.house.clock()):
                raise Stopped

    def look(self) -> None:
        """Raise Stopped when somebody stopped it."""
        with self.house.sessions() as session:
            start_reading(session)
            if not is_wanted(session, self.proposal_id):
                raise Stopped


def work_out_rounds(house: House) -> bool:
    """Work out the proposal that was asked for first; tells whether there was one."""
    with house.sessions() as session:
        start_reading(session)
        if not waits(session, now=house.clock()):
            return False
    with house.sessions.begin() as session:
        proposal_id = take_up(session, now=house.clock())
    if proposal_id is None:
        return False
    work, why = _Work(house, proposal_id), ""
    try:
        why = _work_out(work)
    except Stopped:
        log.info("rounds", extra={"facts": {"proposal": "stopped"}})
    except EngineFailed as failed:
        why = str(failed)
    except Exception:
        _give_up(work, FAILED)
        raise
    if why:
        _give_up(work, why)
    return True


def _give_up(work: _Work, why: str) -> None:
    log.warning("rounds", extra={"facts": {"proposal": "failed", "why": why}})
    with work.house.sessions.begin() as session:
        give_up(session, work.proposal_id, why, now=work.house.clock())


def _work_out(work: _Work) -> str:
    """Work out a proposal; gives the code of why it cannot be."""
    house = work.house
    roads = roads_from_setting(house.settings.travel)
    with house.sessions() as session:
        start_reading(session)
        gathered = gather(session, work.proposal_id, roads=roads, now=house.clock())
    if gathered is None:
        return NOT_ALLOWED
    work.beat("solving")
    solution = _solve(gathered.problem, work)
    work.beat("checking")
    stops, refused = _checked(work, gathered, list(stops_of(gathered.problem, solution)))
    left = [
        *gathered.left,
        *((one.case_id, why) for one, why in why_left(gathered.problem, solution)
          if one.visit_id is None),
        *((one.candidate.case_id, why) for one, why in refused if one.candidate.visit_id is None),
    ]  # fmt: skip
    missing, asked = gathered.problem.table.missing, len(gathered.problem.table.seconds)
    found = Found(
        [one for one in stops if one.candidate.was_at != one.start_at],
        days_of(gathered.problem, solution, but={one.candidate.case_id for one, _why in refused}),
        left,
        {"by": roads.by, "missing": missing, "asked": asked * (asked - 1)},
    )
    with house.sessions.begin() as session:
        keep(session, work.proposal_id, found, now=house.clock())
    return ""


def _checked(
    work: _Work, gathered: Gathered, stops: Sequence[Proposed]
) -> tuple[list[Proposed], list[tuple[Proposed, LeftWhy]]]:
    """Give the stops that the agenda would take, and the others with why."""
    doubled = in_one_home(stops)
    refused = [(one, LeftWhy.HOME_TAKEN) for one in stops if one.candidate.case_id in doubled]
    asked = iter([one for one in stops if one.candidate.case_id not in doubled])
    moving = [one.candidate.visit_id for one in stops if one.candidate.visit_id]
    good: list[Proposed] = []
    while some := list(islice(asked, CHECKED_AT_ONCE)):
        with work.house.sessions() as session:
            start_reading(session)
            for one, why in check_stops(
                session, some, moving=moving, viewer=gathered.viewer, now=work.house.clock()
            ):
                if why is None:
                    good.append(one)
                else:
                    refused.append((one, why))
        work.beat("checking")
    return good, refused


def _solve(problem: Problem, work: _Work) -> Mapping[str, Any]:
    """Have a problem solved by a process of its own; raises Stopped, EngineFailed."""
    if not problem.days or not problem.jobs:
        return {"routes": [], "unassigned": [{"id": at} for at in range(len(problem.jobs))]}
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answered:
        asked.write(json.dumps(problem.said).encode())
        asked.seek(0)
        with subprocess.Popen(  # noqa: S603
            ENGINE, stdin=asked, stdout=answered, stderr=subprocess.DEVNULL
        ) as engine:
            try:
                _wait_for(engine, work)
            finally:
                engine.kill()
        return _solution(answered)


def _wait_for(engine: "subprocess.Popen[bytes]", work: _Work) -> None:
    began = told = time.monotonic()
    while engine.poll() is None:
        time.sleep(LOOK_S)
        at = time.monotonic()
        if at - began > LONGEST.total_seconds():
            raise EngineFailed(TOO_LONG)
        work.look()
        if at - told > BEAT_S:
            work.beat("solving")
            told = at
    if engine.returncode:
        raise EngineFailed(DIED)


def _solution(answered: IO[bytes]) -> Mapping[str, Any]:
    answered.seek(0)
    try:
        solution = json.load(answered)
    except ValueError:
        raise EngineFailed(DIED) from None
    if not isinstance(solution, dict) or solution.get("code"):
        raise EngineFailed(DIED)
    return solution
