"""One file of named parts: a tar that streams, with the manifest of their hashes at its end.

The manifest's own hash stands in its name, and a name in a tar has a sum: no part can be changed,
left out or cut off unseen.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from visits.ground.private import make_private_folder, private_file

FORMAT = 1
MANIFEST = re.compile(r"manifest-([0-9a-f]{64})\.json")
PART = re.compile(r"secrets|database/[a-z_]+\.(db|copy)|files/[0-9a-f]{2}/[0-9a-f]{64}")
AT_ONCE = 1024 * 1024
Keep = Callable[[bytes], object]


class BadArchive(Exception):
    """An archive that is damaged, cut short or none of ours; says what was seen."""


@dataclass(frozen=True)
class Part:
    """One part as it was written or read."""

    name: str
    size: int
    sha256: str


class ArchiveWriter:
    """Writes parts one after the other; it is an archive once `finish` was called."""

    def __init__(self, target: BinaryIO) -> None:
        self._tar = tarfile.open(  # noqa: SIM115 -- finish() closes it
            fileobj=target, mode="w|", format=tarfile.PAX_FORMAT
        )
        self.parts: list[Part] = []

    def add(self, name: str, source: BinaryIO) -> None:
        """Add an open file as it is now."""
        self._add(name, source, os.fstat(source.fileno()).st_size)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Add bytes."""
        self._add(name, io.BytesIO(data), len(data))

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the manifest: `facts`, and each part with its hash."""
        parts = [vars(part) for part in self.parts]
        manifest = json.dumps({"format": FORMAT, **facts, "parts": parts}, indent=1).encode()
        self.add_bytes(f"manifest-{hashlib.sha256(manifest).hexdigest()}.json", manifest)
        self._tar.close()

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashing = _Hashing(source)
        self._tar.addfile(entry, hashing)
        self.parts.append(Part(name, size, hashing.sha256.hexdigest()))


class _Hashing(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.sha256 = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.sha256.update(data)
        return data


def check_archive(source: BinaryIO) -> dict[str, Any]:
    """Read an archive through; gives its manifest, or raises BadArchive."""
    return _read(source, lambda entry, data: _drain(data, lambda piece: None))


def unpack_archive(source: BinaryIO, folder: Path) -> dict[str, Any]:
    """Lay the parts of an archive into a folder; gives the manifest, or raises BadArchive."""

    def lay(entry: tarfile.TarInfo, data: IO[bytes]) -> str:
        place = folder / entry.name
        make_private_folder(place.parent)
        with private_file(place) as file:
            return _drain(data, file.write)

    return _read(source, lay)


def _read(source: BinaryIO, take: Callable[[tarfile.TarInfo, IO[bytes]], str]) -> dict[str, Any]:
    found: dict[str, Part] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for entry in tar:
                data = tar.extractfile(entry) if entry.isreg() else None
                if data is None or manifest is not None:
                    raise BadArchive(f"something that does not belong there: {entry.name}")
                if known := MANIFEST.fullmatch(entry.name):
                    manifest = _manifest(data.read(), known[1])
                elif PART.fullmatch(entry.name) and entry.name not in found:
                    found[entry.name] = Part(entry.name, entry.size, take(entry, data))
                else:
                    raise BadArchive(f"something that does not belong there: {entry.name!r}")
    except (tarfile.TarError, EOFError) as error:
        raise BadArchive(f"it is damaged or cut short ({error})") from error
    if manifest is None:
        raise BadArchive("it is damaged or cut short: its manifest is missing")
    _compare(manifest, found)
    return manifest


def _manifest(data: bytes, sha256: str) -> dict[str, Any]:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BadArchive("its manifest was changed")
    manifest: dict[str, Any] = json.loads(data)
    if manifest["format"] != FORMAT:
        raise BadArchive(f"its format {manifest['format']} is not known to this version")
    return manifest


def _compare(manifest: Mapping[str, Any], found: Mapping[str, Part]) -> None:
    named = {part["name"]: Part(**part) for part in manifest["parts"]}
    for name in sorted({*named, *found}):
        if named.get(name) != found.get(name):
            raise BadArchive(f"{name} is not what was backed up")


def _drain(data: IO[bytes], keep: Keep) -> str:
    found = hashlib.sha256()
    while piece := data.read(AT_ONCE):
        found.update(piece)
        keep(piece)
    return found.hexdigest()
