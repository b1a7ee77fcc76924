"""A deployment whose files stand in a bucket: how it starts, serves, and is backed up."""

import io
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.conftest import SECRETS
from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.object_store import ObjectStore
from tests.submissions import GAS, fill
from tests.webapp.tablets import Tablet, hand_out_tablet
from visits.ground import bucket as bucket_module
from visits.ground.bucket import At, Bucket
from visits.ground.db import keyring
from visits.ground.file_store import FileStore
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import JobState, Role
from visits.models.visits import Submission
from visits.sight import Reach
from webapp.commands.cli import main
from webapp.commands.jobs import JOBS, run_unless_away
from webapp.frame.file_places import read_places
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.settings import read_settings
from webapp.frame.transaction import House, open_house

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

Environ = dict[str, str]
WORDS = "correct cheval batterie"
NOTHING_SWEPT = {"touched": 0, "orphans": 0, "orphan_bytes": 0, "unfinished": 0}
PHOTO = b"\xff\xd8 somebody's bathroom " * 900
S3 = {
    "PALIER_S3_ENDPOINT": "https://s3.example.org",
    "PALIER_S3_KEY": "a key",
    "PALIER_S3_SECRET": "its secret",
}


@pytest.fixture(autouse=True)
def _keys_of_tests(engine: Engine) -> Iterator[None]:
    yield
    keyring.load(SECRETS)


def _run(environ: Environ, *arguments: object, expect: int = 0) -> str:
    done = CliRunner(env=environ).invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == expect, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"PALIER_FILES": "gs://palier"}, "gs://palier is neither a folder nor a bucket"),
        ({"PALIER_FILES": "s3://"}, "s3:// is neither"),
        ({"PALIER_FILES": "s3://Not A Bucket"}, "is neither"),
        ({"PALIER_FILES": "s3://palier"}, "PALIER_S3_ENDPOINT, PALIER_S3_KEY, PALIER_S3_SECRET"),
        (S3 | {"PALIER_FILES": "s3://palier", "PALIER_S3_SECRET": ""}, "PALIER_S3_SECRET must"),
        (
            S3 | {"PALIER_FILES": "s3://palier", "PALIER_S3_ENDPOINT": "s3.example.org"},
            "s3.example.org is none",
        ),
        ({"PALIER_FILES": "files,./files"}, "the same place twice"),
        (S3 | {"PALIER_FILES": "s3://palier/a,s3://palier/a/"}, "the same place twice"),
    ],
)
def test_a_place_that_is_none_is_told_at_the_start(
    given: Environ, said: str, tmp_path: Path
) -> None:
    with pytest.raises(CannotStart) as refused:
        read_places(given, tmp_path)
    assert said in str(refused.value)
    assert S3["PALIER_S3_SECRET"] not in str(refused.value)


@pytest.mark.one_database
def test_files_stand_where_one_setting_says(tmp_path: Path) -> None:
    assert read_places({}, tmp_path) == (tmp_path / "files",)
    assert read_places({"PALIER_FILES": "/mnt/photos"}, tmp_path) == (Path("/mnt/photos"),)
    (bucket,) = read_places(S3 | {"PALIER_FILES": "s3://palier/of/us/"}, tmp_path)
    assert isinstance(bucket, At)
    assert (bucket.bucket, bucket.prefix, bucket.region) == ("palier", "of/us", "us-east-1")
    assert S3["PALIER_S3_SECRET"] not in repr(bucket)


@pytest.fixture
def deployment(bucket: At, object_store: ObjectStore, initialised: Path, tmp_path: Path) -> Environ:
    """A deployment on SQLite whose files stand in a bucket."""
    data = shutil.copytree(initialised, tmp_path / "data")
    environ = {"PALIER_DATA": str(data), **object_store.environ(bucket.bucket)}
    _run(environ, "init")
    return environ


def _send(environ: Environ) -> str:
    """Send a visit with a photo, as its tablet would; gives the photo's SHA-256."""
    house = open_house(read_settings(environ))
    with house.sessions.begin() as session:
        visitor = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
        record_submission(
            session, house.store, xml=fill(GAS), files=[SentFile("a.jpg", "image/jpeg", PHOTO)],
            viewer=make_viewer(visitor, Reach.OWN), now=NOW, visit_id=visit.id,
        )  # fmt: skip
        digest = visit.submissions[0].files[0].sha256
    house.engine.dispose()
    return digest


