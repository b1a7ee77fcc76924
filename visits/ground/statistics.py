"""What the database knows of its own tables: how many rows, and how well an index tells them apart.

Without it SQLite looks for the answers of one home among those of all homes in one state.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from visits.ground.db import Base

# So many rows of an index tell enough; all of them would hold up who wants to write.
LOOKED_AT = 1_000


def look_anew(session: Session, tables: Collection[str] = ()) -> None:
    """Have the database look at tables again, all of them if none is named."""
    quote = session.get_bind().dialect.identifier_preparer.quote
    names = [quote(name) for name in sorted(tables) or sorted(Base.metadata.tables)]
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ANALYZE {', '.join(names)}"))
    else:
        # Its own `PRAGMA optimize` passes over what its connection has not asked for yet.
        session.execute(text(f"PRAGMA analysis_limit = {LOOKED_AT}"))
        for name in names:
            session.execute(text(f"ANALYZE {name}"))


def look_as_time_passes(session: Session, *, now: datetime) -> int:
    """Look at all tables, whatever the hour; PostgreSQL does so by itself. Touches no row."""
    del now
    if session.get_bind().dialect.name != "postgresql":
        look_anew(session)
    return 0
