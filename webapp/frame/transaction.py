"""The one transaction of a request, and what a running application holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session, sessionmaker

from visits.ground.db import connect, sessions, start_reading
from visits.ground.disk import NO_ROOM, READ_ONLY
from visits.ground.errors import Away, Busy, Conflict, FilesAway, NoRoom, ReadOnly, Refused
from visits.ground.file_store import FileStore
from visits.ground.replica import Replica
from visits.safekeeping.keys import secrets_fit
from webapp.frame.file_places import open_files
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.settings import Settings

# What PostgreSQL (SQLSTATE) and SQLite (error name) say of two writers that met, of a disk without
# room, of one that lets nobody write, of a database that goes or is gone; SQLite's words have
# endings, and the first that fits is meant.
SAID: tuple[tuple[type[Refused], tuple[str, ...]], ...] = (
    (Conflict, ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")),
    (Busy, ("40P01", "40001", "55P03", "SQLITE_BUSY", "SQLITE_LOCKED")),
    (NoRoom, ("53100", "SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")),
    (ReadOnly, ("25006", "SQLITE_READONLY", "SQLITE_CANTOPEN")),
    (Away, ("08", "53300", "57P", "SQLITE_IOERR", "SQLITE_NOTADB", "SQLITE_PROTOCOL")),
)
DISK = ((NoRoom, NO_ROOM), (ReadOnly, READ_ONLY))


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """What one application was built with."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    store: FileStore
    replica: Replica | None = field(default=None, kw_only=True)
    clock: Callable[[], datetime] = field(default=utc_now)


def open_house(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> House:
    """Open the database and the file store of a deployment; raises CannotStart.

    A wrong secret is found here, not by the first page that reads with it. Where files stand may be
    away: what needs none of them goes on.
    """
    engine = connect(settings.database_url, secrets=settings.secrets)
    store = open_files(settings.files or (settings.photos,))
    try:
        fit = secrets_fit(engine, store)
    except FilesAway as away:
        fit = True
        if away.details["refuses"]:
            engine.dispose()
            raise CannotStart(
                f"Le stockage des fichiers refuse : voir PALIER_FILES. {away.details['said']}",
                f"Where files stand refuses: see PALIER_FILES. {away.details['said']}",
            ) from None
    except (DBAPIError, Away) as error:
        engine.dispose()
        raise CannotStart(
            "La base de données ne répond pas, ou n’en est pas une : voir PALIER_DATABASE_URL.",
            "The database does not answer, or is none: see PALIER_DATABASE_URL.",
        ) from error
    if not fit:
        engine.dispose()
        raise CannotStart(
            "Aucun des secrets de PALIER_SECRETS (ou de secrets.json) n’ouvre ce que contient la "
            "base de données : remettez celui qui l’a chiffrée, derrière le nouveau s’il y en a "
            "un. Rien n’a été changé.",
            "No secret of PALIER_SECRETS (or of secrets.json) opens what the database holds: put "
            "back the one that encrypted it, behind the new one if there is one. "
            "Nothing was changed.",
        )
    replica = _follower(settings, engine) if settings.replica_url else None
    return House(settings, engine, sessions(engine), store, clock, replica=replica)


def _follower(settings: Settings, engine: Engine) -> Replica:
    """Open the replica of a database; raises CannotStart for what is none of it."""
    replica = Replica(connect(str(settings.replica_url), secrets=settings.secrets), engine)
    if replica.follows() is False:
        replica.engine.dispose()
        engine.dispose()
        raise CannotStart(
            "PALIER_REPLICA_URL n’est pas une réplique de la base de PALIER_DATABASE_URL.",
            "PALIER_REPLICA_URL is no replica of the database of PALIER_DATABASE_URL.",
        )
    return replica


def house() -> House:
    """Give what the running application was built with."""
    return cast(House, current_app.extensions["palier"])


def now() -> datetime:
    """Tell the application's time, aware and in UTC."""
    return house().clock()


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the request's writing transaction: all of it is kept, or nothing.

    Raises Conflict or Busy when another one came first.
    """
    with _refusing_collisions(), house().sessions.begin() as session:
        yield session


@contextmanager
def _refusing_collisions() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolExhausted, OSError) as error:
        refused = refusal_of(error)
        if refused is None:
            raise
        raise refused from error


def refusal_of(error: Exception) -> Refused | None:
    """Name what a database or a disk refused; None for anything else."""
    if isinstance(error, OSError):
        return next((kind() for kind, numbers in DISK if error.errno in numbers), None)
    if isinstance(error, PoolExhausted):
        return Busy()
    origin = getattr(error, "orig", None)
    if isinstance(error, DBAPIError) and _is_cut_off(error):
        return Away()
    said = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None) or ""
    return next((kind() for kind, words in SAID if said.startswith(words)), None)


def _is_cut_off(error: DBAPIError) -> bool:
    """Tell whether the database could not be reached: then it has said nothing itself."""
    said = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return said is None and isinstance(error, OperationalError | InterfaceError)


@contextmanager
def reading(*, widely: bool = False) -> Iterator[Session]:
    """Open a transaction that only reads: nobody waits for it.

    What reads `widely`, as a list, a map or an export does, does so in the replica, where there is
    one that has all that was committed by now.
    """
    replica = house().replica if widely else None
    source = replica.sessions if replica and replica.has_all() else house().sessions
    with source() as session:
        start_reading(session)
        yield session
