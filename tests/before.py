"""A small database of the version before this one, as rows of SQL that either database reads.

Made with the demo of that version, in small; all of it is invented. To make the next one: load a
small demo at the release, then `python -m tests.before sqlite:///palier.db > 0042.sql.xz`.
"""

import lzma
import re
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Engine, Integer, MetaData, Table, create_engine

from visits.ground.db import keyring
from visits.ground.migration import revert

FOLDER = Path(__file__).parent / "data" / "before"
REVISION = "0020"
NOT_OURS = ("alembic_version",)
SEALED = b"gAAAA"  # how a Fernet token begins
_BYTES = re.compile(r"X'([0-9a-f]*)'")
_END = ";\n"


def load(engine: Engine) -> None:
    """Put the rows of before into an empty database, in the shape of that version."""
    revert(engine, to=REVISION)
    sql = lzma.decompress((FOLDER / f"{REVISION}.sql.xz").read_bytes()).decode()
    with engine.begin() as connection:
        tables = _tables(connection)
        for table in reversed(tables):
            connection.execute(table.delete())
        cursor = connection.connection.cursor()
        if engine.dialect.name == "postgresql":
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            sql = _BYTES.sub(r"'\\x\1'", sql)
        for statement in sql.split(_END):
            cursor.execute(statement)
        if engine.dialect.name == "postgresql":
            _count_on(connection, tables)


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Read every row there is, what is sealed opened: the same word seals differently each time."""
    with engine.connect() as connection:
        return {
            table.name: sorted(
                ({name: _opened(value) for name, value in row._mapping.items()}
                 for row in connection.execute(table.select())),
                key=lambda row: repr(sorted(row.items())),
            )
            for table in _tables(connection)
        }  # fmt: skip


def _count_on(connection: Connection, tables: list[Table]) -> None:
    """Let PostgreSQL number new rows after those that came with their numbers."""
    for table in tables:
        (key, *others) = table.primary_key.columns
        if others or not isinstance(key.type, Integer):
            continue
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key.name}'), max({key.name}))"
            f" FROM {table.name}"
        )


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in NOT_OURS]


def _opened(value: Any) -> Any:
    value = bytes(value) if isinstance(value, memoryview) else value
    sealed = isinstance(value, bytes) and value.startswith(SEALED)
    return keyring.open(value) if sealed else value


def _written(engine: Engine) -> str:
    """Write the rows of an SQLite database, each value as it stands there."""
    with engine.connect() as connection:
        return "".join(_insert(connection, table) for table in _tables(connection))


def _insert(connection: Connection, table: Table) -> str:
    names = ", ".join(column.name for column in table.columns)
    keys = ", ".join(column.name for column in table.primary_key.columns)
    found = connection.exec_driver_sql(f"SELECT {names} FROM {table.name} ORDER BY {keys}").all()
    if not found:
        return ""
    lines = ",\n".join(
        "(" + ", ".join(_literal(*one) for one in zip(row, table.columns, strict=True)) + ")"
        for row in found
    )
    return f"INSERT INTO {table.name} ({names}) VALUES\n{lines}{_END}"


def _literal(value: Any, column: Column[Any]) -> str:
    if value is None:
        return "NULL"
    if isinstance(column.type, Boolean):
        return str(bool(value)).upper()
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    return repr(value) if isinstance(value, int | float) else "'" + value.replace("'", "''") + "'"


if __name__ == "__main__":
    sys.stdout.buffer.write(
        lzma.compress(_written(create_engine(sys.argv[1])).encode(), preset=9 | lzma.PRESET_EXTREME)
    )
