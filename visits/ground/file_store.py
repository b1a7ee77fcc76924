"""Where photos stand: sealed, on a shelf, named by what they contain.

A file is set aside until the transaction that owns it commits, and goes with it otherwise.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from visits.ground.db import Keyring, keyring, share_turn
from visits.ground.errors import NotFound
from visits.ground.folder import Folder
from visits.ground.sealing import NAMED, Unreadable, name_in, seal, unseal
from visits.ground.shelf import Kept, Shelf, Waiting

WAITING = "files that wait"
# Whoever removes files takes this turn; whoever keeps some shares it until the commit.
TURN = "file store"
# Whoever copies files for long holds them; whoever would remove some leaves it for another time.
HELD = "files of a backup"


class FileStore:
    """Files under their SHA-256, sealed. What is kept stays; keeping it twice is harmless."""

    def __init__(self, place: Path | Shelf, keys: Keyring = keyring) -> None:
        self.shelf: Shelf = Folder(place) if isinstance(place, Path) else place
        self._keys = keys

    def put(self, session: Session, data: bytes) -> str:
        """Set bytes aside, to be kept if the session commits; gives their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        waiting = _waiting(session)
        waiting.append(self.shelf.set_aside(digest, self._sealing((data,))))
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
        """Open a file as it stands; FileNotFoundError for one that is gone."""
        return self.shelf.open(digest)

    def holds(self, digest: str) -> bool:
        """Tell whether a file is there."""
        return self.shelf.holds(digest)

    def secret_of(self, digest: str) -> bytes | None:
        """Give the name of the secret that seals a file; None for one in clear."""
        return name_in(self.shelf.begins(digest, NAMED))

    def reseal(self, digest: str) -> bool:
        """Seal a file under the newest secret, whatever it was before; tells whether it had to."""
        if self.secret_of(digest) == self._keys.key_names()[0]:
            return False
        self.shelf.replace(digest, self._sealing(self._pieces(digest)))
        return True

    def kept(self) -> Iterator[Kept]:
        """List what is kept, in an order that lasts."""
        return self.shelf.kept()

    def digests(self) -> Iterator[str]:
        """List what is kept by its names."""
        return (one.digest for one in self.kept())

    def remove(self, digests: Sequence[str]) -> None:
        """Remove files. Whoever calls has taken TURN."""
        self.shelf.remove(digests)

    def tidy(self, moment: datetime) -> int:
        """Remove what was never kept and is older than a moment; tells how many."""
        return self.shelf.tidy(moment)

    def _sealing(self, data: Iterable[bytes]) -> Callable[[BinaryIO], None]:
        return lambda file: seal(data, file, self._keys)

    def _pieces(self, digest: str) -> Iterator[bytes]:
        """Read a file, and look whether it is still what its name says."""
        found = hashlib.sha256()
        try:
            with self.shelf.open(digest) as source:
                for piece in unseal(source, self._keys):
                    found.update(piece)
                    yield piece
        except FileNotFoundError:
            raise NotFound("file_not_found") from None
        except Unreadable as why:
            raise NotFound("file_unreadable") from why
        if found.hexdigest() != digest:
            raise NotFound("file_unreadable")


def _again(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _waiting(session: Session) -> list[Waiting]:
    """Give the files that wait for a session's commit, and have it decide about them."""
    if WAITING not in session.info:
        session.info[WAITING] = []
        event.listen(session, "before_commit", _keep)
        event.listen(session, "after_transaction_end", _drop)
    if not session.in_transaction():
        session.begin()  # a refusal before the first statement ends it too
    waiting: list[Waiting] = session.info[WAITING]
    return waiting


def _keep(session: Session) -> None:
    waiting: list[Waiting] = session.info[WAITING]
    if not waiting or session.in_nested_transaction():
        return
    session.flush()  # what the database refuses, it refuses before a file is kept
    share_turn(session, TURN)
    while waiting:
        waiting[-1].keep()
        waiting.pop()


def _drop(session: Session, transaction: SessionTransaction) -> None:
    waiting: list[Waiting] = session.info[WAITING]
    while transaction.parent is None and waiting:
        waiting.pop().drop()
