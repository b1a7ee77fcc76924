"""The server as a process: it ends when asked, and says when it cannot begin."""

import http.client
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.server import Server, free_port
from tests.factories import make_user
from visits.accounts.accounts import add_device
from visits.models.accounts import Role

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_when_asked(server: Server, asked: signal.Signals) -> None:
    assert server.process is not None
    server.process.send_signal(asked)
    server.process.wait(timeout=300)


def test_a_port_that_is_taken_is_said_in_a_line(initialised: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = int(first.getsockname()[1])
        second = subprocess.run(
            [sys.executable, "-m", "webapp.commands.cli", "serve", "--port", str(port)],
            env=Server(initialised, port).environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert second.returncode == 1
    assert f"Port {port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_the_log_is_json_lines_and_each_once(server: Server) -> None:
    waiting = "Task queue depth is"  # said by a library, when more come than there are threads
    while waiting not in (text := (server.data / "server.log").read_text()):
        with ExitStack() as opened:
            for _ in range(40):
                at_once = socket.create_connection(("127.0.0.1", server.port), timeout=300)
                opened.enter_context(closing(at_once))
                at_once.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    lines = text.splitlines()
    assert [line for line in lines if not line.startswith("{")] == []
    assert len([line for line in lines if '"make_what_is_due"' in line]) <= 1


@dataclass
class Deployed(Server):
    """A server with settings of its own."""

    given: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        return super().environ | self.given

    def device_token(self) -> str:
        house = self.house()
        with house.sessions.begin() as session:
            visitor = make_user(session, role=Role.VISITOR)
            token = add_device(session, visitor, name="t", now=datetime.now(UTC))[1]
        house.engine.dispose()
        return token

    def told_to_send_to(self, headers: dict[str, str]) -> tuple[int, str | None]:
        """Ask where to send; the answer is the deployment's address as it understands it."""
        asking = {"Authorization": f"Bearer {self.device_token()}", **headers}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)) as connection:
            connection.request("HEAD", "/openrosa/submission", headers=asking)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location")


THROUGH = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "visites.bailleur.example"}
OUTSIDE = "https://visites.bailleur.example/openrosa/submission"


@contextmanager
def deployed(initialised: Path, folder: Path, **given: str) -> Iterator[Deployed]:
    shutil.copytree(initialised, folder, dirs_exist_ok=True)
    server = Deployed(folder, free_port(), given=given)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_trusted_proxy_tells_the_address_that_people_see(
    initialised: Path, tmp_path: Path
) -> None:
    with deployed(initialised, tmp_path, PALIER_TRUSTED_PROXIES="1") as server:
        assert server.told_to_send_to(THROUGH) == (204, OUTSIDE)


def test_nobody_else_is_believed_about_the_address(initialised: Path, tmp_path: Path) -> None:
    with deployed(initialised, tmp_path) as server:
        status, address = server.told_to_send_to(THROUGH)
    assert (status, address) == (204, f"{server.url}/openrosa/submission")


def test_a_deployment_answers_to_its_own_names_behind_its_proxy(
    initialised: Path, tmp_path: Path
) -> None:
    hosts = {"PALIER_TRUSTED_PROXIES": "1", "PALIER_HOSTS": "visites.bailleur.example"}
    with deployed(initialised, tmp_path, **hosts) as server:
        assert server.told_to_send_to(THROUGH) == (204, OUTSIDE)
        elsewhere = THROUGH | {"X-Forwarded-Host": "ailleurs.example"}
        assert server.told_to_send_to(elsewhere)[0] == 400
