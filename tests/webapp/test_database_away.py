"""A database that is taken away: every door says so and when to come again, and goes on after."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, text
from werkzeug.test import TestResponse

from tests.submissions import fill
from tests.webapp.tablets import Tablet, hand_out_tablet
from visits.ground.db import connect, empty_log, sessions
from visits.models.accounts import Role
from webapp.commands.jobs import LARGE_LOG, Job, empty_log_when_quiet, run_unless_away
from webapp.frame.transaction import House

pytestmark = pytest.mark.both_databases

SignIn = Callable[..., FlaskClient]
PORT = 5432


@dataclass
class Away:
    """A database that can be taken away and put back."""

    go: Callable[[], None]
    come_back: Callable[[], None]


class Line:
    """What stands between the server and its PostgreSQL; it can be cut."""

    def __init__(self, to: Path, at: Path) -> None:
        self._to, self._at = str(to / f".s.PGSQL.{PORT}"), str(at / f".s.PGSQL.{PORT}")
        self._open: list[socket.socket] = []
        self.mend()

    def mend(self) -> None:
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(self._at)
        self._door.listen()
        threading.Thread(target=self._serve, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        Path(self._at).unlink()
        for one in (self._door, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _serve(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, there = door.accept()[0], socket.socket(socket.AF_UNIX)
                there.connect(self._to)
                self._open += [here, there]
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=_carry, args=pair, daemon=True).start()


def _carry(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while data := here.recv(65536):
            there.sendall(data)
    with suppress(OSError):
        there.shutdown(socket.SHUT_WR)


@pytest.fixture
def away(app: Flask, database: str, tmp_path: Path) -> Iterator[Away]:
    """Give the application a database of which it can lose sight."""
    house: House = app.extensions["palier"]
    if database == "sqlite":
        yield from _a_disk(house)
        return
    url = make_url(house.settings.database_url)
    with TemporaryDirectory(prefix="palier-") as folder:
        line = Line(Path(str(url.query["host"])), Path(folder))
        through = url.update_query_dict({"host": folder}).render_as_string(hide_password=False)
        engine = connect(through, secrets=house.settings.secrets)
        app.extensions["palier"] = replace(house, engine=engine, sessions=sessions(engine))
        yield Away(line.cut, line.mend)
        engine.dispose()
        line.cut()


def _a_disk(house: House) -> Iterator[Away]:
    """Take the file away as a disk that is unmounted does."""
    place = Path(str(house.engine.url.database))
    gone = place.with_name("unmounted.db")

    def go() -> None:
        house.engine.dispose()
        place.rename(gone)

    yield Away(go, lambda: gone.rename(place) and None)


@pytest.fixture
def tablet(away: Away, app: Flask) -> Tablet:
    return hand_out_tablet(app)


def _send(tablet: Tablet) -> TestResponse:
    return tablet.app.test_client().post(
        f"/openrosa/submission?visit={tablet.visit.id}",
        data={"xml_submission_file": (io.BytesIO(fill(instance_id="uuid:1")), "a.xml")},
        headers=tablet.headers | {"Accept": "application/json"},
    )


def _said(answer: TestResponse) -> tuple[int, str, bool]:
    return answer.status_code, answer.json["code"], int(answer.headers["Retry-After"]) > 0


def test_every_door_says_that_the_database_is_away_and_when_to_come_again(
    away: Away, tablet: Tablet, client_as: SignIn, database: str
) -> None:
    office, stranger = client_as(Role.COORDINATOR), tablet.app.test_client()
    assert office.get("/").status_code == 200
    away.go()
    for answer in (
        _send(tablet),
        tablet.app.test_client().get("/api/tablet/day", headers=tablet.headers),
        stranger.post("/api/devices", json={"email": "a@b.fr", "password": "x", "name": "T"}),
        tablet.report({}),
    ):
        assert _said(answer) == (503, "database_away", True)
    for page in (office.get("/"), office.get("/cases/"), office.post("/sign-in", data={})):
        assert page.status_code == 503
        assert int(page.headers["Retry-After"]) > 0
        assert "La base de données ne répond pas pour l’instant" in page.text
        assert "</html>" in page.text
    with stranger.get("/tablet/") as shell:
        assert shell.status_code == 200
    assert stranger.get("/healthz").json == {"status": "ok"}
    ready = stranger.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"status": "database_away"})
    assert int(ready.headers["Retry-After"]) > 0

    away.come_back()
    assert stranger.get("/readyz").json == {"status": "ok"}
    assert _send(tablet).status_code == 201
    assert office.get("/").status_code == 200


def test_a_job_stays_due_while_the_database_is_away(
    away: Away, tablet: Tablet, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []
    job = Job("count", timedelta(days=1), lambda session, now: len(done) or done.append(1) or 1)
    away.go()
    run_unless_away(tablet.house, job)
    assert "database away" in caplog.text
    assert "Traceback" not in caplog.text
    away.come_back()
    run_unless_away(tablet.house, job)
    assert done == [1]


@pytest.mark.one_database
def test_a_database_that_is_gone_is_not_made_anew(away: Away, tablet: Tablet) -> None:
    away.go()
    assert _send(tablet).status_code == 503
    assert not Path(str(tablet.house.engine.url.database)).exists()
    away.come_back()


@pytest.mark.one_database
def test_the_log_of_sqlite_is_let_go_once_nobody_needs_it(app: Flask) -> None:
    house: House = app.extensions["palier"]
    log = Path(f"{house.engine.url.database}-wal")
    with house.sessions.begin() as session:
        session.execute(text("CREATE TABLE ballast (what BLOB)"))
        session.execute(text(f"INSERT INTO ballast VALUES (zeroblob({2 * LARGE_LOG}))"))
    with house.engine.connect() as reader:
        reader.execute(text("SELECT 1"))  # holds on to what it sees
        assert not empty_log(house.engine)
    assert log.stat().st_size > LARGE_LOG
    assert empty_log_when_quiet(house)
    assert log.stat().st_size == 0