@pytest.mark.one_database
def test_a_backup_takes_what_stands_in_a_bucket_along(
    deployment: Environ, bucket: At, tmp_path: Path
) -> None:
    digest = _send(deployment)
    assert "ok   files: 1 named and there, 1 read" in _run(deployment, "doctor")
    file, elsewhere = tmp_path / "all.tar", {"PALIER_DATA": str(tmp_path / "new")}
    assert "1 files" in _run(deployment, "backup", file, "--passphrase", WORDS)
    said = _run(deployment | elsewhere, "restore", file, "--passphrase", WORDS)
    assert "run `palier files move`" in said
    assert FileStore(tmp_path / "new" / "files").get(digest) == PHOTO
    Bucket(bucket).remove([digest])
    assert f"1 missing, such as {digest}" in _run(deployment, "doctor", expect=1)


@pytest.mark.one_database
def test_a_store_that_refuses_stops_the_start_and_one_that_is_away_does_not(
    deployment: Environ, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = deployment | {"PALIER_S3_SECRET": "of somebody else"}
    for given in (wrong, deployment | {"PALIER_FILES": "s3://there-is-none-of-this-name"}):
        said = _run(given, "doctor", expect=1)
        assert "Where files stand refuses" in said and "Le stockage des fichiers refuse" in said
        assert "of somebody else" not in said
    for name in ("ANSWER_S", "TRIES_S", "TRIES"):
        monkeypatch.setattr(bucket_module, name, 1)
    object_store.tell("proxy", signal.SIGSTOP)
    try:
        assert "BAD  files: not to be reached" in _run(deployment, "doctor", expect=1)
        assert "does not answer" in _run(deployment, "files", expect=1)
    finally:
        object_store.tell("proxy", signal.SIGCONT)


def test_a_job_that_needs_files_stays_due_while_they_are_away(
    app: Flask, bucket: At, away: ObjectStore, caplog: pytest.LogCaptureFixture
) -> None:
    house: House = app.extensions["palier"]
    house = replace(house, store=FileStore(Bucket(bucket)))
    away.kill("account", "container")
    (sweep,) = (job for job in JOBS if job.name == "remove_orphans")
    try:
        run_unless_away(house, sweep)
        assert "files away" in caplog.messages and "Traceback" not in caplog.text
    finally:
        away.begin("account", "container", "object")
    run_unless_away(house, sweep)
    with house.sessions() as session:
        result = session.scalar(select(JobState.result).where(JobState.name == sweep.name))
    assert result == NOTHING_SWEPT


@pytest.fixture
def away(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """A store without a disk: it answers 503 until its test, or this, gives it one."""
    monkeypatch.setattr(bucket_module, "TRIES", 1)
    monkeypatch.setattr(bucket_module, "REST_S", 0)
    object_store.kill("object")
    yield object_store
    if "object" not in object_store.running():
        object_store.begin("object")


def _told(tablet: Tablet, photo: bytes = PHOTO) -> TestResponse:
    sent: dict[str, Any] = {
        "xml_submission_file": (io.BytesIO(fill(instance_id="uuid:1")), "a.xml"),
        "a.jpg": (io.BytesIO(photo), "a.jpg", "image/jpeg"),
    }
    return tablet.app.test_client().post(
        f"/openrosa/submission?visit={tablet.visit.id}",
        data=sent,
        headers=tablet.headers | {"Accept": "application/json"},
    )


def _kept(house: House) -> list[Submission]:
    with Session(house.engine) as session:
        return list(session.query(Submission))


def test_a_store_that_answers_503_is_said_with_when_to_come_again_and_nothing_is_lost(
    app: Flask, bucket: At, away: ObjectStore
) -> None:
    house: House = app.extensions["palier"]
    app.extensions["palier"] = replace(house, store=FileStore(Bucket(bucket)))
    tablet = hand_out_tablet(app)
    answer = _told(tablet)
    assert (answer.status_code, answer.json["code"]) == (503, "files_away")
    assert int(answer.headers["Retry-After"]) > 0
    assert _kept(house) == []
    day = tablet.app.test_client().get("/api/tablet/day", headers=tablet.headers)
    assert day.status_code == 200  # what needs no file goes on
    assert app.test_client().get("/readyz").status_code == 200

    away.begin("object")
    answer = _told(tablet)
    assert answer.status_code == 201
    digests = {one["name"]: one["sha256"] for one in answer.json["files"]}
    assert FileStore(Bucket(bucket)).get(digests["a.jpg"]) == PHOTO
    assert _told(tablet).json == answer.json
    assert len(_kept(house)) == 1
