"""What the formats have in common: a way to say no, and which way up a picture is."""

import struct

ORIENTATION = 0x0112
UPRIGHT = 1
SHORT = 3


class BadMedia(Exception):
    """A file that is not what it says, or is cut off."""


def orientation_of(tiff: bytes) -> int:
    """Read which way up a picture is from its EXIF, 1 when that is not said."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(count):
            place = start + 2 + 12 * number
            tag, kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, place)
            if tag == ORIENTATION and kind == SHORT and 1 <= value <= 8:
                return int(value)
    except struct.error:
        pass
    return UPRIGHT


def only_orientation(value: int) -> bytes:
    """Write an EXIF that says which way up a picture is and nothing else."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, SHORT, 1, value, 0, 0)
