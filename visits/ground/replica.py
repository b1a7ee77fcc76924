"""A replica of the database, for what reads much: asked only once it has all that was committed.

So nobody reads there what is not so any more: not what she has just written, and not a home that
somebody else has just protected.
"""

import logging
import time

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from visits.ground.db import sessions

log = logging.getLogger("palier")

PATIENCE_S, LOOK_AGAIN_S = 0.1, 0.002
REST_S = 5.0  # one that is behind or away is left alone for so long
AT_ONCE = {"isolation_level": "AUTOCOMMIT"}
WRITTEN = text("SELECT CAST(pg_current_wal_flush_lsn() AS text)")
HAS = text("SELECT pg_last_wal_replay_lsn() >= CAST(:written AS pg_lsn)")
WHICH = text("SELECT system_identifier FROM pg_control_system()")
FOLLOWS = text("SELECT pg_is_in_recovery()")


class Replica:
    """A PostgreSQL that follows another one."""

    def __init__(self, engine: Engine, of: Engine) -> None:
        self.engine, self.sessions = engine, sessions(engine)
        self._of = of
        self._rests_until = 0.0

    def has_all(self) -> bool:
        """Tell whether it has what was committed by now, having waited for that for a moment."""
        if time.monotonic() < self._rests_until:
            return False
        try:
            if self._has_all():
                return True
            log.warning("replica behind")
        except (DBAPIError, PoolExhausted):
            log.warning("replica away")
        self._rests_until = time.monotonic() + REST_S
        return False

    def _has_all(self) -> bool:
        with self._of.connect().execution_options(**AT_ONCE) as connection:
            written = connection.scalar(WRITTEN)
        ends = time.monotonic() + PATIENCE_S
        with self.engine.connect().execution_options(**AT_ONCE) as connection:
            while not connection.scalar(HAS, {"written": written}):
                if time.monotonic() >= ends:
                    return False
                time.sleep(LOOK_AGAIN_S)
        return True

    def follows(self) -> bool | None:
        """Tell whether it is a replica of that very database; None for one that does not answer."""
        try:
            with self._of.connect() as connection:
                which = connection.scalar(WHICH)
            with self.engine.connect() as connection:
                return bool(connection.scalar(FOLLOWS)) and connection.scalar(WHICH) == which
        except (DBAPIError, PoolExhausted):
            return None
