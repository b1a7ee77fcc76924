"""Photos in S3-compatible storage: sealed as in a folder, kept with a commit, never lost."""

import hashlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from tests.object_store import ObjectStore
from visits.ground import bucket as bucket_module
from visits.ground.bucket import PIECE, At, Bucket
from visits.ground.db import Keyring
from visits.ground.errors import FilesAway, NotFound
from visits.ground.file_store import HELD, FileStore
from visits.ground.holding import held, removing
from visits.retention.orphans import remove_orphans

pytestmark = pytest.mark.slow

PHOTO = b"\xff\xd8 somebody's bathroom " * 9000
OLD, NEW = "an old secret of ours", "a new secret of ours"


@pytest.fixture
def store(bucket: At) -> FileStore:
    return FileStore(Bucket(bucket))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try once, and leave what does not answer alone for a moment only."""
    for name, value in (("TRIES", 1), ("REST_S", 0.2)):
        monkeypatch.setattr(bucket_module, name, value)


@pytest.fixture
def failing(object_store: ObjectStore) -> Iterator[ObjectStore]:
    """A store of which a test stops parts; they are begun anew."""
    yield object_store
    object_store.kill(*object_store.running())
    object_store.begin("account", "container", "object", "proxy")


def _put(factory: sessionmaker[Session], store: FileStore, data: bytes = PHOTO) -> str:
    with factory.begin() as session:
        return store.put(session, data)


def _keys(*secrets: str) -> Keyring:
    keys = Keyring()
    keys.load(secrets)
    return keys


def _names(at: At) -> list[str]:
    return [one.digest for one in Bucket(at).kept()]


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(days=2)


@pytest.mark.parametrize("size", [0, 1, 3 * PIECE + 1])
def test_any_size_comes_back_as_it_was(
    session_factory: sessionmaker[Session], store: FileStore, size: int
) -> None:
    data = os.urandom(size)
    assert store.get(_put(session_factory, store, data)) == data


def test_a_photo_stands_in_a_bucket_as_it_would_in_a_folder(
    session_factory: sessionmaker[Session],
    bucket: At,
    store: FileStore,
    object_store: ObjectStore,
    tmp_path: Path,
) -> None:
    digest = _put(session_factory, store)
    assert digest == hashlib.sha256(PHOTO).hexdigest() and _names(bucket) == [digest]
    for place in object_store.on_disk():
        assert b"bathroom" not in place.read_bytes()
    copy = tmp_path / "files" / digest[:2] / digest
    copy.parent.mkdir(parents=True)
    with store.open_sealed(digest) as sealed, copy.open("wb") as file:
        shutil.copyfileobj(sealed, file)
    assert FileStore(tmp_path / "files").get(digest) == PHOTO


def test_two_deployments_share_a_bucket_by_folders_of_their_own(
    session_factory: sessionmaker[Session], object_store: ObjectStore, bucket: At
) -> None:
    first, second = (
        FileStore(Bucket(object_store.at(bucket.bucket, prefix))) for prefix in ("first", "a/b")
    )
    digest = _put(session_factory, first)
    assert list(first.digests()) == [digest]
    assert list(second.digests()) == []
    with pytest.raises(NotFound, match="file_not_found"):
        second.get(digest)


def test_a_changed_object_is_not_given(
    session_factory: sessionmaker[Session], bucket: At, store: FileStore
) -> None:
    digest = _put(session_factory, store)
    with store.open_sealed(digest) as sealed:
        changed = sealed.read()[:-1] + b"x"
    obstore.put(Bucket(bucket)._store, f"{digest[:2]}/{digest}", changed)
    with pytest.raises(NotFound, match="file_unreadable"):
        store.get(digest)


def test_a_file_under_an_old_secret_is_sealed_anew(
    session_factory: sessionmaker[Session], bucket: At
) -> None:
    digest = _put(session_factory, FileStore(Bucket(bucket), _keys(OLD)))
    both = FileStore(Bucket(bucket), _keys(NEW, OLD))
    assert both.reseal(digest)
    assert not both.reseal(digest)
    assert FileStore(Bucket(bucket), _keys(NEW)).get(digest) == PHOTO


def test_what_a_failed_transaction_left_goes_after_a_day_and_no_sooner(
    session_factory: sessionmaker[Session], bucket: At, store: FileStore
) -> None:
    with session_factory() as session:
        digest = store.put(session, PHOTO)
        session.rollback()
    with session_factory.begin() as session:
        assert remove_orphans(session, store, now=datetime.now(UTC))["orphans"] == 0
    assert _names(bucket) == [digest]
    with session_factory.begin() as session:
        done = remove_orphans(session, store, now=_later())
    assert (done["orphans"], done["orphan_bytes"] > len(PHOTO)) == (1, True)
    assert _names(bucket) == []


def test_a_photo_that_the_broom_met_before_it_was_owned_is_there_after_the_commit(
    session_factory: sessionmaker[Session], store: FileStore
) -> None:
    with session_factory.begin() as session:
        digest = store.put(session, PHOTO)
        store.remove([digest])
    assert store.get(digest) == PHOTO


def test_while_a_backup_copies_objects_nobody_removes_any(
    engine: Engine, session_factory: sessionmaker[Session], store: FileStore
) -> None:
    digest = _put(session_factory, store)
    with held(engine, HELD), session_factory() as session:
        assert remove_orphans(session, store, now=_later()) == {"touched": 0}
    assert store.holds(digest)


def test_a_store_that_answers_503_keeps_nothing_from_being_done_again(
    session_factory: sessionmaker[Session], bucket: At, failing: ObjectStore, hasty: None
) -> None:
    store = FileStore(Bucket(bucket))
    known = _put(session_factory, store)
    failing.kill("object")
    for _ in range(2):
        with pytest.raises(FilesAway, match="files_away"):
            _put(session_factory, store, b"new")
        with pytest.raises(FilesAway):
            store.get(known)
    failing.begin("object")
    time.sleep(bucket_module.REST_S)  # what is measured is how long it is left alone
    assert store.get(known) == PHOTO
    assert store.get(_put(session_factory, store, b"new")) == b"new"


def test_one_waits_for_a_store_that_hangs_and_the_others_do_not(
    session_factory: sessionmaker[Session],
    bucket: At,
    failing: ObjectStore,
    hasty: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bucket_module, "ANSWER_S", 2)  # it will not, however long that is
    monkeypatch.setattr(bucket_module, "REST_S", 600)
    store = FileStore(Bucket(bucket))
    failing.tell("proxy", signal.SIGSTOP)
    with pytest.raises(FilesAway):
        _put(session_factory, store)
    began = time.monotonic()
    for _ in range(100):
        with pytest.raises(FilesAway):
            _put(session_factory, store)
    assert time.monotonic() - began < bucket_module.ANSWER_S * 100 / 2


def test_a_wrong_key_and_a_bucket_that_is_not_there_are_told_from_a_store_that_is_away(
    object_store: ObjectStore, bucket: At
) -> None:
    for at in (
        object_store.at(bucket.bucket, secret="another key"),
        object_store.at("there-is-none-of-this-name"),
    ):
        with pytest.raises(FilesAway) as refused:
            list(Bucket(at).kept())
        assert refused.value.details["refuses"]
        assert at.secret not in str(refused.value.details)


def test_what_was_held_is_free_as_soon_as_it_is_let_go(
    engine: Engine, session_factory: sessionmaker[Session]
) -> None:
    for _ in range(50):
        with held(engine, HELD):
            pass
        with session_factory() as session, removing(session, HELD) as free:
            assert free
