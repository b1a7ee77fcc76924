"""Files move from a folder to a bucket and back while people work."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Engine

from tests.conftest import SECRETS
from tests.object_store import ObjectStore
from tests.webapp.test_files_elsewhere import Environ, _run
from visits.ground import bucket as bucket_module
from visits.ground.bucket import At
from visits.ground.db import keyring
from visits.ground.file_store import FileStore
from webapp.frame.settings import read_settings
from webapp.frame.transaction import House, open_house

# Where files stand is asked of no database.
pytestmark = [pytest.mark.one_database, pytest.mark.slow]

MANY = 12


@pytest.fixture(autouse=True)
def _keys_of_tests(engine: Engine) -> Iterator[None]:
    yield
    keyring.load(SECRETS)


@pytest.fixture
def bucket_settings(object_store: ObjectStore, bucket: At) -> Environ:
    return object_store.environ(bucket.bucket)


@pytest.fixture
def deployment(bucket_settings: Environ, initialised: Path, tmp_path: Path) -> Environ:
    """A deployment on SQLite whose files stand in its folder, and may stand in a bucket."""
    data = shutil.copytree(initialised, tmp_path / "data")
    return bucket_settings | {"PALIER_DATA": str(data), "PALIER_FILES": "files"}


@pytest.fixture
def to_bucket(deployment: Environ, bucket_settings: Environ) -> Environ:
    """The same, its files to be moved to the bucket."""
    return deployment | {"PALIER_FILES": f"{bucket_settings['PALIER_FILES']},files"}


def _house(environ: Environ) -> House:
    return open_house(read_settings(environ))


def _put(environ: Environ, *said: bytes) -> list[str]:
    house = _house(environ)
    with house.sessions.begin() as session:
        digests = [house.store.put(session, one) for one in said]
    house.engine.dispose()
    return digests


def _photos(first: int = 0, many: int = MANY) -> list[bytes]:
    return [b"a photo " * 999 + bytes([number]) for number in range(first, first + many)]


def _counts(environ: Environ) -> list[int]:
    return [int(one) for one in re.findall(r": (\d+) files", _run(environ, "files"))]


def test_files_move_to_a_bucket_and_back_and_the_place_before_can_go(
    deployment: Environ, to_bucket: Environ, bucket_settings: Environ
) -> None:
    digests = _put(deployment, *_photos())
    new = _put(to_bucket, *_photos(first=MANY, many=1))  # what comes meanwhile goes to the new one
    assert _counts(to_bucket) == [1, MANY]
    said = _run(to_bucket, "files", "move")
    assert f"{MANY} moved, 0 left." in said and "it can go from PALIER_FILES" in said
    alone = deployment | {"PALIER_FILES": bucket_settings["PALIER_FILES"]}
    assert _counts(alone) == [MANY + 1]
    store = _house(alone).store
    assert [store.get(one) for one in [*digests, *new]] == _photos(many=MANY + 1)
    assert "0 moved, 0 left." in _run(to_bucket, "files", "move")

    back = deployment | {"PALIER_FILES": f"files,{bucket_settings['PALIER_FILES']}"}
    assert f"{MANY + 1} moved, 0 left." in _run(back, "files", "move")
    assert _counts(alone) == [0]
    store = _house(deployment).store
    assert [store.get(one) for one in [*digests, *new]] == _photos(many=MANY + 1)


def test_whoever_reads_meanwhile_misses_nothing(deployment: Environ, to_bucket: Environ) -> None:
    digests = _put(deployment, *_photos())
    store, moved, wrong = _house(to_bucket).store, Event(), []

    def read() -> None:
        while not moved.is_set():
            for digest in digests:
                try:
                    if hashlib.sha256(store.get(digest)).hexdigest() != digest:
                        wrong.append(digest)
                except Exception as error:
                    wrong.append(repr(error))

    reader = Thread(target=read)
    reader.start()
    try:
        _run(to_bucket, "files", "move")
    finally:
        moved.set()
        reader.join()
    assert wrong == []


def test_a_move_that_was_stopped_goes_on_where_it_was(
    deployment: Environ,
    to_bucket: Environ,
    object_store: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bucket_module, "TRIES", 1)
    digests = _put(deployment, *_photos())
    store = _house(to_bucket).store
    assert store.move(sorted(digests)[0], store.before[0])
    object_store.kill("object")
    try:
        said = _run(to_bucket, "files", "move", expect=1)
        assert "Run it again".lower() in said.lower() and "0 moved" in said
    finally:
        object_store.begin("object")
    assert f"{MANY - 1} moved, 0 left." in _run(to_bucket, "files", "move")
    assert [_house(to_bucket).store.get(one) for one in digests] == _photos()


def test_one_copied_but_not_yet_let_go_of_is_not_sent_again(
    deployment: Environ, to_bucket: Environ
) -> None:
    (digest,) = _put(deployment, *_photos(many=1))
    store = _house(to_bucket).store
    with store.open_sealed(digest) as sealed:
        bytes_of_it = sealed.read()
    store.shelf.replace(digest, lambda file: file.write(bytes_of_it) and None)
    assert _counts(to_bucket) == [1, 1]
    assert list(store.digests()) == [digest]
    assert "1 moved, 0 left." in _run(to_bucket, "files", "move")
    assert _counts(to_bucket) == [1, 0]


def test_a_damaged_file_stays_where_it_is_and_is_named(
    deployment: Environ, to_bucket: Environ
) -> None:
    digests = _put(deployment, *_photos(many=3))
    place = Path(deployment["PALIER_DATA"]) / "files" / digests[1][:2] / digests[1]
    place.write_bytes(place.read_bytes()[:-1])
    said = _run(to_bucket, "files", "move", expect=1)
    assert f"{digests[1]} cannot be read" in said
    assert "2 moved, 1 left." in said and "do not take it away yet" in said
    assert place.exists()


def test_one_place_alone_is_nothing_to_move_between(deployment: Environ) -> None:
    assert "names one place" in _run(deployment, "files", "move", expect=1)
    assert _counts(deployment) == [0]


def test_what_a_place_of_before_still_holds_is_swept_and_sealed_anew_as_any(
    deployment: Environ, to_bucket: Environ
) -> None:
    (digest,) = _put(deployment, *_photos(many=1))
    newer = to_bucket | {"PALIER_SECRETS": f"a newer secret than that,{_secret(deployment)}"}
    _run(newer, "keys", "rotate")
    store = _house(newer | {"PALIER_SECRETS": "a newer secret than that"}).store
    assert isinstance(store, FileStore) and store.get(digest) == _photos(many=1)[0]
    store.remove([digest])
    assert not store.holds(digest)


def _secret(environ: Environ) -> str:
    return read_settings(environ).secrets[0]
