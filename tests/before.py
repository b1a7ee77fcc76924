"""Small databases of versions before this one, as rows of SQL that either database reads.

Each was made with the demo of its version, in small; all of it is invented. `make before` keeps
the next one (`tests/keep_before.py`).
"""

import lzma
import re
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Integer, MetaData, Table

from visits.ground.db import keyring
from visits.ground.migration import is_modelled, revert

FOLDER = Path(__file__).parent / "data" / "before"
FIRST = "0020"
NEWEST = max(path.name.partition(".")[0] for path in FOLDER.glob("*.sql.xz"))
NOT_OURS = ("alembic_version",)
SEALED = b"gAAAA"  # how a Fernet token begins
_BYTES = re.compile(r"(?<=[( ])([SX])'([0-9a-f]*)'(?=[,)])")
_END = ";\n"


def load(engine: Engine, revision: str = FIRST) -> None:
    """Put the rows of before into an empty database, in the shape of that version."""
    revert(engine, to=revision)
    sql = lzma.decompress((FOLDER / f"{revision}.sql.xz").read_bytes()).decode()
    postgres = engine.dialect.name == "postgresql"
    sql = _BYTES.sub(lambda found: _stored(*found.groups(), postgres=postgres), sql)
    with engine.begin() as connection:
        tables = tables_of(connection)
        for table in reversed(tables):
            connection.execute(table.delete())
        cursor = connection.connection.cursor()
        if postgres:
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        for statement in sql.split(_END):
            cursor.execute(statement)
        if postgres:
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
            for table in tables_of(connection)
        }  # fmt: skip


def tables_of(connection: Connection) -> list[Table]:
    """List the tables there are, those that others lead to first; no index is one of them."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name not in NOT_OURS and is_modelled(name))
    return found.sorted_tables


def _stored(kind: str, digits: str, *, postgres: bool) -> str:
    """Write bytes as a database reads them; what is kept opened (S) is sealed."""
    if kind == "S":
        digits = keyring.seal(bytes.fromhex(digits)).hex()
    return rf"'\x{digits}'" if postgres else f"X'{digits}'"


def _count_on(connection: Connection, tables: list[Table]) -> None:
    """Let PostgreSQL number new rows after those that came with their numbers."""
    for table in tables:
        (key, *others) = table.primary_key.columns
        if others or not isinstance(key.type, Integer) or key.foreign_keys:
            continue
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key.name}'), max({key.name}))"
            f" FROM {table.name}"
        )


def _opened(value: Any) -> Any:
    value = bytes(value) if isinstance(value, memoryview) else value
    sealed = isinstance(value, bytes) and value.startswith(SEALED)
    return keyring.open(value) if sealed else value
