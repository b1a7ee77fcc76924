"""Whose turn it is to write to SQLite, in this process and among several: first come, first served.

Left to itself, SQLite has each writer sleep and look again, longer each time: whoever came last is
often first, and whoever came first waits for seconds.
"""

import fcntl
import os
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

from visits.ground.errors import Away, Busy

PATIENCE_S = 15.0
LOOK_AGAIN_S = 0.001


class Door:
    """A door that one process at a time is through, and before which one stands next.

    Whoever gives its turn back cannot take it again before the one who stands next. Both places are
    files beside the database, locked by whoever has them: a process that dies leaves them.
    """

    def __init__(self, database: Path) -> None:
        self._next, self._through = (
            database.with_name(f"{database.name}-{which}") for which in ("next", "turn")
        )
        self._had: int | None = None

    def take(self, until: float) -> None:
        """Wait until this process is through. Raises Busy when that lasts beyond a moment."""
        stands_next = _locked(self._next, until)
        try:
            self._had = _locked(self._through, until)
        finally:
            os.close(stands_next)

    def give_back(self) -> None:
        """Let another process through; harmless for one that is not."""
        if self._had is not None:
            os.close(self._had)
            self._had = None


def _locked(place: Path, until: float) -> int:
    """Give a descriptor that holds a file's lock until it is closed."""
    try:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:  # the folder is gone, and the database with it
        raise Away from None
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Busy from None
                time.sleep(LOOK_AGAIN_S)
    except BaseException:
        os.close(descriptor)
        raise


class Turns:
    """A queue at one door. Whoever is through is its `holder`, until that is given back.

    Only the first of a process's queue stands at the `door` that several processes share.
    """

    def __init__(self, patience: float = PATIENCE_S, door: Door | None = None) -> None:
        self.holder: object | None = None
        self._patience = patience
        self._door = door
        self._lock = threading.Lock()
        self._waiting: deque[tuple[threading.Lock, object]] = deque()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self, who: object) -> None:
        """Wait behind whoever came before. Raises Busy when that takes too long."""
        until = time.monotonic() + self._patience
        if self.holder is who:
            return
        self._queue(who)
        if self._door is None:
            return
        try:
            self._door.take(until)
        except BaseException:
            self.give_back(who)
            raise

    def _queue(self, who: object) -> None:
        called = threading.Lock()
        with self._lock:
            if self.holder is None:
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
            if self._door is not None:
                self._door.give_back()
            called, self.holder = self._waiting.popleft() if self._waiting else (None, None)
        if called is not None:
            called.release()


_OF: WeakKeyDictionary[Engine, Turns] = WeakKeyDictionary()


def turns_of(engine: Engine) -> Turns:
    """Give the queue of an engine's writers; KeyError where they do not take turns."""
    return _OF[engine]


def queue_writers(engine: Engine) -> Turns:
    """Have the writers of an engine take turns; a turn ends when its connection is given back."""
    turns = _OF[engine] = Turns(door=_door_of(engine))

    def give_back(connection: Any, *_others: Any) -> None:
        if connection is not None:
            turns.give_back(connection)

    # A connection that broke is closed and not given back.
    event.listen(engine, "checkin", give_back)
    event.listen(engine, "close", give_back)
    return turns


def _door_of(engine: Engine) -> Door | None:
    database = engine.url.database
    return Door(Path(database)) if database and database != ":memory:" else None
