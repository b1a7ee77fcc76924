"""What a thief finds in a browser's profile: every byte of it, whatever the file."""

import contextlib
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path


def found_in(profile: Path, words: Collection[str]) -> dict[str, list[str]]:
    """Name the files in which a word stands, as UTF-8 or UTF-16, packed or not."""
    wanted = {word: (word.encode(), word.encode("utf-16-le")) for word in words}
    found: dict[str, list[str]] = {word: [] for word in words}
    for file in sorted(one for one in profile.rglob("*") if one.is_file()):
        for seen in _unpacked(file.read_bytes()):
            for word, spellings in wanted.items():
                name = str(file.relative_to(profile))
                if any(one in seen for one in spellings) and name not in found[word]:
                    found[word].append(name)
    return {word: files for word, files in found.items() if files}


def _unpacked(data: bytes) -> Iterator[bytes]:
    yield data
    at = data.find(b"\x1f\x8b\x08")
    while at >= 0:
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[at:])
        at = data.find(b"\x1f\x8b\x08", at + 1)
