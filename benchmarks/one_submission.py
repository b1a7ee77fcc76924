"""One submission, taken in without a network: how many statements, how much of a core."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.bench import Bench
from benchmarks.counting import counted
from benchmarks.databases import Database
from benchmarks.errands import BOUNDARY, Errand, plan_errands
from benchmarks.figures import MS, Figure, figure
from webapp import create_app
from webapp.access.setting_up import settle_memory

WARM_UP, A_KIND = 8, 24
# A submission that names no visit is only kept and checked.
STORED = "/openrosa/submission"


def measure_one(bench: Bench) -> Iterator[Figure]:
    """Statements and milliseconds of a core for one that is only stored, and for a real visit."""
    for kind in Database:
        with bench.databases.deployment(kind) as settings:
            app = create_app(settings)
            house = app.extensions["palier"]
            bench.tell(f"planning {WARM_UP + 2 * A_KIND} visits on {kind}")
            errands = plan_errands(house, WARM_UP + 2 * A_KIND, now=datetime.now(UTC))
            settle_memory()
            for errand in errands[:WARM_UP]:
                _send(app.test_client(), errand)
            visits, stored = errands[WARM_UP : WARM_UP + A_KIND], errands[WARM_UP + A_KIND :]
            yield from _measured(app, "one that is only stored", stored, kind, target=STORED)
            yield from _measured(app, "a visit with what follows", visits, kind)
            house.engine.dispose()


def _measured(
    app: Flask, what: str, errands: Sequence[Errand], kind: Database, target: str = ""
) -> Iterator[Figure]:
    client, statements, computed = app.test_client(), [], []
    for errand in errands:
        with counted(app.extensions["palier"].engine) as said:
            start = time.thread_time()
            _send(client, errand, target)
            computed.append((time.thread_time() - start) * MS)
        statements.append(float(len(said)))
    yield figure(f"statements, {what}", statements, unit="", database=kind)
    yield figure(f"core, {what}", computed, unit="ms", database=kind)


def _send(client: FlaskClient, errand: Errand, target: str = "") -> None:
    answer = client.post(
        target or errand.target,
        data=errand.body,
        headers={"Authorization": f"Bearer {errand.token}", "Accept": "application/json"},
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
    )
    if answer.status_code != 201:
        raise AssertionError(f"refused: {answer.status_code} {answer.text}")
