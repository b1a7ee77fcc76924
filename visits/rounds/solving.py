"""Rounds solved by VROOM, in a process of its own."""

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from visits.ground.apart import work_apart
from visits.rounds.problem import Problem

ENGINE = (sys.executable, "-m", "visits.rounds.engine")
LONGEST = timedelta(minutes=5)


def solve(problem: Problem, *, look: Callable[[], None]) -> Mapping[str, Any]:
    """Have a problem solved; raises EngineFailed, and whatever `look` does to stop it."""
    if not problem.days or not problem.jobs:
        return {"routes": [], "unassigned": [{"id": at} for at in range(len(problem.jobs))]}
    return work_apart(ENGINE, problem.said, look=look, longest=LONGEST)
