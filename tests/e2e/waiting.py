"""Waiting for a state: never for a time, which a busy machine spends otherwise."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
# Only for what never comes: a wait ends with its state.
PATIENCE_S = 120


def until(look: Callable[[], Found | None], what: str) -> Found:
    """Look again and again until there is something to see; gives it."""
    ends = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < ends, f"{what}: still not there"
        time.sleep(0.1)
    return found
