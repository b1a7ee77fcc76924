"""Two web processes and one with the jobs, on machines that share no disk."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import SECRETS
from tests.e2e.server import Server, free_port


@dataclass
class Machines:
    """What runs: each with a data folder of its own, all with the same settings."""

    servers: tuple[Server, Server]
    jobs_from: Server
    _jobs: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def log_of_jobs(self) -> Path:
        return self.jobs_from.data / "jobs.log"

    def start_jobs(self) -> None:
        """Start the jobs, in a process of their own."""
        working = [sys.executable, "-m", "webapp.commands.cli", "jobs"]
        with self.log_of_jobs.open("ab") as log:
            self._jobs = subprocess.Popen(working, env=self.jobs_from.environ, stderr=log)

    def kill_jobs(self) -> None:
        """Kill whoever runs the jobs."""
        if self._jobs is not None:
            os.kill(self._jobs.pid, signal.SIGKILL)
            self._jobs.wait()


@contextmanager
def machines(folder: Path, settings: Mapping[str, str]) -> Iterator[Machines]:
    """Run two web processes and one with the jobs until this ends."""
    secrets = json.dumps({"session": "a session secret of the tests", "columns": SECRETS})
    first, second, third = (
        Server(folder / name, free_port(), settings=dict(settings), options=("--no-jobs",))
        for name in ("first", "second", "jobs")
    )
    for server in (first, second, third):
        server.data.mkdir()
        (server.data / "secrets.json").write_text(secrets)
    first.command("init")
    running = Machines((first, second), third)
    try:
        running.start_jobs()
        first.start()
        second.start()
        yield running
    finally:
        for server in (first, second):
            server.stop()
        running.kill_jobs()
