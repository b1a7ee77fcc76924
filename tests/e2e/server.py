"""A server in its own process, on a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.factories import QUICK_HASH, make_user
from visits.models.accounts import Role
from webapp.demo import DemoAccount
from webapp.frame.settings import read_settings
from webapp.frame.transaction import House, open_house

START_S = 120


@dataclass
class Server:
    """`palier serve` on a data folder of its own."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    accounts: dict[str, DemoAccount] = field(default_factory=dict)
    # Where another release of the code stands; this one otherwise.
    release: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        ours = {
            "PALIER_DATA": str(self.data),
            "PALIER_BASEMAP": "none",
            "PALIER_PROCESSES": "1",
        }
        return os.environ | ours | self.settings

    def command(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "webapp.commands.cli", *arguments], env=self.environ, check=True
        )

    def house(self) -> House:
        return open_house(read_settings(self.environ))

    def start(self) -> None:
        log = (self.data / "server.log").open("ab")
        self.process = subprocess.Popen(
            self._serving,
            env=self.environ,
            cwd=self.release,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        ends = time.monotonic() + START_S
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.stop()
        raise AssertionError((self.data / "server.log").read_text())

    @property
    def _serving(self) -> list[str]:
        palier = (sys.executable, "-m", "webapp.commands.cli")
        return [*palier, "serve", "--port", str(self.port), *self.options]

    def stop(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # and those it began
            self.process.wait()
            self.process = None

    def add(self, role: Role, **attributes: Any) -> str:
        """Add an account with the tests' password; gives its e-mail."""
        house = self.house()
        with house.sessions.begin() as session:
            user = make_user(session, role=role, password_hash=QUICK_HASH, **attributes)
        house.engine.dispose()
        return user.email


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
