"""A backup taken while people work holds all that was acknowledged, and opens elsewhere."""

import json
import re
import sqlite3
import tarfile
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine, delete, select, text
from sqlalchemy.orm import Session, sessionmaker

from tests.conftest import SECRETS
from tests.factories import (
    NOW,
    PASSWORD,
    QUICK_HASH,
    make_case,
    make_person,
    make_user,
    make_viewer,
)
from tests.factories import make_visit as plan_visit
from tests.submissions import FALLS, fill, home_visit
from visits.accounts.passkeys import add_passkey, use_challenge
from visits.forms.published import publish_form
from visits.ground.db import connect, keyring
from visits.ground.file_store import HELD, FileStore
from visits.ground.holding import held
from visits.ground.migration import is_current, migrate, revert
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Passkey, Role
from visits.models.keys import KeyCanary
from visits.models.people import AccessEvent, AccessKind, Person
from visits.models.visits import Submission, SubmissionFile
from visits.retention.orphans import remove_orphans
from visits.sight import Reach, Viewer
from visits.sight.access_log import log_access
from webapp import create_app
from webapp.commands.cli import main
from webapp.frame.settings import read_settings

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

SECRET = "the secret of this deployment"
WORDS = "quatre mots sans aucun rapport"
PHONE = "+33639981234"
VISITS, WRITERS, BEFORE = 60, 3, 6
EMAIL = "ana@palier.example"
Environ = dict[str, str]


@pytest.fixture(autouse=True)
def _keys_of_tests(engine: Engine) -> Iterator[None]:
    keyring.load((SECRET,))
    yield
    keyring.load(SECRETS)


@pytest.fixture
def deployment(tmp_path: Path, engine: Engine, database_url: str) -> Environ:
    """A deployment with a form and an account, and the environment it runs in."""
    data = tmp_path / "data"
    data.mkdir()
    kept = {"session": "s" * 48, "columns": SECRET}
    (data / "secrets.json").write_text(json.dumps(kept))
    with Session(engine).begin().session as session:
        session.execute(delete(KeyCanary))
        session.add(KeyCanary(word="canary"))
        publish_form(session, home_visit(), by=None, now=NOW)
        make_user(session, role=Role.COORDINATOR, email=EMAIL, password_hash=QUICK_HASH)
        user = make_user(session)
        add_passkey(
            session, user, "Key", credential_id=b"1", public_key=b"2", sign_count=9, now=NOW
        )
        assert use_challenge(session, "asked", kept=timedelta(minutes=5), now=NOW)
        session.commit()
    return {"PALIER_DATA": str(data), "PALIER_DATABASE_URL": database_url}


