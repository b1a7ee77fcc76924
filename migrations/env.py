"""Alembic's entry: runs on the connection it is handed, or on the URL it is given."""

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine

from visits import models  # noqa: F401
from visits.ground.db import ENCRYPTED, Base, UtcDateTime
from visits.ground.migration import is_modelled


def render_item(kind: str, item: object, context: AutogenContext) -> str | bool:
    """Write our column types into migrations as the plain types under them."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, ENCRYPTED):
        return "sa.LargeBinary()"
    return False


def migrate(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        include_name=is_modelled,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transactional_ddl=True,  # SQLite's is too, once BEGIN is ours
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            astray = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if astray:
                raise RuntimeError(f"rows point to nothing: {astray[:5]}")


handed = context.config.attributes.get("connection")
if handed is not None:
    migrate(handed)
else:
    url = context.get_x_argument(as_dictionary=True)["url"]
    with create_engine(url).connect() as connection:
        migrate(connection)
