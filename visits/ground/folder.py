"""A folder of sealed files, each under the SHA-256 of what it contains.

A file waits in `incoming` until it is kept, and what was never kept is told apart by that.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from visits.ground.private import close_to_others, make_private_folder, private_file, write_down
from visits.ground.shelf import LENGTH, Kept

INCOMING = "incoming"


@dataclass(frozen=True)
class Folder:
    """Files on a disk of this machine, or on one that several machines share."""

    place: Path

    def __str__(self) -> str:
        return str(self.place)

    def set_aside(self, digest: str, fill: Callable[[BinaryIO], None]) -> "Partial":
        """Write a file to the disk, to be kept or dropped."""
        make_private_folder(self.place)
        partial = make_private_folder(self.place / INCOMING) / f"{digest}.{uuid.uuid4().hex}.part"
        with private_file(partial) as file:
            fill(file)
        return Partial(self, digest, partial)

    def replace(self, digest: str, fill: Callable[[BinaryIO], None]) -> None:
        """Write a file anew, over the one that is there."""
        self.set_aside(digest, fill).move()

    def open(self, digest: str) -> BinaryIO:
        """Open a file as it stands; FileNotFoundError for one that is gone."""
        return self.place_of(digest).open("rb")

    def begins(self, digest: str, length: int) -> bytes:
        """Read the first bytes of a file."""
        close_to_others(self.place_of(digest))  # one of long ago may stand open
        with self.open(digest) as source:
            return source.read(length)

    def holds(self, digest: str) -> bool:
        """Tell whether a file is there."""
        return self.place_of(digest).is_file()

    def kept(self) -> Iterator[Kept]:
        """List what is kept, in the order of its names."""
        for folder in sorted(self.place.glob("[0-9a-f][0-9a-f]")):
            for one in sorted(one.name for one in folder.iterdir() if len(one.name) == LENGTH):
                try:
                    found = (folder / one).stat()
                except FileNotFoundError:  # removed this very moment
                    continue
                yield Kept(one, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def remove(self, digests: Sequence[str]) -> None:
        """Remove files; one that is gone already does no harm."""
        for digest in digests:
            self.place_of(digest).unlink(missing_ok=True)

    def tidy(self, moment: datetime) -> int:
        """Remove what was never kept and is older than a moment; tells how many."""
        left = [*self.place.glob(f"{INCOMING}/*"), *self.place.glob("[0-9a-f][0-9a-f]/*.part")]
        old = [one for one in left if _older(one, moment)]
        for partial in old:
            partial.unlink(missing_ok=True)
        return len(old)

    def place_of(self, digest: str) -> Path:
        """Tell where a file stands, or would."""
        return self.place / digest[:2] / digest


@dataclass(frozen=True)
class Partial:
    """A file that waits in `incoming`."""

    folder: Folder
    digest: str
    partial: Path

    def keep(self) -> None:
        """Move it to where it is found; one that is there already stays."""
        if self.folder.place_of(self.digest).exists():
            self.partial.unlink()
        else:
            self.move()

    def move(self) -> None:
        """Give it its name: the one place where files come to be."""
        place = self.folder.place_of(self.digest)
        if not place.parent.exists():
            make_private_folder(place.parent)
            write_down(self.folder.place)
        self.partial.replace(place)
        write_down(place.parent)

    def drop(self) -> None:
        """Let it go."""
        self.partial.unlink(missing_ok=True)


def _older(place: Path, moment: datetime) -> bool:
    try:
        return place.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # kept or dropped this very moment
        return False
