"""RIFF: WebP pictures and WAV sounds."""

import struct
from collections.abc import Iterator

from visits.ground.bare.pieces import UPRIGHT, BadMedia, only_orientation, orientation_of

HEARD = frozenset({b"fmt ", b"fact", b"data"})
DRAWN = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"})
# In the first byte of VP8X: there is a colour profile, an EXIF, an XMP.
PROFILE, EXIF, XMP = 0x20, 0x08, 0x04


def bare_riff(data: bytes) -> bytes:
    """Leave out every chunk that is not seen or heard."""
    kind = data[8:12]
    if kind == b"WEBP":
        return _riff(kind, _drawn(data))
    if kind == b"WAVE":
        return _riff(kind, [one for one in _chunks(data) if one[0] in HEARD])
    raise BadMedia


def _drawn(data: bytes) -> list[tuple[bytes, bytes]]:
    exif = next((body for name, body in _chunks(data) if name == b"EXIF"), b"")
    orientation = orientation_of(exif.removeprefix(b"Exif\x00\x00"))
    kept = [(name, body) for name, body in _chunks(data) if name in DRAWN]
    turned = orientation != UPRIGHT and kept[0][0] == b"VP8X"
    for number, (name, body) in enumerate(kept):
        if name == b"VP8X":
            flags = body[0] & ~(PROFILE | EXIF | XMP) | (EXIF if turned else 0)
            kept[number] = (name, bytes([flags]) + body[1:10])
    if turned:
        kept.append((b"EXIF", only_orientation(orientation)))
    return kept


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, end = 12, min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while place + 8 <= end:
        name, length = struct.unpack_from("<4sI", data, place)
        body = data[place + 8 : place + 8 + length]
        if len(body) < length and name != b"data":  # a recorder that was stopped has no length
            raise BadMedia
        yield name, body
        place += 8 + length + length % 2


def _riff(kind: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    if not chunks:
        raise BadMedia
    whole = b"".join(
        name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for name, body in chunks
    )
    return b"RIFF" + struct.pack("<I", len(whole) + 4) + kind + whole
