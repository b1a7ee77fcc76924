"""Photos stand sealed on the disk, stay only with a commit, and leave nothing behind."""

import hashlib
import os
import stat
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import make_case, make_user, make_viewer, make_visit
from tests.submissions import fill, home_visit
from visits.forms.published import publish_form
from visits.ground.db import Base, Keyring, connect
from visits.ground.errors import NotFound
from visits.ground.file_store import FileStore
from visits.ground.folder import INCOMING
from visits.ground.private import private_file
from visits.ground.sealing import MARK, NAME, PIECE, SALT, TAG, Unreadable, seal, unseal
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role
from visits.retention.orphans import LISTED_IN, NAMED_IN, remove_orphans
from visits.sight import Reach

OLD, NEW = "an old secret of ours", "a new secret of ours"
PHOTO = b"\xff\xd8 somebody's bathroom " * 9000
# The hash of what a row itself holds.
NO_FILE = {
    "form_draft.sha256", "form_version.sha256", "handed_in.sha256", "import_file.sha256",
    "programme_version.sha256", "submission.sha256", "work_intervention.sha256",
}  # fmt: skip


def _keys(*secrets: str) -> Keyring:
    keys = Keyring()
    keys.load(secrets)
    return keys


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def _files(store: FileStore) -> list[Path]:
    return [place for place in store.shelf.place.rglob("*") if place.is_file()]


def _put(factory: sessionmaker[Session], store: FileStore, data: bytes = PHOTO) -> str:
    with factory.begin() as session:
        return store.put(session, data)


def _age(place: Path, days: int, now: datetime) -> None:
    moment = (now - timedelta(days=days)).timestamp()
    os.utime(place, (moment, moment))


