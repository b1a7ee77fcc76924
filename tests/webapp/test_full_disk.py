"""A disk that is full or lets nobody write: said, nothing half-kept, and work goes on after."""

import io
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from tests.factories import make_case, make_user, make_visit
from tests.submissions import fill, home_visit
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.ground.disk import Room
from visits.ground.file_store import FileStore
from visits.ground.folder import INCOMING
from visits.models.accounts import Role
from visits.models.visits import Submission, SubmissionFile
from webapp.commands.jobs import make_room
from webapp.frame.settings import Settings
from webapp.frame.transaction import House

pytestmark = pytest.mark.both_databases

SIZE, SPARE, PHOTO = "12m", 2_000_000, 400_000
NO_MOUNT = (
    "NOT TRIED: a really full disk. This test fills a small disk in memory, and this account may "
    "not mount one: run it as root, or under `unshare --user --map-root-user --mount`."
)
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk that is soon full."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "palier-test", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        if teller := request.config.pluginmanager.getplugin("terminalreporter"):
            teller.write_line(f"\n{NO_MOUNT}")
        pytest.skip(NO_MOUNT)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def database_url(small_disk: Path, database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Put SQLite on the small disk too: PostgreSQL's has its own."""
    if database == "sqlite":
        place = small_disk / "palier.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), place)
        yield f"sqlite:///{place}"
        return
    yield request.getfixturevalue("empty_postgres")


@pytest.fixture
def settings(settings: Settings, small_disk: Path) -> Settings:
    return replace(settings, data=small_disk)


@dataclass(frozen=True)
class Tablet:
    """A tablet that sends photo after photo of one visit."""

    app: Flask
    client: FlaskClient
    headers: dict[str, str]
    visit: uuid.UUID
    xml: bytes

    def send(self, *, photo: bytes | None = None, xml: bytes | None = None) -> TestResponse:
        data = {"xml_submission_file": (io.BytesIO(xml or self.xml), "submission.xml")}
        if photo is not None:
            data["*isIncomplete*"] = "yes"  # type: ignore[assignment]
            data["photo"] = (io.BytesIO(photo), f"{uuid.uuid4()}.jpg")
        return self.client.post(
            f"/openrosa/submission?visit={self.visit}", data=data, headers=self.headers
        )

    @property
    def house(self) -> House:
        house: House = self.app.extensions["palier"]
        return house


@pytest.fixture
def tablet(app: Flask, client: FlaskClient) -> Tablet:
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        publish_form(session, home_visit(), by=None, now=house.clock())
        visitor = make_user(session, role=Role.VISITOR)
        _, token = add_device(session, visitor, name="iPad", now=house.clock())
        case = make_case(session, by=visitor)
        visit = make_visit(session, case=case, visitor=visitor)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return Tablet(app, client, headers, visit.id, fill())


def _fill_up(disk: Path) -> Path:
    """Leave not a byte."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return ballast


def _refused_for_room(answer: TestResponse) -> None:
    assert answer.status_code == 507, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "no_room"
    assert "disque" in answer.json["title"] or "disk" in answer.json["title"]


def _kept(tablet: Tablet) -> tuple[int, set[str]]:
    with tablet.house.sessions() as session:
        count = session.scalar(select(func.count()).select_from(Submission)) or 0
        return count, set(session.scalars(select(SubmissionFile.sha256)))


def _on_disk(store: FileStore) -> set[str]:
    assert list(store.shelf.place.glob(f"{INCOMING}/*")) == []
    return set(store.digests())


def test_a_full_disk_is_said_and_leaves_nothing_half_kept(
    tablet: Tablet, small_disk: Path, client_as: SignIn, database: str
) -> None:
    reader = client_as(Role.COORDINATOR)
    (small_disk / "ballast").write_bytes(b"x" * SPARE)
    for _ in range(60):
        answer = tablet.send(photo=(photo := os.urandom(PHOTO)))
        if answer.status_code != 202:
            break
    _refused_for_room(answer)
    count, owned = _kept(tablet)
    assert count == 1
    # Of a commit that found no room its photo may stay, for the same one that is sent again.
    left = _on_disk(tablet.house.store) - owned
    assert left <= {sha256(photo).hexdigest()}
    assert all(len(tablet.house.store.get(digest)) == PHOTO for digest in owned)

    ballast = _fill_up(small_disk)
    health = tablet.client.get("/readyz")
    assert (health.status_code, health.json) == (503, {"status": "no_room"})
    assert reader.get("/forms/").status_code == 200
    # A page that shows persons says who looks; where the log stands there, there is no room for it.
    assert reader.get("/").status_code == (507 if database == "sqlite" else 200)
    _refused_for_room(tablet.send(photo=b"small"))
    assert _kept(tablet) == (count, owned)
    assert _on_disk(tablet.house.store) == owned | left

    ballast.unlink()
    assert tablet.client.get("/readyz").json == {"status": "ok"}
    assert tablet.send(photo=b"small").status_code == 202
    if left:
        assert tablet.send(photo=photo).status_code == 202
    assert tablet.send().json["state"] != "incomplete"
    assert _on_disk(tablet.house.store) == _kept(tablet)[1]


def test_a_full_database_is_said_to_tablets_and_to_people(
    tablet: Tablet, small_disk: Path, database: str
) -> None:
    if database != "sqlite":
        return  # PostgreSQL's disk is its own: tests/webapp/test_errors.py has its words
    ballast = _fill_up(small_disk)
    others = 0
    while (answer := tablet.send(xml=fill())).status_code == 201:  # the log has a little room yet
        others += 1
        assert others < 50
    _refused_for_room(answer)
    assert _kept(tablet) == (others, set())
    page = tablet.client.post(
        "/sign-in",
        data={"email": "a@b.example", "password": "x" * 12},
        headers={"Accept": "text/html", "Accept-Language": "fr"},
    )
    assert page.status_code == 507
    assert "Le disque du serveur est plein" in page.text
    ballast.unlink()
    assert tablet.send(xml=fill()).status_code == 201


def test_room_is_made_by_what_nobody_owns(tablet: Tablet, small_disk: Path) -> None:
    house = tablet.house
    with house.sessions.begin() as session:
        orphan = house.store.put(session, os.urandom(PHOTO))
    long_ago = (house.clock() - timedelta(hours=2)).timestamp()
    os.utime(house.store.shelf.place / orphan[:2] / orphan, (long_ago, long_ago))
    _fill_up(small_disk)
    _refused_for_room(tablet.send(photo=b"small"))
    assert make_room(house)
    assert not house.store.holds(orphan)
    assert tablet.send(photo=b"small").status_code == 202


def test_a_disk_that_lets_nobody_write_is_said(
    tablet: Tablet, small_disk: Path, engine: Engine, database: str
) -> None:
    assert tablet.send(photo=b"small").status_code == 202
    before = _kept(tablet)
    engine.dispose()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    health = tablet.client.get("/readyz")
    assert (health.status_code, health.json) == (503, {"status": "read_only"})
    answer = tablet.send(photo=b"another")
    assert (answer.status_code, answer.json["code"]) == (503, "read_only")
    engine.dispose()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert _kept(tablet) == before
    assert tablet.send(photo=b"another").status_code == 202


@pytest.mark.parametrize(
    ("free", "total", "soon"),
    [(2, 10, False), (1.1, 10, False), (0.99, 5, True), (9, 100, True), (11, 100, False)],
)
def test_a_disk_is_soon_full_below_a_tenth_or_a_gigabyte(
    free: float, total: float, soon: bool
) -> None:
    assert Room(int(free * 1024**3), int(total * 1024**3)).soon_full is soon
