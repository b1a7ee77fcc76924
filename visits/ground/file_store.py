"""Where photos stand: sealed, on a shelf, named by what they contain.

A file is set aside until the transaction that owns it commits, and goes with it otherwise.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from visits.ground.db import Keyring, keyring, share_turn
from visits.ground.errors import NotFound
from visits.ground.folder import Folder
from visits.ground.sealing import NAMED, Unreadable, name_in, seal, unseal
from visits.ground.shelf import Kept, Shelf, Waiting

T = TypeVar("T")
WAITING = "files that wait"
# Whoever removes files takes this turn; whoever keeps some shares it until the commit.
TURN = "file store"
# Whoever copies files for long holds them; whoever would remove some leaves it for another time.
HELD = "files of a backup"


class FileStore:
    """Files under their SHA-256, sealed. What is kept stays; keeping it twice is harmless.

    `before` are shelves where files stood until now: what is not found on the first is read there,
    and nothing is kept there any more.
    """

    def __init__(
        self, place: Path | Shelf, keys: Keyring = keyring, *, before: Sequence[Shelf] = ()
    ) -> None:
        self.shelf: Shelf = Folder(place) if isinstance(place, Path) else place
        self.before = tuple(before)
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
        return self._where_it_is(lambda shelf: shelf.open(digest))

    def holds(self, digest: str) -> bool:
        """Tell whether a file is there."""
        return any(shelf.holds(digest) for shelf in self._looked_at())

    def secret_of(self, digest: str) -> bytes | None:
        """Give the name of the secret that seals a file; None for one in clear."""
        return name_in(self._where_it_is(lambda shelf: shelf.begins(digest, NAMED)))

    def _where_it_is(self, look: Callable[[Shelf], T]) -> T:
        *shelves, last = self._looked_at()
        for shelf in shelves:
            with suppress(FileNotFoundError):
                return look(shelf)
        return look(last)

    def _looked_at(self) -> Sequence[Shelf]:
        """Give the shelves in which a file is looked for, one after the other."""
        if not self.before:
            return (self.shelf,)
        return (self.shelf, *self.before, self.shelf)  # it may be moved meanwhile

    def reseal(self, digest: str) -> bool:
        """Seal a file under the newest secret, whatever it was before; tells whether it had to."""
        if self.secret_of(digest) == self._keys.key_names()[0]:
            return False
        pieces = self._pieces(digest)
        where = next((shelf for shelf in self._shelves() if shelf.holds(digest)), self.shelf)
        where.replace(digest, self._sealing(pieces))
        return True

    def move(self, digest: str, shelf: Shelf) -> bool:
        """Move a file from a shelf of before: it goes there once it was read here, whole.

        Tells whether it did; what cannot be read stays. FileNotFoundError for one that is gone.
        """
        if not self.shelf.holds(digest):
            with shelf.open(digest) as sealed:
                self.shelf.replace(digest, partial(copyfileobj, sealed))
        try:
            for _piece in self._unsealed(digest, self.shelf.open):
                pass
        except NotFound:
            return False
        shelf.remove([digest])
        return True

    def kept(self) -> Iterator[Kept]:
        """List what is kept, in the order of its names; what is being moved may come twice."""
        return merge(*(shelf.kept() for shelf in self._shelves()), key=attrgetter("digest"))

    def digests(self) -> Iterator[str]:
        """List what is kept by its names."""
        return (digest for digest, _ in groupby(self.kept(), attrgetter("digest")))

    def remove(self, digests: Sequence[str]) -> None:
        """Remove files. Whoever calls has taken TURN."""
        for shelf in self._shelves():
            shelf.remove(digests)

    def tidy(self, moment: datetime) -> int:
        """Remove what was never kept and is older than a moment; tells how many."""
        return sum(shelf.tidy(moment) for shelf in self._shelves())

    def _shelves(self) -> Sequence[Shelf]:
        return (self.shelf, *self.before)

    def _sealing(self, data: Iterable[bytes]) -> Callable[[BinaryIO], None]:
        return lambda file: seal(data, file, self._keys)

    def _pieces(self, digest: str) -> Iterator[bytes]:
        return self._unsealed(digest, self.open_sealed)

    def _unsealed(self, digest: str, opened: Callable[[str], BinaryIO]) -> Iterator[bytes]:
        """Read a file, and look whether it is still what its name says."""
        found = hashlib.sha256()
        try:
            with opened(digest) as source:
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