@pytest.fixture
def elsewhere(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> Iterator[Environ]:
    """An empty data folder and an empty database."""
    environ = {"PALIER_DATA": str(tmp_path / "new")}
    if database == "sqlite":
        yield environ | {"PALIER_DATABASE_URL": ""}
        return
    url = request.getfixturevalue("postgres_url")
    name = f"restored_{uuid.uuid4().hex[:8]}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield environ | {"PALIER_DATABASE_URL": re.sub(r"/postgres(?=\?|$)", f"/{name}", url)}
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def _run(environ: Environ, *arguments: object, expect: int = 0) -> Result:
    done = CliRunner(env=environ).invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == expect, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def _store(environ: Environ) -> FileStore:
    return FileStore(Path(environ["PALIER_DATA"]) / "files")


def _visits(factory: sessionmaker[Session], count: int) -> tuple[Viewer, SimpleQueue[uuid.UUID]]:
    waiting: SimpleQueue[uuid.UUID] = SimpleQueue()
    with factory.begin() as session:
        visitor = make_user(session, role=Role.VISITOR)
        for _ in range(count):
            case = make_case(session, by=visitor)
            case.person.phone = PHONE
            waiting.put(plan_visit(session, case=case, visitor=visitor).id)
        return make_viewer(visitor, Reach.OWN), waiting


def _send(
    factory: sessionmaker[Session], store: FileStore, viewer: Viewer, visit: uuid.UUID, xml: bytes
) -> tuple[str, bytes]:
    number, photo = f"uuid:{uuid.uuid4()}", uuid.uuid4().bytes * 2000
    xml = re.sub(rb"<instanceID>[^<]*<", f"<instanceID>{number}<".encode(), xml)
    with factory.begin() as session:
        record_submission(
            session, store, xml=xml, files=[SentFile("a.png", "image/png", photo)],
            viewer=viewer, now=NOW, visit_id=visit,
        )  # fmt: skip
    return number, photo


def _one_sent(environ: Environ, factory: sessionmaker[Session]) -> bytes:
    viewer, waiting = _visits(factory, 1)
    return _send(factory, _store(environ), viewer, waiting.get(), fill(FALLS))[1]


def _contents(environ: Environ, url: str) -> dict[str, bytes]:
    """Give the photo of each submission of a deployment."""
    engine, store = connect(url, secrets=(SECRET,)), _store(environ)
    with Session(engine) as session:
        found = session.execute(
            select(Submission.instance_id, SubmissionFile.sha256).join(SubmissionFile)
        ).all()
        assert {person.phone for person in session.scalars(select(Person))} == {PHONE}
    engine.dispose()
    return {number: store.get(sha256) for number, sha256 in found}


def _url(environ: Environ) -> str:
    return environ["PALIER_DATABASE_URL"] or f"sqlite:///{environ['PALIER_DATA']}/palier.db"


def _bad(environ: Environ, *options: str) -> set[str]:
    """Tell what `palier doctor` finds fault with, but for what `palier init` would bring."""
    done = CliRunner(env=environ).invoke(main, ["doctor", *options])
    found = set(re.findall(r"^BAD\s+([a-z ]+):", done.output, re.M))
    return found - {"programmes", "office files", "tablet", "disk"}


def _looks_empty(environ: Environ) -> bool:
    data = Path(environ["PALIER_DATA"])
    if [place.name for place in data.iterdir()]:
        return False
    if not environ["PALIER_DATABASE_URL"]:
        return True
    engine = create_engine(environ["PALIER_DATABASE_URL"])
    with engine.connect() as connection:
        tables = connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname='public'"))
    engine.dispose()
    return tables == 0


def test_what_was_acknowledged_before_a_backup_is_in_what_it_restores(
    deployment: Environ,
    elsewhere: Environ,
    session_factory: sessionmaker[Session],
    tmp_path: Path,
) -> None:
    viewer, waiting = _visits(session_factory, VISITS)
    store, xml, file = _store(deployment), fill(FALLS), tmp_path / "all.palier"
    acknowledged: dict[str, bytes] = {}
    some, enough = threading.Event(), threading.Event()

    def write() -> None:
        while not enough.is_set():
            try:
                visit = waiting.get_nowait()
            except Empty:
                return
            number, photo = _send(session_factory, store, viewer, visit, xml)
            acknowledged[number] = photo
            if len(acknowledged) >= BEFORE:
                some.set()

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    assert some.wait(60)
    before = dict(acknowledged)
    _run(deployment, "backup", file, "--passphrase", WORDS)
    enough.set()
    for writer in writers:
        writer.join()
    assert len(acknowledged) > len(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [place.name for place in tmp_path.iterdir() if place.name.startswith(".palier")] == []

    _run(elsewhere, "restore", file, "--passphrase", WORDS)
    restored = _contents(elsewhere, _url(elsewhere))
    assert before.items() <= restored.items() <= acknowledged.items()
    assert _bad(elsewhere, "--all") == set()
    _signs_in(elsewhere)
    _keeps_passkeys(elsewhere)
    _goes_on_counting(elsewhere)


def _signs_in(environ: Environ) -> None:
    app = create_app(read_settings(environ | {"PALIER_SECOND_FACTOR": "none"}))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert client.get("/").status_code == 200
    app.extensions["palier"].engine.dispose()


def _keeps_passkeys(environ: Environ) -> None:
    engine = connect(_url(environ), secrets=(SECRET,))
    with Session(engine) as session:
        key = session.scalars(select(Passkey)).one()
        assert (key.credential_id, key.public_key, key.sign_count) == (b"1", b"2", 9)
        assert not use_challenge(session, "asked", kept=timedelta(minutes=5), now=NOW)
    engine.dispose()


def _goes_on_counting(environ: Environ) -> None:
    """Numbers that the database gives go on where they were: the access log takes a line."""
    engine = connect(_url(environ), secrets=(SECRET,))
    with Session(engine) as session:
        session.add(KeyCanary(word="another"))
        session.flush()
    engine.dispose()


def test_a_flipped_byte_anywhere_in_a_backup_is_refused(
    deployment: Environ,
    elsewhere: Environ,
    session_factory: sessionmaker[Session],
    tmp_path: Path,
) -> None:
    _one_sent(deployment, session_factory)
    file = tmp_path / "all.palier"
    _run(deployment, "backup", file, "--passphrase", WORDS)
    whole = file.read_bytes()
    with tarfile.open(file) as tar:
        entries = [entry for entry in tar if entry.size]
    kinds = {entry.name.split("/")[0].split("-")[0] for entry in entries}
    assert kinds == {"secrets", "database", "files", "manifest"}
    chosen = [next(e for e in entries if e.name.startswith(kind)) for kind in sorted(kinds)]
    for entry in chosen:
        for place in (entry.offset, entry.offset_data + entry.size // 2):
            flipped = bytearray(whole)
            flipped[place] ^= 1
            file.write_bytes(flipped)
            said = _run(elsewhere, "restore", file, "--passphrase", WORDS, expect=1).output
            assert "cannot be used" in said
            assert _looks_empty(elsewhere)
    for length in (0, 700, len(whole) // 2, chosen[2].offset):
        file.write_bytes(whole[:length])
        _run(elsewhere, "restore", file, "--passphrase", WORDS, expect=1)
        assert _looks_empty(elsewhere)
    file.write_bytes(whole)
    wrong = _run(elsewhere, "restore", file, "--passphrase", "un autre mot de passe", expect=1)
    assert "passphrase is not right" in wrong.output
    assert _looks_empty(elsewhere)
    _run(elsewhere, "restore", file, "--passphrase", WORDS)


def test_secrets_left_out_are_said_and_needed(
    deployment: Environ,
    elsewhere: Environ,
    session_factory: sessionmaker[Session],
    tmp_path: Path,
) -> None:
    photo = _one_sent(deployment, session_factory)
    file = tmp_path / "all.palier"
    assert "WITHOUT the secrets" in _run(deployment, "backup", file, "--without-secrets").output
    assert SECRET.encode() not in file.read_bytes()
    assert "without the secrets" in _run(elsewhere, "restore", file, expect=1).output
    wrong = elsewhere | {"PALIER_SECRETS": "x" * 20, "PALIER_SESSION_SECRET": "y" * 20}
    assert "do not open" in _run(wrong, "restore", file, expect=1).output
    assert _looks_empty(elsewhere)
    right = wrong | {"PALIER_SECRETS": f"a newer secret than that,{SECRET}"}
    _run(right, "restore", file)
    assert list(_contents(elsewhere, _url(elsewhere)).values()) == [photo]
    assert not (Path(elsewhere["PALIER_DATA"]) / "secrets.json").exists()
    assert "secrets" in _bad(right)  # the newest seals nothing yet
    assert "rotate" in _run(right, "doctor", expect=1).output


def test_nothing_is_overwritten(deployment: Environ, elsewhere: Environ, tmp_path: Path) -> None:
    file = tmp_path / "all.palier"
    file.write_bytes(b"of yesterday")
    assert (
        "nothing is overwritten"
        in _run(deployment, "backup", file, "--passphrase", WORDS, expect=1).output
    )
    assert file.read_bytes() == b"of yesterday"
    file.unlink()
    _run(deployment, "backup", file, "--passphrase", WORDS)
    (Path(deployment["PALIER_DATA"]) / "files").mkdir()
    said = _run(deployment, "restore", file, "--passphrase", WORDS, expect=1).output
    assert "an empty one" in said
    (data := Path(elsewhere["PALIER_DATA"])).mkdir()
    beside = elsewhere | {"PALIER_DATABASE_URL": deployment["PALIER_DATABASE_URL"]}
    said = _run(beside, "restore", file, "--passphrase", WORDS, expect=1).output
    assert "an empty database" in said
    (data / "files").mkdir()
    assert (
        "is not empty" in _run(elsewhere, "restore", file, "--passphrase", WORDS, expect=1).output
    )
    assert [place.name for place in data.iterdir()] == ["files"]


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    deployment: Environ, elsewhere: Environ, engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "all.palier"
    revert(engine, to="-1")
    try:
        assert "unfinished" in _run(deployment, "doctor", expect=1).output
        _run(deployment, "backup", file, "--passphrase", WORDS)
    finally:
        migrate(engine)
    _run(elsewhere, "restore", file, "--passphrase", WORDS)
    restored = connect(_url(elsewhere), secrets=(SECRET,))
    assert is_current(restored)
    restored.dispose()
    _signs_in(elsewhere)


def test_while_a_backup_copies_files_nobody_removes_any(
    engine: Engine, tmp_path: Path, session_factory: sessionmaker[Session]
) -> None:
    store = FileStore(tmp_path / "files")
    with session_factory.begin() as session:
        digest = store.put(session, b"nobody's")
    later = NOW.replace(year=NOW.year + 50)
    with held(engine, HELD), session_factory() as session:
        assert remove_orphans(session, store, now=later) == {"touched": 0}
        assert store.holds(digest)
    with session_factory() as session:
        assert remove_orphans(session, store, now=later)["orphans"] == 1


def test_the_doctor_tells_lost_files_damaged_files_and_a_backup_long_ago(
    deployment: Environ, session_factory: sessionmaker[Session], tmp_path: Path
) -> None:
    photo = _one_sent(deployment, session_factory)
    assert _bad(deployment) == {"backup"}  # its form is of a day long ago, and no backup since
    _run(deployment, "backup", tmp_path / "all.palier", "--passphrase", WORDS)
    assert _bad(deployment) == set()
    assert _bad(deployment, "--backup-days", "-1") == {"backup"}
    (place,) = Path(deployment["PALIER_DATA"]).glob("files/??/*")
    sealed = place.read_bytes()
    assert photo not in sealed
    place.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert _bad(deployment, "--all") == _bad(deployment) == {"files"}
    place.unlink()
    assert "missing" in _run(deployment, "doctor", expect=1).output
    assert (
        "1 files that the database names are gone"
        in _run(
            deployment, "backup", tmp_path / "poor.palier", "--passphrase", WORDS, expect=1
        ).output
    )


def test_the_doctor_tells_a_log_with_a_line_taken_out_and_a_clock_that_was_put_back(
    deployment: Environ, session_factory: sessionmaker[Session]
) -> None:
    for _ in range(3):
        _somebody_looks(session_factory, NOW)
    assert not {"access log", "clock"} & _bad(deployment)
    with session_factory.begin() as session:
        second = select(AccessEvent).order_by(AccessEvent.id).offset(1).limit(1)
        session.delete(session.scalars(second).one())
    assert _bad(deployment) >= {"access log"}
    _somebody_looks(session_factory, datetime.now(UTC) + timedelta(hours=3))
    assert _bad(deployment) >= {"clock"}


def _somebody_looks(factory: sessionmaker[Session], at: datetime) -> None:
    with factory.begin() as session:
        user, person = make_user(session), make_person(session)
        log_access(
            session, user_id=user.id, persons=[person.id], kind=AccessKind.READ, what="calls",
            now=at,
        )  # fmt: skip


def test_a_backup_holds_no_other_copy_of_a_secret(
    deployment: Environ, tmp_path: Path, database: str
) -> None:
    file = tmp_path / "all.palier"
    _run(deployment, "backup", file, "--passphrase", WORDS)
    assert SECRET.encode() not in file.read_bytes()
    assert (
        "at least 12"
        in _run(deployment, "backup", tmp_path / "b", "--passphrase", "court", expect=1).output
    )
    with tarfile.open(file) as tar:
        names = tar.getnames()
    if database == "sqlite":
        with tarfile.open(file) as tar:
            inside = tar.extractfile("database/palier.db")
            assert inside is not None
            (tmp_path / "taken-out.db").write_bytes(inside.read())
        opened = sqlite3.connect(tmp_path / "taken-out.db")
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        opened.close()
    assert any(name.startswith("database/") for name in names)
