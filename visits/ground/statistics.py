"""What the database knows of its own tables: how many rows, and how well an index tells them apart.

Without it SQLite looks for the answers of one home among those of all homes in one state.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.ground.db import Base

# A table of fewer rows is read whole; of a larger one so many of each index are, and at night all.
LOOKED_AT = 100_000
# When nobody waits for who writes meanwhile (Paris): a country's tables take some seconds.
NIGHT = 3
# Nothing is kept of an empty table, and one of which nothing is kept passes for a million rows:
# all cases were then gone through for the admissions of a house that has none.
_SMALL = text(
    "INSERT INTO sqlite_stat1 (tbl, stat) SELECT :name, '1000'"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_stat1 WHERE tbl = :name)"
)
_KNOWN = text("SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl")
# Makes what it keeps where there is none, and has this connection read it.
_READ = text("ANALYZE sqlite_schema")


def look_anew(session: Session, tables: Collection[str] = (), *, whole: bool = False) -> None:
    """Have the database look at tables again, all of them if none is named.

    SQLite reads all of them only when the `whole` is asked for, which holds up who wants to write.
    Else it leaves those that are known to be large: a part says less than the whole did at night.
    """
    tables = sorted(tables) or sorted(Base.metadata.tables)
    quote = session.get_bind().dialect.identifier_preparer.quote
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ANALYZE {', '.join(map(quote, tables))}"))
        return
    # Its own `PRAGMA optimize` passes over what its connection has not asked for yet.
    session.execute(text(f"PRAGMA analysis_limit = {0 if whole else LOOKED_AT}"))
    session.execute(_READ)
    known = {} if whole else {name: rows for name, rows in session.execute(_KNOWN)}
    small = [name for name in tables if known.get(name, 0) < LOOKED_AT]
    for name in small:
        session.execute(text(f"ANALYZE {quote(name)}"))
    session.execute(_SMALL, [{"name": name} for name in tables])
    session.execute(_READ)


def look_as_time_passes(session: Session, *, now: datetime) -> int:
    """Look at all tables, at night at the whole; PostgreSQL does so by itself. Touches no row."""
    if session.get_bind().dialect.name != "postgresql":
        look_anew(session, whole=now.astimezone(PARIS).hour == NIGHT)
    return 0
