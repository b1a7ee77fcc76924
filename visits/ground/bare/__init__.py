"""Pictures, films, sounds and PDF without what they tell beside themselves: where, when, by whom.

Nothing is encoded anew: what is seen and heard stays bit for bit.
"""

import struct
from collections.abc import Callable

from visits.ground.bare.boxes import bare_boxes
from visits.ground.bare.gif import bare_gif
from visits.ground.bare.jpeg import bare_jpeg
from visits.ground.bare.matroska import bare_matroska
from visits.ground.bare.pdf import bare_pdf
from visits.ground.bare.pieces import BadMedia
from visits.ground.bare.png import bare_png
from visits.ground.bare.riff import bare_riff
from visits.ground.bare.sounds import bare_flac, bare_mp3, bare_ogg

__all__ = ["without_metadata"]

BY_START: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\xff\xd8", bare_jpeg),
    (b"\x89PNG\r\n\x1a\n", bare_png),
    (b"GIF8", bare_gif),
    (b"RIFF", bare_riff),
    (b"\x1a\x45\xdf\xa3", bare_matroska),
    (b"OggS", bare_ogg),
    (b"fLaC", bare_flac),
    (b"ID3", bare_mp3),
    (b"\xff\xfb", bare_mp3),
    (b"\xff\xfa", bare_mp3),
    (b"\xff\xf3", bare_mp3),
    (b"\xff\xf2", bare_mp3),
    (b"\xff\xe3", bare_mp3),
    # Nothing but sound follows.
    (b"#!AMR", bytes),
)
# Boxes of the ISO base media format begin with their length.
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
MEDIA = ("image/", "video/", "audio/", "application/pdf")
# Readers take what stands before it for nothing.
PDF, BEFORE_PDF = b"%PDF-", 1024
# Pictures of a camera that are not taken apart here: TIFF and what is built on it, raw ones.
CAMERAS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"IIRO", b"IIU\x00", b"FUJIFILM")


def without_metadata(data: bytes, *, media_type: str) -> bytes | None:
    """Give a file without metadata; None when nobody can vouch that it has none.

    What it is, its bytes say, not its sender. What is nothing of that kind stays as it is.
    """
    bare = _taken_apart_by(data)
    if bare is None:
        media = media_type.startswith(MEDIA) or data.startswith(CAMERAS)
        return None if media and data else data
    try:
        return bare(data)
    except (BadMedia, struct.error, LookupError, ValueError, ArithmeticError, EOFError):
        return None


def _taken_apart_by(data: bytes) -> Callable[[bytes], bytes] | None:
    if data[4:8] in BOXES:
        return bare_boxes
    if PDF in data[:BEFORE_PDF]:
        return bare_pdf
    return next((bare for start, bare in BY_START if data.startswith(start)), None)
