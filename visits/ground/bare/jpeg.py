"""JPEG: keep what the picture is drawn with, and which way up it is."""

import struct

from visits.ground.bare.pieces import UPRIGHT, BadMedia, only_orientation, orientation_of

START, END, SCAN = 0xD8, 0xD9, 0xDA
JFIF, EXIF, ADOBE = 0xE0, 0xE1, 0xEE
EXIF_HEAD = b"Exif\x00\x00"
# Tables, frames and scans; of what applications add, Adobe's says how colours are coded.
DRAWN = frozenset({*range(0xC0, 0xD0), SCAN, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, ADOBE}) - {0xC8}
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
ADOBE_LENGTH = 12


def bare_jpeg(data: bytes) -> bytes:
    """Leave out comments and whatever applications added, and what follows the picture's end."""
    kept, orientation, place = bytearray(), UPRIGHT, 2
    while True:
        marker, place = _marker(data, place)
        if marker == END:
            break
        if marker in ALONE:
            continue
        (length,) = struct.unpack_from(">H", data, place)
        segment = data[place : place + length]
        if length < 2 or len(segment) < length:
            raise BadMedia
        place += length
        if marker == EXIF and segment[2:].startswith(EXIF_HEAD) and orientation == UPRIGHT:
            orientation = orientation_of(segment[2 + len(EXIF_HEAD) :])
        if marker in DRAWN:
            if marker == ADOBE:
                segment = _adobe(segment)
            if segment:
                kept += bytes([0xFF, marker]) + segment
        if marker == SCAN:
            end = _end_of_scan(data, place)
            kept += data[place:end]
            place = end
    if not kept:
        raise BadMedia
    return b"\xff\xd8" + _head(data, orientation) + kept + bytes([0xFF, END])


def _marker(data: bytes, place: int) -> tuple[int, int]:
    if data[place] != 0xFF:
        raise BadMedia
    while data[place] == 0xFF:
        place += 1
    return data[place], place + 1


def _end_of_scan(data: bytes, place: int) -> int:
    """Find the marker after the coded picture: 0xFF stands for itself there only before 0."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise BadMedia
        following = data[place + 1]
        if following == 0xFF:
            place += 1
        elif following == 0 or following in ALONE:
            place += 2
        else:
            return place


def _adobe(segment: bytes) -> bytes:
    kept = segment[2 : 2 + ADOBE_LENGTH]
    if not kept.startswith(b"Adobe") or len(kept) < ADOBE_LENGTH:
        return b""
    return struct.pack(">H", ADOBE_LENGTH + 2) + kept


def _head(data: bytes, orientation: int) -> bytes:
    """Write what stands before the picture: JFIF as it was, without its thumbnail; EXIF anew."""
    head = b""
    if data[2:4] == b"\xff\xe0" and data[6:11] == b"JFIF\x00":
        head += b"\xff\xe0\x00\x10" + data[6:18] + b"\x00\x00"
    if orientation != UPRIGHT:
        exif = EXIF_HEAD + only_orientation(orientation)
        head += b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return head
