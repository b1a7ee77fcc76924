"""Bringing a database to the shape this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Upgrade the database to a revision, the newest by default."""
    with engine.connect() as connection:
        command.upgrade(_config(connection), to)
        connection.commit()


def revert(engine: Engine, *, to: str) -> None:
    """Take the database back to a revision; `base` leaves no table of ours."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), to)
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Tell whether the database has the shape this version needs."""
    newest = ScriptDirectory.from_config(_config(None)).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
