"""Which secret seals what, and how all of it comes under the newest one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    Table,
    inspect,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from visits.ground.db import ENCRYPTED, Base, keyring
from visits.ground.file_store import FileStore
from visits.models.keys import KeyCanary

AT_ONCE = 200
# In what a file or a value may be found beside a secret's place, 0 being the newest.
IN_CLEAR, UNREADABLE = "in clear", "unreadable"
Ages = Counter[int | str]


@dataclass(frozen=True)
class Rotated:
    """What one batch came to; `last` is the key of its last row, None at the end of a table."""

    last: Any
    values: int = 0
    unreadable: int = 0


def sealed_tables() -> list[Table]:
    """List the tables with sealed columns, the canary last: it tells that all before it is done."""
    tables = [table for table in Base.metadata.sorted_tables if sealed_columns(table)]
    return sorted(tables, key=lambda table: table.name == KeyCanary.__tablename__)


def sealed_columns(table: Table) -> list[Column[Any]]:
    """List the columns of a table that stand sealed."""
    return [column for column in table.columns if isinstance(column.type, ENCRYPTED)]


def count_values(session: Session, table: Table) -> Ages:
    """Count the sealed values of a table by the place of the secret that opens them."""
    columns = [type_coerce(column, LargeBinary) for column in sealed_columns(table)]
    rows = session.execute(select(*columns).execution_options(yield_per=AT_ONCE))
    return Counter(_age(value) for row in rows for value in row if value is not None)


def count_files(store: FileStore) -> Ages:
    """Count the files of the store by the place of the secret that seals them."""
    return Counter(_file_age(store, digest) for digest in store.digests())


def _age(value: bytes) -> int | str:
    place = keyring.age(bytes(value))
    return UNREADABLE if place is None else place


def _file_age(store: FileStore, digest: str) -> int | str:
    names, name = keyring.key_names(), store.secret_of(digest)
    if name is None:
        return IN_CLEAR
    return names.index(name) if name in names else UNREADABLE


def rotate_values(session: Session, table: Table, *, after: Any) -> Rotated:
    """Seal the next rows of a table under the newest secret, from the one after a key on."""
    (key,) = table.primary_key.columns
    columns = sealed_columns(table)
    raw = [type_coerce(column, LargeBinary).label(column.name) for column in columns]
    statement = select(key, *raw).order_by(key).limit(AT_ONCE).with_for_update()
    if after is not None:
        statement = statement.where(key > after)
    rows = session.execute(statement).all()
    values = unreadable = 0
    for row in rows:
        ages = {
            column: _age(value)
            for column, value in zip(columns, row[1:], strict=True)
            if value is not None
        }
        unreadable += sum(age == UNREADABLE for age in ages.values())
        old = [column for column, age in ages.items() if age not in (0, UNREADABLE)]
        if old:
            _replace(session, table, key == row[0], old, row)
        values += len(old)
    return Rotated(rows[-1][0] if rows else None, values, unreadable)


def _replace(
    session: Session, table: Table, this: Any, columns: Sequence[Column[Any]], row: Any
) -> None:
    fresh = {
        column: type_coerce(keyring.rotate(bytes(getattr(row, column.name))), LargeBinary)
        for column in columns
    }
    session.execute(update(table).where(this).values(fresh))


def rotate_files(store: FileStore) -> Iterator[bool | None]:
    """Seal file after file under the newest secret, whether it was sealed before or in clear.

    Each gives whether it had to; None for one that cannot be read.
    """
    for digest in store.digests():
        try:
            unreadable = _file_age(store, digest) == UNREADABLE
            yield None if unreadable else store.reseal(digest)
        except FileNotFoundError:  # nobody owned it any more
            continue


def secrets_fit(engine: Engine, store: FileStore) -> bool:
    """Tell whether our secrets open what is there: the canary, else the first of all the rest."""
    with engine.connect().execution_options(palier_reading=True) as connection:
        return opens_samples(connection, store)


def opens_samples(connection: Connection, store: FileStore) -> bool:
    """Tell the same within a transaction."""
    sample = next(_samples(connection), None)
    if sample is not None and keyring.age(sample) is None:
        return False
    first = next(store.digests(), None)
    return first is None or _file_age(store, first) != UNREADABLE


def sample_ages(connection: Connection) -> Ages:
    """Tell which secret opens the first value of each sealed column."""
    return Counter(_age(value) for value in _samples(connection))


def _samples(connection: Connection) -> Iterator[bytes]:
    """Give sealed values, whatever the shape of the database is as yet."""
    known = inspect(connection)
    there = set(known.get_table_names())
    for table in reversed(sealed_tables()):
        if table.name not in there:
            continue
        kinds = {one["name"]: one["type"] for one in known.get_columns(table.name)}
        for column in sealed_columns(table):
            if isinstance(kinds.get(column.name), LargeBinary):
                value = type_coerce(column, LargeBinary)
                found = select(value).where(column.is_not(None)).limit(1)
                for one in connection.execute(found).scalars():
                    yield bytes(one)
