"""Sealed files in S3-compatible storage, each under the name it would have in a folder.

What is set aside is sent at once, before the database has to hold anything for it, and looked for
again at the commit: a receipt leaves after the storage has said that it has the file. Of a
transaction that fails an object may stay; nobody owns it, so it goes as any such file.
"""

import logging
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from visits.ground.errors import FilesAway
from visits.ground.shelf import LENGTH, Kept

log = logging.getLogger("palier")

PIECE = 5 * 1024 * 1024  # the least that S3 takes as a part of a larger file
PARTS_AT_ONCE = 2
CONNECT_S, ANSWER_S, TRIES_S = 3, 20, 10
TRIES = 3
# It answers, but not to us: a wrong key, no such bucket.
REFUSES = re.compile(r"status code: 4(?!08|29)\d\d")
REST_S = 10.0  # what does not answer is left alone for so long, but for one that looks again


@dataclass(frozen=True)
class At:
    """Which bucket, where, and how to sign in; `prefix` is a folder in it, or empty."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    key: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


class Bucket:
    """Files in a bucket; whatever the storage does not answer is FilesAway."""

    def __init__(self, at: At) -> None:
        self.at = at
        self._rests_until = 0.0
        self._store = S3Store(
            at.bucket,
            prefix=at.prefix or None,
            endpoint=at.endpoint,
            region=at.region,
            access_key_id=at.key,
            secret_access_key=at.secret,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": at.endpoint.startswith("http://"),
                "connect_timeout": f"{CONNECT_S}s",
                "timeout": f"{ANSWER_S}s",
            },
            retry_config={
                "max_retries": TRIES - 1,
                "retry_timeout": timedelta(seconds=TRIES_S),
            },
        )

    def __str__(self) -> str:
        return str(self.at)

    def set_aside(self, digest: str, fill: Callable[[BinaryIO], None]) -> "Sent":
        """Send a file, to be kept or dropped."""
        sealed = _temporary()
        try:
            fill(sealed)
            self.send(digest, sealed)
        except BaseException:
            sealed.close()
            raise
        return Sent(self, digest, sealed)

    def replace(self, digest: str, fill: Callable[[BinaryIO], None]) -> None:
        """Write a file anew, over the one that is there: at once, or not at all."""
        self.set_aside(digest, fill).drop()

    def send(self, digest: str, sealed: BinaryIO) -> None:
        """Send a file from its first byte on, in parts if it is large."""
        sealed.seek(0)
        with self._asking():
            obstore.put(
                self._store, _name(digest), sealed, chunk_size=PIECE, max_concurrency=PARTS_AT_ONCE
            )

    def open(self, digest: str) -> BinaryIO:
        """Fetch a file as it stands, whole, before its first byte is given."""
        sealed = _temporary()
        try:
            with self._asking(may_miss=True):
                for piece in obstore.get(self._store, _name(digest)).stream(min_chunk_size=PIECE):
                    sealed.write(piece)
        except BaseException:
            sealed.close()
            raise
        sealed.seek(0)
        return sealed

    def begins(self, digest: str, length: int) -> bytes:
        """Read the first bytes of a file; FileNotFoundError for one that is gone."""
        with self._asking(may_miss=True):
            return bytes(obstore.get_range(self._store, _name(digest), start=0, length=length))

    def holds(self, digest: str) -> bool:
        """Tell whether a file is there."""
        try:
            with self._asking(may_miss=True):
                obstore.head(self._store, _name(digest))
        except FileNotFoundError:
            return False
        return True

    def kept(self) -> Iterator[Kept]:
        """List what is kept, in the order of its names."""
        pages = iter(obstore.list(self._store))
        while True:
            with self._asking():
                page = next(pages, None)
            if page is None:
                return
            for one in page:
                digest = one["path"].rpartition("/")[2]
                if one["path"] == _name(digest) and len(digest) == LENGTH:
                    yield Kept(digest, one["size"], one["last_modified"])

    def remove(self, digests: Sequence[str]) -> None:
        """Remove files; one that is gone already does no harm."""
        with self._asking():
            obstore.delete(self._store, [_name(digest) for digest in digests])

    def tidy(self, moment: datetime) -> int:
        """Remove nothing: a file is there whole or not at all."""
        return 0

    @contextmanager
    def _asking(self, *, may_miss: bool = False) -> Iterator[None]:
        """Say in our words what the storage answers; FileNotFoundError only where it `may_miss`."""
        if self._rests_until:
            if time.monotonic() < self._rests_until:
                raise FilesAway(refuses=False, said="it did not answer a moment ago")
            self._rests_until = time.monotonic() + REST_S  # this one looks whether it is back
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            if may_miss and isinstance(error, FileNotFoundError):
                self._rests_until = 0.0
                raise
            self._rests_until = time.monotonic() + REST_S
            said = str(error).partition("\n")[0]
            log.warning("files away", extra={"facts": {"files": str(self), "said": said}})
            raise FilesAway(refuses=bool(REFUSES.search(said)), said=said) from None
        self._rests_until = 0.0


@dataclass(frozen=True)
class Sent:
    """A file that was sent, and stands by until it is kept."""

    bucket: Bucket
    digest: str
    sealed: BinaryIO

    def keep(self) -> None:
        """Look whether it is there: whoever removes files may have met it before it was owned."""
        if not self.bucket.holds(self.digest):
            self.bucket.send(self.digest, self.sealed)
        self.sealed.close()

    def drop(self) -> None:
        """Let go of what stands by; the object may be somebody else's too."""
        self.sealed.close()


def _temporary() -> BinaryIO:
    """Open a file of the system's temporary folder that has no name: what is sealed passes here."""
    return cast(BinaryIO, tempfile.TemporaryFile())


def _name(digest: str) -> str:
    return f"{digest[:2]}/{digest}"
