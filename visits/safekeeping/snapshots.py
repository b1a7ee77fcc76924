"""The database of one moment as files, taken while others write; and such files as a database."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy import table as named_table

from visits.ground.db import BUSY_TIMEOUT_MS
from visits.ground.migration import revision_of, upgrade_within
from visits.retention.orphans import owned_files
from visits.safekeeping.archives import AT_ONCE, BadArchive

VERSIONS = "alembic_version"
SQLITE_FILE = "palier.db"
COPY = "COPY {table} ({columns}) {way} (ENCODING 'UTF8')"


@dataclass(frozen=True)
class Snapshot:
    """A database of one moment: its shape, how many rows and which columns, whose files."""

    database: str
    migration: str
    rows: dict[str, int]
    columns: dict[str, list[str]]
    files: set[str]
    places: list[Path] = field(default_factory=list)


def take_snapshot(engine: Engine, folder: Path) -> Snapshot:
    """Write the database of this moment into a folder; writers go on meanwhile."""
    if engine.dialect.name == "postgresql":
        return _of_postgresql(engine, folder)
    return _of_sqlite(engine, folder / SQLITE_FILE)


def _of_sqlite(engine: Engine, place: Path) -> Snapshot:
    place.touch(mode=0o600)
    # One step copies all of it: a step of some pages begins anew whenever somebody writes.
    with (
        closing(sqlite3.connect(str(engine.url.database))) as source,
        closing(sqlite3.connect(place)) as target,
    ):
        source.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, no log beside it
    copy = create_engine(f"sqlite:///{place}")
    try:
        with copy.connect() as connection:
            return _described(connection, [place])
    finally:
        copy.dispose()


def _of_postgresql(engine: Engine, folder: Path) -> Snapshot:
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ) as connection:
        snapshot = _described(connection, [])
        connection.execute(text("SET LOCAL datestyle = 'ISO'"))
        for name, columns in snapshot.columns.items():
            place = folder / f"{name}.copy"
            place.touch(mode=0o600)
            said = _copy(connection, name, columns, "TO STDOUT")
            with place.open("wb") as file, _cursor(connection).copy(said) as rows:
                for piece in rows:
                    file.write(piece)
            snapshot.places.append(place)
        return snapshot


def _described(connection: Connection, places: list[Path]) -> Snapshot:
    known = inspect(connection)
    names = sorted(set(known.get_table_names()) - {VERSIONS})
    columns = {name: [one["name"] for one in known.get_columns(name)] for name in names}
    return Snapshot(
        connection.dialect.name,
        revision_of(connection) or "",
        count_rows(connection, names),
        columns,
        owned_files(connection),
        places,
    )


def count_rows(connection: Connection, names: list[str]) -> dict[str, int]:
    """Count the rows of tables."""
    count = select(func.count())
    return {name: connection.scalar(count.select_from(named_table(name))) or 0 for name in names}


def load_snapshot(connection: Connection, folder: Path, manifest: Mapping[str, Any]) -> None:
    """Fill an empty PostgreSQL database, in the caller's transaction; raises BadArchive."""
    upgrade_within(connection, to=manifest["migration"])
    columns: dict[str, list[str]] = manifest["columns"]
    shape = MetaData()
    shape.reflect(connection)
    tables = [table for table in shape.sorted_tables if table.name != VERSIONS]
    if {table.name for table in tables} != columns.keys():
        raise BadArchive("its tables are not those of its migration")
    for table in reversed(tables):  # what migrations put there is in the archive too
        connection.execute(table.delete())
    for table in tables:
        said = _copy(connection, table.name, columns[table.name], "FROM STDIN")
        place = folder / f"{table.name}.copy"
        with place.open("rb") as file, _cursor(connection).copy(said) as rows:
            while piece := file.read(AT_ONCE):
                rows.write(piece)
        _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Let numbers that the database gives go on after the highest one."""
    for column in table.primary_key.columns:
        found = text("SELECT pg_get_serial_sequence(:table, :column)")
        sequence = connection.scalar(found, {"table": table.name, "column": column.name})
        highest = connection.scalar(select(func.max(column))) if sequence else None
        if highest is not None:
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :highest)"),
                {"sequence": sequence, "highest": highest},
            )


def _cursor(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver.cursor()


def _copy(connection: Connection, table: str, columns: list[str], way: str) -> str:
    quote = connection.dialect.identifier_preparer.quote_identifier
    return COPY.format(table=quote(table), columns=", ".join(map(quote, columns)), way=way)
