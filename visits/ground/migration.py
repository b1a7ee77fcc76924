"""Bringing a database to the shape this version needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.operations import batch
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url

from visits.ground.db import keyring

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class _ByItself(batch.BatchOperationsImpl):
    """Makes a table of SQLite anew from what stands in it.

    Alembic would read all tables that it leads to as well, each time: half of an upgrade.
    """

    def __init__(self, *args: Any, **said: Any) -> None:
        super().__init__(*args, **said)  # type: ignore[no-untyped-call]
        self.reflect_kwargs = {"resolve_fks": False, **self.reflect_kwargs}


batch.BatchOperationsImpl = _ByItself  # type: ignore[misc]
# By what words are searched: each database has its own way, and no model.
BY_WORDS = ("searched", "ix_searched")


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Upgrade the database to a revision, the newest by default."""
    with _rebuilding(engine) as connection:
        command.upgrade(_config(connection), to)


def revert(engine: Engine, *, to: str) -> None:
    """Take the database back to a revision; `base` leaves no table of ours."""
    with _rebuilding(engine) as connection:
        command.downgrade(_config(connection), to)


def is_modelled(name: str | None, *_where: object) -> bool:
    """Tell whether what a migration made, by its name, is to be as the models say."""
    return not (name or "").startswith(BY_WORDS)


def is_current(engine: Engine) -> bool:
    """Tell whether the database has the shape this version needs."""
    newest = ScriptDirectory.from_config(_config(None)).get_current_head()
    with engine.connect() as connection:
        return revision_of(connection) == newest


def revision_of(connection: Connection) -> str | None:
    """Tell which migration made the shape of a database; None for one without ours."""
    return MigrationContext.configure(connection).get_current_revision()


def knows_revision(revision: str | None) -> bool:
    """Tell whether a migration is one of this version's."""
    known = ScriptDirectory.from_config(_config(None)).walk_revisions()
    return revision in {one.revision for one in known}


def upgrade_within(connection: Connection, *, to: str = "head") -> None:
    """Upgrade a database in the caller's transaction."""
    command.upgrade(_config(connection), to)


def holds_tables(url: str) -> bool:
    """Tell whether there is a database with tables at a URL; makes none."""
    parts = make_url(url)
    place = Path(parts.database or "") if parts.get_backend_name() == "sqlite" else None
    if place is not None and not (place.is_file() and place.stat().st_size):
        return False
    engine = create_engine(url)
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()


@contextmanager
def _rebuilding(engine: Engine) -> Iterator[Connection]:
    """Let SQLite make tables anew under the rows that point to them; env.py looks at these after.

    It cannot be asked for inside a transaction.
    """
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        if engine.dialect.name == "sqlite":
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            if engine.dialect.name == "sqlite":
                driver.execute("PRAGMA foreign_keys = ON")


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(connection=connection, seal=keyring.seal, open=keyring.open)
    return config
