"""Keep a small database of this version, for the migrations that come after it.

`make before` at a release: a small demo, a row in each table that it leaves empty, and all of it
written as SQL, what is sealed kept opened: sealed, nothing of it could be made small.
"""

import lzma
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Engine, Table, func, insert, select

from tests.before import FOLDER, SEALED, tables_of
from visits.ground.db import (
    Base,
    EncryptedBytes,
    EncryptedJson,
    EncryptedText,
    UtcDateTime,
    connect,
    keyring,
)
from visits.ground.migration import migrate, revision_of
from webapp import create_app
from webapp.demo import Size, load_demo
from webapp.frame.settings import Settings

SECRETS = ("a secret of the tests, long enough",)
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SMALL = Size(dwellings=60, seniors=30, targets=15)
# What the rules of a table ask for: one of two places filled, a beginning before its end.
FILLED = {"recurring_work.residence_id"}
SAID = {"call_wish.to_hour": 18, "stay.from_on": date(2026, 1, 6)}
SPECIAL = {
    JSON: {},
    EncryptedText: "a",
    EncryptedBytes: b"bytes",
    EncryptedJson: {},
    UtcDateTime: NOW,
}
VALUES = {
    bytes: b"bytes", str: "a", int: 1, float: 1.0, bool: True, Decimal: Decimal(1),
    date: NOW.date(), time: time(9), uuid.UUID: uuid.UUID(int=1),
}  # fmt: skip


def keep(folder: Path) -> Path:
    """Make a database of this version and write its rows; gives the file."""
    url = f"sqlite:///{folder / 'palier.db'}"
    migrate(connect(url, secrets=SECRETS))
    settings = {"session_secret": "a session secret of the tests", "secrets": SECRETS}
    app = create_app(Settings(data=folder, database_url=url, demo=True, **settings))
    house = app.extensions["palier"]
    load_demo(house, now=NOW, tell=print, size=SMALL)
    with house.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if not connection.scalar(select(func.count()).select_from(table)):
                connection.execute(insert(table).values(_a_row(connection, table)))
        revision = revision_of(connection)
    kept = FOLDER / f"{revision}.sql.xz"
    sql = written(house.engine).encode()
    kept.write_bytes(lzma.compress(sql, preset=9 | lzma.PRESET_EXTREME))
    return kept


def _a_row(connection: Connection, table: Table) -> dict[str, Any]:
    """Give a value to each column of a table: an existing row where it leads to one."""
    return {
        column.name: _a_value(connection, column)
        for column in table.columns
        if not _left_empty(column)
    }


def _left_empty(column: Column[Any]) -> bool:
    leads = bool(column.foreign_keys) or isinstance(column.type, EncryptedJson)
    return bool(column.nullable and leads and str(column) not in FILLED)


def _a_value(connection: Connection, column: Column[Any]) -> Any:
    if str(column) in SAID:
        return SAID[str(column)]
    for key in column.foreign_keys:
        return connection.scalar(select(key.column).limit(1))
    kind = getattr(column.type, "enum_class", getattr(column.type, "kind", None))
    if kind is not None:
        return next(iter(kind))
    if type(column.type) in SPECIAL:
        return SPECIAL[type(column.type)]
    return VALUES[column.type.python_type]


def written(engine: Engine) -> str:
    """Write the rows of an SQLite database, each value as it stands there but for its seal."""
    with engine.connect() as connection:
        return "".join(_insert(connection, table) for table in tables_of(connection))


def _insert(connection: Connection, table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    asked = f'SELECT {names} FROM "{table.name}" ORDER BY {keys}'
    found = connection.exec_driver_sql(asked).all()
    if not found:
        return ""
    lines = ",\n".join(
        "(" + ", ".join(_literal(*one) for one in zip(row, table.columns, strict=True)) + ")"
        for row in found
    )
    return f'INSERT INTO "{table.name}" ({names}) VALUES\n{lines};\n'


def _literal(value: Any, column: Column[Any]) -> str:
    if value is None:
        return "NULL"
    if isinstance(column.type, Boolean):
        return str(bool(value)).upper()
    if isinstance(value, bytes):
        sealed = value.startswith(SEALED)
        return f"S'{keyring.open(value).hex()}'" if sealed else f"X'{value.hex()}'"
    return repr(value) if isinstance(value, int | float) else "'" + value.replace("'", "''") + "'"


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        print(keep(Path(place)))
