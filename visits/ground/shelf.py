"""What the file store asks of wherever its sealed files stand: a folder, or a bucket."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

LENGTH = 64  # of a name: a SHA-256 in hexadecimal


@dataclass(frozen=True)
class Kept:
    """One file that is kept, as it was listed; `size` in bytes, sealed."""

    digest: str
    size: int
    at: datetime


class Waiting(Protocol):
    """A file that is kept or dropped with the transaction that owns it."""

    def keep(self) -> None:
        """Have it stand under its name for good, whatever breaks from then on."""

    def drop(self) -> None:
        """Let it go; what is kept under its name stays."""


class Shelf(Protocol):
    """Where sealed files stand under their names."""

    def set_aside(self, digest: str, fill: Callable[[BinaryIO], None]) -> Waiting:
        """Take in a file that `fill` writes, to be kept or dropped."""

    def replace(self, digest: str, fill: Callable[[BinaryIO], None]) -> None:
        """Write a file anew, over the one that is there: at once, or not at all."""

    def open(self, digest: str) -> BinaryIO:
        """Open a file as it stands; FileNotFoundError for one that is gone."""

    def begins(self, digest: str, length: int) -> bytes:
        """Read the first bytes of a file; FileNotFoundError for one that is gone."""

    def holds(self, digest: str) -> bool:
        """Tell whether a file is there."""

    def kept(self) -> Iterator[Kept]:
        """List what is kept, in the order of its names."""

    def remove(self, digests: Sequence[str]) -> None:
        """Remove files; one that is gone already does no harm."""

    def tidy(self, moment: datetime) -> int:
        """Remove what was never kept and is older than a moment; tells how many."""
