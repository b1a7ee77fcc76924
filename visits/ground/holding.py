"""What must stay while somebody reads it for long, whichever process or machine that is.

PostgreSQL keeps the lock, and lets go of it when whoever holds it is gone; on SQLite it is a file
beside the database.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

SHARE = text("SELECT pg_advisory_lock_shared(hashtextextended(:what, 0))")
LET_GO = text("SELECT pg_advisory_unlock_shared(hashtextextended(:what, 0))")
TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:what, 0))")


@contextmanager
def held(engine: Engine, what: str) -> Iterator[None]:
    """Let nobody remove `what` until this ends; whoever removes some just now is waited for."""
    if engine.dialect.name == "postgresql":
        # Not in a transaction: nothing else in the database has to wait for the end of this one.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(SHARE, {"what": what})
            try:
                yield
            finally:  # at once: the server notices a line that is merely cut when it gets to it
                connection.execute(LET_GO, {"what": what})
        return
    with _locked(engine, fcntl.LOCK_SH):
        yield


@contextmanager
def removing(session: Session, what: str) -> Iterator[bool]:
    """Tell whether `what` may be removed; who would hold it waits for the end of this transaction.

    On SQLite, for the end of this block.
    """
    engine = session.get_bind().engine
    if engine.dialect.name == "postgresql":
        yield bool(session.scalar(TRY, {"what": what}))
        return
    try:
        with _locked(engine, fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield True
    except BlockingIOError:
        yield False


@contextmanager
def _locked(engine: Engine, how: int) -> Iterator[None]:
    database = engine.url.database
    if not database or database == ":memory:":  # of this process alone
        yield
        return
    descriptor = os.open(f"{database}-held", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
