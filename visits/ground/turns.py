"""Whose turn it is to write to SQLite, in this process: first come, first served.

Left to itself, SQLite has each writer sleep and look again, longer each time: whoever came last is
often first, and whoever came first waits for seconds.
"""

import threading
from collections import deque
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

from visits.ground.errors import Busy

PATIENCE_S = 15.0


class Turns:
    """A queue at one door. Whoever is through is its `holder`, until that is given back."""

    def __init__(self, patience: float = PATIENCE_S) -> None:
        self.holder: object | None = None
        self._patience = patience
        self._lock = threading.Lock()
        self._waiting: deque[tuple[threading.Lock, object]] = deque()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self, who: object) -> None:
        """Wait behind whoever came before. Raises Busy when that takes too long."""
        called = threading.Lock()
        with self._lock:
            if self.holder is None or self.holder is who:
                self.holder = who
                return
            called.acquire()
            self._waiting.append((called, who))
        if called.acquire(timeout=self._patience):
            return
        with self._lock:
            if self.holder is who:  # called at the very last moment
                return
            self._waiting.remove((called, who))
        raise Busy

    def give_back(self, who: object) -> None:
        """Call the next one, if it is this one's turn."""
        with self._lock:
            if self.holder is not who:
                return
            called, self.holder = self._waiting.popleft() if self._waiting else (None, None)
        if called is not None:
            called.release()


_OF: WeakKeyDictionary[Engine, Turns] = WeakKeyDictionary()


def turns_of(engine: Engine) -> Turns:
    """Give the queue of an engine's writers; KeyError where they do not take turns."""
    return _OF[engine]


def queue_writers(engine: Engine) -> Turns:
    """Have the writers of an engine take turns; a turn ends when its connection is given back."""
    turns = _OF[engine] = Turns()

    def give_back(connection: Any, *_others: Any) -> None:
        if connection is not None:
            turns.give_back(connection)

    # A connection that broke is closed and not given back.
    event.listen(engine, "checkin", give_back)
    event.listen(engine, "close", give_back)
    return turns
