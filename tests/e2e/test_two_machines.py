"""Two web processes, one with the jobs, PostgreSQL, an object store: requests go to either.

Each has a data folder of its own, as on machines that share no disk.
"""

import http.client
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from random import Random
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from tests.conftest import empty
from tests.e2e.machines import Machines, machines
from tests.e2e.server import Server
from tests.e2e.test_serving import wait_for
from tests.factories import PASSWORD, make_user
from tests.object_store import ObjectStore
from tests.openrosa_client import Answer, Collect
from tests.submissions import GAS, fill
from visits.accounts.accounts import add_device
from visits.models.accounts import Role
from visits.models.visits import Submission, SubmissionFile

pytestmark = pytest.mark.browser

PHOTOS = {f"{number}.jpg": b"\xff\xd8" + bytes([number]) * 1_000 for number in range(4)}
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass
class Deployment:
    """What serves, and by whose turn."""

    servers: tuple[Server, Server]
    chance: Random = field(default_factory=lambda: Random(10))
    asked: Counter[int] = field(default_factory=Counter)

    def port(self) -> int:
        """Give the port of either, and note that it was asked."""
        port = self.chance.choice(self.servers).port
        self.asked[port] += 1
        return port


@pytest.fixture(scope="module")
def running(
    postgres_url: str, object_store: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machines]:
    object_store.make_bucket("machines")
    settings = {"PALIER_DATABASE_URL": postgres_url, **object_store.environ("machines")}
    with machines(tmp_path_factory.mktemp("machines"), settings) as running:
        yield running
    empty(postgres_url)


@pytest.fixture
def deployment(running: Machines) -> Deployment:
    """What serves, of which nobody has asked anything yet."""
    return Deployment(running.servers)


@dataclass
class Browser:
    """Keeps cookies, asks whichever server."""

    deployment: Deployment
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, **typed: str) -> tuple[int, str]:
        """Ask for a page; gives its status and text."""
        port = self.deployment.port()
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if typed:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
            connection.request(method, path, urlencode(typed) or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        for said in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: one.value for name, one in SimpleCookie(said).items()}
        return answer.status, text

    def post(self, path: str, *, from_page: str, **typed: str) -> tuple[int, str]:
        """Send the form of a page."""
        token = TOKEN.search(self.ask("GET", from_page)[1])
        assert token is not None
        return self.ask("POST", path, csrf_token=token[1], **typed)

    def sign_in(self, email: str, password: str = PASSWORD) -> tuple[int, str]:
        """Give e-mail and password."""
        return self.post("/sign-in", from_page="/sign-in", email=email, password=password)


class Spread(Collect):
    """A client of which each request goes to either server."""

    deployment: Deployment

    def call(self, method: str, path: str, *, body: bytes = b"", content_type: str = "") -> Answer:
        self.url = f"http://127.0.0.1:{self.deployment.port()}"
        return super().call(method, path, body=body, content_type=content_type)


def test_a_session_begins_and_ends_for_both(deployment: Deployment) -> None:
    somebody = Browser(deployment)
    email = deployment.servers[0].add(Role.COORDINATOR)
    assert somebody.sign_in(email)[0] == 302
    copy = Browser(deployment, dict(somebody.cookies))
    pages = ("/", "/people/", "/tasks/", "/work-orders/", "/programmes/", "/imports/")
    assert [somebody.ask("GET", page)[0] for page in pages * 3] == [200] * 18
    assert somebody.post("/sign-out", from_page="/")[0] == 302
    assert [copy.ask("GET", "/")[0] for _ in range(6)] == [302] * 6
    assert len(deployment.asked) == 2


def test_wrong_passwords_are_counted_by_both_together(deployment: Deployment) -> None:
    email = deployment.servers[0].add(Role.COORDINATOR)
    stranger = Browser(deployment)
    said = [stranger.sign_in(email, "a wrong password")[1] for _ in range(7)]
    assert ["Trop d’essais" in one for one in said] == [False] * 5 + [True] * 2
    assert len(deployment.asked) == 2


def test_a_visit_sent_in_parts_is_whole_and_once_whoever_took_them(deployment: Deployment) -> None:
    house = deployment.servers[0].house()
    with house.sessions.begin() as session:
        visitor = make_user(session, role=Role.VISITOR)
        token = add_device(session, visitor, name="Collect", now=house.clock())[1]
        email = visitor.email
    collect = Spread("", email, token)
    collect.deployment = deployment
    xml = fill(GAS)
    for _ in range(2):  # and all of it again, as a tablet does that got no answer
        assert [answer.status for answer in collect.send(xml, PHOTOS)][-1] == 201
    assert len(deployment.asked) == 2
    with house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
        kept = set(session.scalars(select(SubmissionFile.name)))
        assert kept >= set(PHOTOS)
        for digest in session.scalars(select(SubmissionFile.sha256)):
            assert house.store.get(digest)
    for server in deployment.servers:
        assert not (server.data / "files").exists()
    house.engine.dispose()


def test_jobs_run_beside_and_once(deployment: Deployment, running: Machines) -> None:
    log = running.log_of_jobs
    wait_for(lambda: '"remove_orphans"' in log.read_text())
    ran = Counter(json.loads(line)["job"] for line in log.read_text().splitlines())
    assert ran["make_what_is_due"] == ran["remove_orphans"] == 1
    assert '"message": "job"' not in (deployment.servers[0].data / "server.log").read_text()
