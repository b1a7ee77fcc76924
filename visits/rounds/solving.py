"""A problem solved by a process of its own: it may be stopped, die or take too long."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import IO, Any

from visits.rounds.problem import Problem

ENGINE = (sys.executable, "-m", "visits.rounds.engine")
LONGEST = timedelta(minutes=5)
LOOK_S = 0.25
DIED, TOO_LONG = "engine_died", "engine_too_long"


class EngineFailed(Exception):
    """The engine died, or took too long; the text is the code of why."""


def solve(problem: Problem, *, look: Callable[[], None]) -> Mapping[str, Any]:
    """Have a problem solved; raises EngineFailed, and whatever `look` does to stop it.

    `look` is asked several times a second while the engine works.
    """
    if not problem.days or not problem.jobs:
        return {"routes": [], "unassigned": [{"id": at} for at in range(len(problem.jobs))]}
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answered:
        asked.write(json.dumps(problem.said).encode())
        asked.seek(0)
        with subprocess.Popen(  # noqa: S603
            ENGINE, stdin=asked, stdout=answered, stderr=subprocess.DEVNULL
        ) as engine:
            try:
                _wait_for(engine, look)
            finally:
                engine.kill()
        return _solution(answered)


def _wait_for(engine: "subprocess.Popen[bytes]", look: Callable[[], None]) -> None:
    began = time.monotonic()
    while engine.poll() is None:
        time.sleep(LOOK_S)
        if time.monotonic() - began > LONGEST.total_seconds():
            raise EngineFailed(TOO_LONG)
        look()
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
