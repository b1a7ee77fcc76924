"""Rounds worked out: read, handed to a process of their own, checked, kept."""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from maps.road_engines import roads_from_setting
from visits.ground.apart import EngineFailed
from visits.ground.db import start_reading
from visits.rounds.reading import Proposed, stops_of
from visits.rounds.solving import solve
from visits.rounds.working import (
    NOT_ALLOWED,
    Gathered,
    Refusal,
    beat,
    check_stops,
    found_of,
    gather,
    give_up,
    is_wanted,
    keep,
    take_up,
    waits,
)
from webapp.frame.transaction import House

log = logging.getLogger("palier")
BEAT_S = 15
CHECKED_AT_ONCE = 50
FAILED = "work_failed"


class Stopped(Exception):
    """Somebody stopped the proposal: nothing of it is kept."""


@dataclass
class _Work:
    """A proposal being worked out, and who tells that it still is."""

    house: House
    proposal_id: uuid.UUID
    told: float = field(default_factory=time.monotonic)

    def beat(self, stage: str) -> None:
        """Tell how far it is; raises Stopped."""
        with self.house.sessions.begin() as session:
            if not beat(session, self.proposal_id, stage, now=self.house.clock()):
                raise Stopped
        self.told = time.monotonic()

    def look(self) -> None:
        """Raise Stopped when somebody stopped it; tell now and then that it goes on."""
        if time.monotonic() - self.told > BEAT_S:
            self.beat("solving")
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
    solution = solve(gathered.problem, look=work.look)
    work.beat("checking")
    refused = _refused(work, gathered, list(stops_of(gathered.problem, solution)))
    with house.sessions.begin() as session:
        found = found_of(gathered, solution, refused)
        keep(session, work.proposal_id, found, now=house.clock())
    return ""


def _refused(work: _Work, gathered: Gathered, stops: Sequence[Proposed]) -> list[Refusal]:
    """Give the stops that the agenda would not take, asked some at a time."""
    refused: list[Refusal] = []
    for start in range(0, len(stops), CHECKED_AT_ONCE):
        some = stops[start : start + CHECKED_AT_ONCE]
        with work.house.sessions() as session:
            start_reading(session)
            refused.extend(check_stops(session, some, gathered, of=stops, now=work.house.clock()))
        work.beat("checking")
    return refused
