"""A problem worked out by a process of its own: it may be stopped, die or take too long."""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import IO, Any

LOOK_S = 0.25
DIED, TOO_LONG = "engine_died", "engine_too_long"


class EngineFailed(Exception):
    """The engine died, or took too long; the text is the code of why."""


def work_apart(
    engine: Sequence[str],
    problem: Mapping[str, Any],
    *,
    look: Callable[[], None],
    longest: timedelta,
) -> Mapping[str, Any]:
    """Hand a problem to an engine as JSON, and give what it answers: no `code`, or a fault.

    `look` is asked several times a second while it works, and may raise to stop it. Raises
    EngineFailed.
    """
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answered:
        asked.write(json.dumps(problem).encode())
        asked.seek(0)
        with subprocess.Popen(  # noqa: S603
            engine, stdin=asked, stdout=answered, stderr=subprocess.DEVNULL
        ) as process:
            try:
                _wait_for(process, look, longest)
            finally:
                process.kill()
        return _solution(answered)


def _wait_for(
    engine: "subprocess.Popen[bytes]", look: Callable[[], None], longest: timedelta
) -> None:
    began = time.monotonic()
    while engine.poll() is None:
        time.sleep(LOOK_S)
        if time.monotonic() - began > longest.total_seconds():
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
