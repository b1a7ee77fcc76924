"""Where photos stand: a folder of files named by what they contain."""

import hashlib
import os
import uuid
from pathlib import Path

from visits.errors import NotFound


class FileStore:
    """Files under their SHA-256. What is written stays as it is; writing twice is harmless."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keep bytes, on the disk before this returns; gives their SHA-256 in hexadecimal."""
        digest = hashlib.sha256(data).hexdigest()
        place = self._place(digest)
        if place.exists():
            return digest
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(f"{digest}.{uuid.uuid4().hex}.part")
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(place)
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes of a SHA-256, or raise NotFound."""
        place = self._place(digest)
        if not place.is_file():
            raise NotFound("file_not_found")
        return place.read_bytes()

    def _place(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest
