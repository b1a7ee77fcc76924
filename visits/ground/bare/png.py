"""PNG: keep the chunks a picture is drawn with."""

import struct
import zlib
from collections.abc import Iterator

from visits.ground.bare.pieces import UPRIGHT, BadMedia, only_orientation, orientation_of

START = b"\x89PNG\r\n\x1a\n"
DRAWN = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"}
    | {b"pHYs", b"acTL", b"fcTL", b"fdAT"}
)


def bare_png(data: bytes) -> bytes:
    """Leave out texts, times, profiles and unknown chunks, and what follows the end."""
    kept, orientation = bytearray(START), UPRIGHT
    for name, body, whole in _chunks(data):
        if name == b"eXIf":
            orientation = orientation_of(body)
        if name == b"IEND" and orientation != UPRIGHT:
            kept += _chunk(b"eXIf", only_orientation(orientation))
        if name in DRAWN:
            kept += whole
        if name == b"IEND":
            return bytes(kept)
    raise BadMedia


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    place = len(START)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        whole = data[place : place + 12 + length]
        if len(whole) < 12 + length:
            raise BadMedia
        yield whole[4:8], whole[8:-4], whole
        place += len(whole)


def _chunk(name: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)