def test_a_photo_stands_sealed_and_closed_to_others(
    session_factory: sessionmaker[Session], store: FileStore
) -> None:
    digest = _put(session_factory, store)
    (place,) = _files(store)
    assert b"bathroom" not in place.read_bytes()
    assert store.get(digest) == PHOTO
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    folders = [store.shelf.place, *(one for one in store.shelf.place.rglob("*") if one.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_any_size_comes_back_as_it_was(
    session_factory: sessionmaker[Session], store: FileStore, size: int
) -> None:
    data = os.urandom(size)
    assert store.get(_put(session_factory, store, data)) == data


def test_a_long_film_needs_no_memory(tmp_path: Path) -> None:
    def film() -> Iterator[bytes]:
        for _ in range(64):
            yield bytes(1024 * 1024)

    place, keys = tmp_path / "film", _keys(NEW)
    tracemalloc.start()
    with private_file(place) as file:
        seal(film(), file, keys)
    with place.open("rb") as file:
        length = sum(len(piece) for piece in unseal(file, keys))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length == 64 * 1024 * 1024
    assert peak < 8 * 1024 * 1024


HEAD = len(MARK) + NAME + SALT


@pytest.mark.parametrize(
    "change",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[: HEAD + PIECE + TAG],
        lambda sealed: sealed[:HEAD],
        lambda sealed: sealed[: HEAD - 4],
        lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
        lambda sealed: sealed[: HEAD - 1] + b"x" + sealed[HEAD:],
        lambda sealed: b"another photo altogether",
    ],
)
def test_a_changed_file_is_not_given(
    session_factory: sessionmaker[Session],
    store: FileStore,
    change: Callable[[bytes], bytes],
) -> None:
    digest = _put(session_factory, store)
    (place,) = _files(store)
    place.write_bytes(change(place.read_bytes()))
    with pytest.raises(NotFound, match="file_unreadable"):
        store.get(digest)


def test_a_film_that_ends_early_is_told_before_its_hash_is(tmp_path: Path) -> None:
    place, keys = tmp_path / "film", _keys(NEW)
    with private_file(place) as file:
        seal([bytes(2 * PIECE)], file, keys)
    place.write_bytes(place.read_bytes()[: HEAD + PIECE + TAG])
    with place.open("rb") as file, pytest.raises(Unreadable, match="changed"):
        list(unseal(file, keys))


def test_one_photo_is_not_given_for_another(
    session_factory: sessionmaker[Session], store: FileStore
) -> None:
    first, second = _put(session_factory, store), _put(session_factory, store, b"other")
    places = {place.name: place for place in _files(store)}
    places[second].write_bytes(places[first].read_bytes())
    with pytest.raises(NotFound, match="file_unreadable"):
        store.get(second)


def test_a_plain_file_of_before_is_read_then_sealed(store: FileStore) -> None:
    digest = hashlib.sha256(PHOTO).hexdigest()
    place = store.shelf.place / digest[:2] / digest
    place.parent.mkdir(parents=True)
    place.write_bytes(PHOTO)
    place.chmod(0o644)
    assert store.get(digest) == PHOTO
    assert store.reseal(digest)
    assert not store.reseal(digest)
    assert b"bathroom" not in place.read_bytes()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert store.get(digest) == PHOTO


def test_a_file_under_an_old_secret_is_sealed_anew_and_needs_it_no_more(
    session_factory: sessionmaker[Session], tmp_path: Path
) -> None:
    digest = _put(session_factory, FileStore(tmp_path, _keys(OLD)))
    with pytest.raises(NotFound, match="file_unreadable"):
        FileStore(tmp_path, _keys(NEW)).get(digest)
    assert FileStore(tmp_path, _keys(NEW, OLD)).reseal(digest)
    assert FileStore(tmp_path, _keys(NEW)).get(digest) == PHOTO


def test_a_refused_submission_leaves_no_photo(
    session_factory: sessionmaker[Session], store: FileStore, now: datetime
) -> None:
    with session_factory.begin() as session:
        publish_form(session, home_visit(), by=None, now=now)
        visitor = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    photos = [SentFile("a.jpg", "image/jpeg", PHOTO), SentFile("b.jpg", "image/jpeg", b"b")]
    xml = fill(instance_id="uuid:1")

    def send(xml: bytes, files: list[SentFile], *, outcome: str = "kept") -> None:
        with session_factory.begin() as session:
            record_submission(
                session, store, xml=xml, files=files, viewer=make_viewer(visitor, Reach.OWN),
                now=now, visit_id=visit.id,
            )  # fmt: skip
            assert outcome == "kept", outcome

    unknown = xml.replace(home_visit().version.encode(), b"1999010101")
    for refused, files in (
        (xml[:-40], photos),
        (unknown, photos),
        (xml, [*photos, SentFile("", "image/jpeg", b"c")]),
        (xml, [*photos, SentFile("a.jpg", "image/jpeg", b"c")]),
    ):
        with pytest.raises(Exception, match=r".") as raised:
            send(refused, files)
        assert not isinstance(raised.value, AssertionError)
        assert _files(store) == []
    with pytest.raises(AssertionError, match="rolled back"):
        send(xml, photos, outcome="rolled back")
    assert _files(store) == []
    send(xml, photos)
    kept = {place.name for place in _files(store)}
    assert kept == {hashlib.sha256(data).hexdigest() for data in (PHOTO, b"b")}
    with pytest.raises(Exception, match="different_submission"):
        send(xml.replace(b"</data>", b" </data>"), [SentFile("z.jpg", "image/jpeg", b"z")])
    assert {place.name for place in _files(store)} == kept


def test_a_photo_shared_with_a_refused_submission_stays(
    session_factory: sessionmaker[Session], store: FileStore
) -> None:
    with session_factory() as refused:
        store.put(refused, PHOTO)
        digest = _put(session_factory, store)
        refused.rollback()
    assert store.get(digest) == PHOTO
    assert [place.name for place in _files(store)] == [digest]


def test_a_savepoint_keeps_no_photo_of_a_transaction_that_fails(
    session_factory: sessionmaker[Session], store: FileStore
) -> None:
    with session_factory() as session:
        with session.begin_nested():
            store.put(session, PHOTO)
        session.rollback()
    assert _files(store) == []


def test_nothing_stays_of_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"), private_file(tmp_path / "a.part") as file:
        file.write(b"half")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_orphans_go_after_a_day_and_what_is_owned_or_new_stays(
    session_factory: sessionmaker[Session], store: FileStore, now: datetime
) -> None:
    with session_factory.begin() as session:
        publish_form(session, home_visit(), by=None, now=now)
        visitor = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
        record_submission(
            session, store, xml=fill(), files=[SentFile("a.jpg", "image/jpeg", PHOTO)],
            viewer=make_viewer(visitor, Reach.OWN), now=now, visit_id=visit.id,
        )  # fmt: skip
    owned = hashlib.sha256(PHOTO).hexdigest()
    orphan, fresh = _put(session_factory, store, b"orphan"), _put(session_factory, store, b"fresh")
    left, under_way = (
        store.shelf.place / INCOMING / f"{name}.part" for name in ("left", "under_way")
    )
    for place in (left, under_way):
        place.write_bytes(b"half")
    old_style = store.shelf.place / orphan[:2] / f"{orphan}.abc.part"
    old_style.write_bytes(b"half")
    for place in _files(store):
        _age(place, 0 if place.name in (fresh, under_way.name) else 2, now)
    with session_factory.begin() as session:
        done = remove_orphans(session, store, now=now)
    assert (done["orphans"], done["unfinished"], done["touched"]) == (1, 2, 3)
    assert done["orphan_bytes"] > 0
    assert {place.name for place in _files(store)} == {owned, fresh, under_way.name}


def test_whatever_names_a_file_of_the_store_owns_it() -> None:
    named = {str(one) for one in Base.metadata.tables.values() for one in one.columns}
    named = {one for one in named if one.endswith((".sha256", ".files"))}
    owners = {f"{of.class_.__tablename__}.{of.key}" for of in (*NAMED_IN, *LISTED_IN)}
    assert named - NO_FILE == owners


def test_the_broom_waits_for_an_upload_that_keeps_its_photos(
    session_factory: sessionmaker[Session], store: FileStore, now: datetime
) -> None:
    swept: list[str] = []

    def sweep(_uploading: Session) -> None:
        with session_factory() as session:
            if session.get_bind().dialect.name == "sqlite":  # it has one writer at a time
                return
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                remove_orphans(session, store, now=now)
            swept.append("waited")

    with session_factory.begin() as session:
        digest = store.put(session, PHOTO)
        event.listen(session, "before_commit", sweep)
    assert store.get(digest) == PHOTO
    assert swept == ["waited"] * (session.get_bind().dialect.name == "postgresql")


def test_an_upload_that_finds_its_photo_lying_about_keeps_it_from_the_broom(
    session_factory: sessionmaker[Session], store: FileStore, now: datetime
) -> None:
    """The broom looks, the upload commits, the broom sweeps: what is owned by then stays."""
    digest = _put(session_factory, store)
    (place,) = _files(store)
    _age(place, 2, now)
    assert [one.digest for one in store.kept() if one.at < now - timedelta(days=1)] == [digest]
    with session_factory.begin() as session:
        publish_form(session, home_visit(), by=None, now=now)
        visitor = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
        record_submission(
            session, store, xml=fill(), files=[SentFile("a.jpg", "image/jpeg", PHOTO)],
            viewer=make_viewer(visitor, Reach.OWN), now=now, visit_id=visit.id,
        )  # fmt: skip
    with session_factory.begin() as session:
        assert remove_orphans(session, store, now=now)["orphans"] == 0
    assert store.get(digest) == PHOTO


def test_a_photo_its_name_and_its_folder_are_on_the_disk_before_the_commit_ends(
    session_factory: sessionmaker[Session], store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    really = os.fsync

    def note(descriptor: int) -> None:
        really(descriptor)
        written.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", note)
    digest = _put(session_factory, store)
    place = store.shelf.place / digest[:2] / digest
    wanted = (place, place.parent, store.shelf.place)
    assert {one.stat().st_ino for one in wanted} <= set(written)
    # The name comes after the bytes, or it may stand for nothing.
    assert written.index(place.stat().st_ino) < written.index(place.parent.stat().st_ino)


def test_sqlite_writes_through_to_the_disk_at_each_commit(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'palier.db'}", secrets=(NEW,))
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
    engine.dispose()
