"""Where photos stand: a folder of sealed files, named by what they contain.

A file waits in `incoming` until the transaction that owns it commits, and goes with it otherwise.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from visits.ground.db import Keyring, keyring, share_turn
from visits.ground.errors import NotFound
from visits.ground.private import close_to_others, make_private_folder, private_file, write_down
from visits.ground.sealing import Unreadable, seal, secret_of, unseal

INCOMING = "incoming"
LENGTH = 64
# Whoever removes files takes this turn; whoever keeps some shares it until the commit.
TURN = "file store"
# Whoever copies files for long holds them; whoever would remove some leaves it for another time.
HELD = "files of a backup"


class FileStore:
    """Files under their SHA-256, sealed. What is kept stays; keeping it twice is harmless."""

    def __init__(self, folder: Path, keys: Keyring = keyring) -> None:
        self.folder = folder
        self._keys = keys

    def put(self, session: Session, data: bytes) -> str:
        """Write bytes to the disk, to be kept if the session commits; gives their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        waiting = _waiting(session)
        waiting.append((self, digest, self._write(digest, (data,))))
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes of a SHA-256, or raise NotFound."""
        return b"".join(self.read(digest))

    def read(self, digest: str) -> Iterator[bytes]:
        """Give the bytes of a SHA-256 piece by piece, or raise NotFound before the first."""
        pieces = self._pieces(digest)
        first = next(pieces, b"")
        return _again(first, pieces)

    def open_sealed(self, digest: str) -> BinaryIO:
        """Open a file as it stands on the disk; FileNotFoundError for one that is gone."""
        return self._place(digest).open("rb")

    def holds(self, digest: str) -> bool:
        """Tell whether a file is there."""
        return self._place(digest).is_file()

    def secret_of(self, digest: str) -> bytes | None:
        """Give the name of the secret that seals a file; None for one in clear."""
        with self._place(digest).open("rb") as source:
            return secret_of(source)

    def reseal(self, digest: str) -> bool:
        """Seal a file under the newest secret, whatever it was before; tells whether it had to."""
        place = self._place(digest)
        close_to_others(place)
        if self.secret_of(digest) == self._keys.key_names()[0]:
            return False
        self._move(self._write(digest, self._pieces(digest)), place)
        return True

    def digests(self) -> Iterator[str]:
        """List what is kept, in an order that lasts."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(one.name for one in folder.iterdir() if len(one.name) == LENGTH)

    def older_than(self, moment: datetime) -> tuple[list[str], list[Path]]:
        """List what is kept since before a moment, and what was never kept."""
        kept = [one for one in self.digests() if _older(self._place(one), moment)]
        left = [*self.folder.glob(f"{INCOMING}/*"), *self.folder.glob("[0-9a-f][0-9a-f]/*.part")]
        return kept, [one for one in left if _older(one, moment)]

    def remove(self, digest: str) -> int:
        """Remove a file; gives its size on the disk. Whoever calls has taken TURN."""
        place = self._place(digest)
        size = place.stat().st_size if place.exists() else 0
        place.unlink(missing_ok=True)
        return size

    def keep(self, digest: str, partial: Path) -> None:
        """Move a written file to where it is found."""
        place = self._place(digest)
        if place.exists():
            partial.unlink()
            return
        if not place.parent.exists():
            make_private_folder(place.parent)
            write_down(self.folder)
        self._move(partial, place)

    def _write(self, digest: str, data: Iterable[bytes]) -> Path:
        make_private_folder(self.folder)
        partial = make_private_folder(self.folder / INCOMING) / f"{digest}.{uuid.uuid4().hex}.part"
        with private_file(partial) as file:
            seal(data, file, self._keys)
        return partial

    def _move(self, partial: Path, place: Path) -> None:
        """Give a written file its name: the one place where files come to be."""
        partial.replace(place)
        write_down(place.parent)

    def _pieces(self, digest: str) -> Iterator[bytes]:
        """Read a file, and look whether it is still what its name says."""
        found = hashlib.sha256()
        try:
            with self._place(digest).open("rb") as source:
                for piece in unseal(source, self._keys):
                    found.update(piece)
                    yield piece
        except FileNotFoundError:
            raise NotFound("file_not_found") from None
        except Unreadable as why:
            raise NotFound("file_unreadable") from why
        if found.hexdigest() != digest:
            raise NotFound("file_unreadable")

    def _place(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest


def _older(place: Path, moment: datetime) -> bool:
    try:
        return place.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # kept or dropped this very moment
        return False


def _again(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


_Waiting = list[tuple[FileStore, str, Path]]


def _waiting(session: Session) -> _Waiting:
    """Give the files that wait for a session's commit, and have it decide about them."""
    if INCOMING not in session.info:
        session.info[INCOMING] = []
        event.listen(session, "before_commit", _keep)
        event.listen(session, "after_transaction_end", _drop)
    if not session.in_transaction():
        session.begin()  # a refusal before the first statement ends it too
    waiting: _Waiting = session.info[INCOMING]
    return waiting


def _keep(session: Session) -> None:
    waiting: _Waiting = session.info[INCOMING]
    if not waiting or session.in_nested_transaction():
        return
    session.flush()  # what the database refuses, it refuses before a file is kept
    share_turn(session, TURN)
    while waiting:
        store, digest, partial = waiting[-1]
        store.keep(digest, partial)
        waiting.pop()


def _drop(session: Session, transaction: SessionTransaction) -> None:
    waiting: _Waiting = session.info[INCOMING]
    while transaction.parent is None and waiting:
        waiting.pop()[2].unlink(missing_ok=True)
