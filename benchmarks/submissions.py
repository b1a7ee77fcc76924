"""Visits sent by many tablets at once: how many a second, how long each waits, what is kept."""

import http.client
import queue
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.errands import BOUNDARY, Errand, plan_errands
from benchmarks.figures import MS, Better, Figure, figure, timed
from benchmarks.server import environ_of, running
from visits.models.visits import Submission, SubmissionState
from webapp.frame.transaction import House, open_house

CLIENTS = (1, 8, 32)
ROUNDS, A_ROUND, WARM_UP = 3, 48, 16


@dataclass
class Sending:
    """What a number of clients met: seconds and requests of each round, latencies, answers."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)


def measure_submissions(bench: Bench) -> Iterator[Figure]:
    """Submissions a second over HTTP at 1, 8 and 32 clients; raises if one is lost."""
    for kind in Database:
        with bench.databases.deployment(kind) as settings:
            house = open_house(settings)
            number = WARM_UP + A_ROUND * ROUNDS * len(CLIENTS)
            bench.tell(f"planning {number} visits on {kind}")
            errands = plan_errands(house, number, now=datetime.now(UTC))
            house.engine.dispose()
            with running(environ_of(settings)) as server:
                met = _send_all(server.port, errands)
            yield from _figures(house, met, kind)
            house.engine.dispose()


def _send_all(port: int, errands: list[Errand]) -> dict[int, Sending]:
    """Send by turns with one, eight and 32 clients, so that a busy machine is so to all."""
    met = {clients: Sending() for clients in CLIENTS}
    left = iter(errands)
    warming = Sending()
    send(port, [next(left) for _ in range(WARM_UP)], clients=4, met=warming)
    for _ in range(ROUNDS):
        for clients, sending in met.items():
            send(port, [next(left) for _ in range(A_ROUND)], clients=clients, met=sending)
    met[CLIENTS[0]].acknowledged |= warming.acknowledged
    return met


def send(port: int, errands: Sequence[Errand], *, clients: int, met: Sending) -> None:
    """Send errands with a number of clients, and note what they met."""
    waiting: queue.SimpleQueue[Errand] = queue.SimpleQueue()
    for errand in errands:
        waiting.put(errand)
    with timed() as watch, ThreadPoolExecutor(clients) as pool:
        for client in [pool.submit(_client, port, waiting, met) for _ in range(clients)]:
            client.result()
    met.rates.append(len(errands) / watch.seconds)


def _client(port: int, waiting: queue.SimpleQueue[Errand], met: Sending) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while True:
        try:
            errand = waiting.get_nowait()
        except queue.Empty:
            connection.close()
            return
        with timed() as watch:
            status = _post(connection, errand)
        met.latencies.append(watch.seconds * MS)
        met.answers[status] += 1
        if status == 201:
            met.acknowledged.add(errand.instance_id)


def _post(connection: http.client.HTTPConnection, errand: Errand) -> int:
    headers = {
        "Authorization": f"Bearer {errand.token}",
        "Accept": "application/json",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    connection.request("POST", errand.target, body=errand.body, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _figures(house: House, met: dict[int, Sending], kind: Database) -> Iterator[Figure]:
    kept = stored(house)
    acknowledged = set().union(*(sending.acknowledged for sending in met.values()))
    if kept != acknowledged:
        raise AssertionError(f"{len(acknowledged)} acknowledged, {len(kept)} stored")
    for clients, sending in met.items():
        what = f"submissions, {clients} client{'s' if clients > 1 else ''}"
        answers = {str(status): count for status, count in sending.answers.items()}
        yield figure(
            what, sending.rates, unit="/s", better=Better.MORE, database=kind, answers=answers
        )
        yield figure(f"{what}: wait", sending.latencies, unit="ms", database=kind)
    yield figure(
        "submissions acknowledged = stored", [len(kept)], unit="", better=Better.MORE,
        database=kind, acknowledged=len(acknowledged), stored=len(kept),
    )  # fmt: skip


def stored(house: House) -> set[str]:
    """Name the submissions that were checked and have every file they came with."""
    with house.sessions() as session:
        kept = session.scalars(
            select(Submission.instance_id)
            .join(Submission.files)
            .where(Submission.state != SubmissionState.INCOMPLETE)
            .group_by(Submission.id, Submission.instance_id)
            .having(func.count() > 0)
        )
        return set(kept)
