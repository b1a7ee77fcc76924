"""`palier serve` or `palier demo` in a process of its own, on loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from webapp.frame.settings import Settings

PATIENCE = 120.0
LOOK_AGAIN = 0.01
Environ = dict[str, str]


@dataclass(frozen=True)
class Server:
    """A running server. `start_seconds`: from its process's start to its first 200."""

    port: int
    process: subprocess.Popen[bytes]
    start_seconds: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """Give the memory of its processes, in megabytes; what they share is counted once."""
        first = psutil.Process(self.process.pid)
        every = (first, *first.children(recursive=True))
        return sum(float(one.memory_full_info().pss) for one in every) / 1e6


def environ_of(settings: Settings) -> Environ:
    """Say by environment what the settings say."""
    return {
        "PALIER_DATA": str(settings.data),
        "PALIER_DATABASE_URL": settings.database_url,
        "PALIER_SECRETS": ",".join(settings.secrets),
        "PALIER_SESSION_SECRET": settings.session_secret,
        "PALIER_BASEMAP": settings.basemap,
    }


def run_palier(environ: Mapping[str, str], *arguments: str) -> None:
    """Run a command to its end; raises CalledProcessError."""
    subprocess.run(
        _command(*arguments), env=os.environ | dict(environ), check=True, stdout=subprocess.DEVNULL
    )


@contextmanager
def running(environ: Mapping[str, str], command: str = "serve") -> Iterator[Server]:
    """Run a server for the time of a block."""
    port = _free_port()
    log = Path(environ["PALIER_DATA"]) / "server.log"
    started = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(
            _command(command, "--port", str(port)),
            env=os.environ | dict(environ),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(process, port, log)
        yield Server(port, process, time.perf_counter() - started)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and those it began
        process.wait()


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "webapp.commands.cli", *arguments]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(LOOK_AGAIN)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")
