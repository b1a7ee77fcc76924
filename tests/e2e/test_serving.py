"""The server as processes: they end when asked, hold nobody up, and say when they cannot begin."""

import fcntl
import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text

from tests.e2e.server import Server, free_port
from tests.factories import make_user
from visits.accounts.accounts import add_device
from visits.models.accounts import Role

pytestmark = pytest.mark.browser


TOKEN = "a token of the tests"


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


@contextmanager
def deployed(initialised: Path, folder: Path, **given: str) -> Iterator[Deployed]:
    shutil.copytree(initialised, folder, dirs_exist_ok=True)
    server = Deployed(folder, free_port(), given=given)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def shared(initialised: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A deployment of all tests that can do with one that others served from."""
    given = {"PALIER_PROCESSES": "2", "PALIER_METRICS": TOKEN}
    with deployed(initialised, tmp_path_factory.mktemp("several"), **given) as server:
        yield server


@pytest.fixture
def several(shared: Deployed) -> Deployed:
    """A deployment that serves with two processes, begun anew where a test ended it."""
    if shared.process is None or shared.process.poll() is not None:
        shared.start()
    wait_for(lambda: len(its(shared)) == 2)
    return shared


def test_the_server_ends_when_interrupted(server: Server) -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=300) == 0


def test_an_answer_that_is_under_way_arrives_before_the_end(
    initialised: Path, tmp_path: Path
) -> None:
    shutil.copytree(initialised, tmp_path, dirs_exist_ok=True)
    server = Server(tmp_path, free_port(), options=("--no-jobs", "--processes", "2"))
    server.start()
    assert server.process is not None
    house, answers = server.house(), list[int]()
    asking = threading.Thread(target=lambda: answers.append(sign_in_from_a_tablet(server)))
    with house.sessions.begin() as session:
        session.execute(text("SELECT 1"))  # whoever writes waits until we are through
        asking.start()
        wait_for(lambda: is_locked(server.data / "palier.db-next"))
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: not listens(server))
    asking.join()
    house.engine.dispose()
    assert answers == [401]
    assert server.process.wait(timeout=300) == 0


def test_a_process_that_dies_is_begun_anew_and_the_others_go_on(several: Server) -> None:
    first, other = its(several)
    first.kill()
    assert is_well(several)
    wait_for(lambda: len(its(several)) == 2 and first not in its(several))
    assert other in its(several)


def test_none_stays_behind_when_whoever_began_them_is_gone(several: Server) -> None:
    assert several.process is not None
    left = its(several)
    several.process.kill()
    assert not psutil.wait_procs(left, timeout=300)[1]


def test_jobs_run_in_one_of_several_processes_until_it_dies_or_is_to_end(
    initialised: Path, tmp_path: Path
) -> None:
    log = tmp_path / "server.log"

    def lines(message: str) -> list[dict[str, Any]]:
        said = [json.loads(line) for line in log.read_text().splitlines()]
        return [line for line in said if line["message"] == message]

    with deployed(initialised, tmp_path, PALIER_PROCESSES="2") as server:
        wait_for(lambda: len(its(server)) == 2)
        wait_for(lambda: "remove_orphans" in {line["job"] for line in lines("job")})
        (working,) = {line["process"] for line in lines("job")}
        psutil.Process(working).kill()
        wait_for(lambda: len(lines("jobs")) == 2)
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=300) == 0
    assert lines("jobs")[1]["process"] != working
    assert Counter(line["job"] for line in lines("job"))["make_what_is_due"] == 1


def test_slow_clients_and_those_that_leave_hold_up_nobody(several: Server) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    with ExitStack() as opened:
        here = ("127.0.0.1", several.port)
        slow = [opened.enter_context(socket.create_connection(here)) for _ in range(500)]
        for number, client in enumerate(slow):
            client.sendall(head if number % 2 else b"GET /sign-in HTT")
        for _ in range(3):
            for client in slow:
                client.sendall(b"a")
            assert is_well(several)
        for client in slow[::3]:  # bodies that end early
            client.close()
        assert is_well(several)
    assert '"status": 5' not in (several.data / "server.log").read_text()


def test_several_processes_count_together(several: Server) -> None:
    before = sign_in_pages_told(several)
    for _ in range(20):
        assert is_well(several)
    assert sign_in_pages_told(several) == before + 20


def sign_in_pages_told(server: Server) -> float:
    """Ask how often the page to sign in was shown, whichever process showed it."""
    asked = urllib.request.Request(
        f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(asked, timeout=120) as answer:
        told = answer.read().decode()
    lines = [one for one in told.splitlines() if 'total{endpoint="security.login"' in one]
    return sum(float(line.split()[-1]) for line in lines)


def its(server: Server) -> list[psutil.Process]:
    """Give the processes that serve, the one that looks after them aside."""
    assert server.process is not None
    return list(psutil.Process(server.process.pid).children(recursive=True))


def wait_for(state: Callable[[], bool]) -> None:
    ends = time.monotonic() + 300
    while not state():
        assert time.monotonic() < ends
        time.sleep(0.05)


def is_well(server: Server) -> bool:
    with urllib.request.urlopen(f"{server.url}/sign-in", timeout=120) as answer:
        return bool(answer.status == 200)


def listens(server: Server) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=300).close()
    except ConnectionError:
        return False
    return True


def is_locked(place: Path) -> bool:
    if not place.exists():
        return False
    with place.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def sign_in_from_a_tablet(server: Server) -> int:
    body = json.dumps({"email": "nobody@example.org", "password": "wrong", "name": "t"})
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)) as connection:
        connection.request("POST", "/api/devices", body, {"Content-Type": "application/json"})
        return connection.getresponse().status


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


THROUGH = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "visites.bailleur.example"}
OUTSIDE = "https://visites.bailleur.example/openrosa/submission"


def test_a_trusted_proxy_tells_the_address_that_people_see(
    initialised: Path, tmp_path: Path
) -> None:
    with deployed(initialised, tmp_path, PALIER_TRUSTED_PROXIES="1") as server:
        assert server.told_to_send_to(THROUGH) == (204, OUTSIDE)


def test_nobody_else_is_believed_about_the_address(several: Deployed) -> None:
    assert several.told_to_send_to(THROUGH) == (204, f"{several.url}/openrosa/submission")


def test_a_deployment_answers_to_its_own_names_behind_its_proxy(
    initialised: Path, tmp_path: Path
) -> None:
    hosts = {"PALIER_TRUSTED_PROXIES": "1", "PALIER_HOSTS": "visites.bailleur.example"}
    with deployed(initialised, tmp_path, **hosts) as server:
        assert server.told_to_send_to(THROUGH) == (204, OUTSIDE)
        elsewhere = THROUGH | {"X-Forwarded-Host": "ailleurs.example"}
        assert server.told_to_send_to(elsewhere)[0] == 400
