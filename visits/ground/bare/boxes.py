"""ISO base media: MP4, MOV, 3GP and M4A films and sounds, HEIC and AVIF pictures.

Samples are found by their place in the file, so nothing moves: what is left out becomes an empty
box of the same length.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from visits.ground.bare.heic import blank_items
from visits.ground.bare.pieces import BadMedia
from visits.ground.bare.samples import blank_between, extents

PICTURES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
KEPT = {
    b"": (b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"styp", b"sidx"),
    b"moov": (b"mvhd", b"trak", b"mvex"),
    b"trak": (b"tkhd", b"edts", b"mdia", b"tref", b"tapt"),
    b"mdia": (b"mdhd", b"hdlr", b"minf", b"elng"),
    b"minf": (b"vmhd", b"smhd", b"nmhd", b"gmhd", b"dinf", b"stbl", b"hdlr"),
    b"stbl": (
        *(b"stsd", b"stts", b"ctts", b"stsc", b"stsz", b"stco", b"co64", b"stss"),
        *(b"sdtp", b"sbgp", b"sgpd", b"cslg", b"stps"),
    ),
    b"moof": (b"mfhd", b"traf"),
    b"traf": (b"tfhd", b"trun", b"tfdt", b"sbgp", b"sgpd", b"sdtp", b"subs"),
}
# What is seen and heard; other tracks tell places, times and movements, or say them as subtitles.
SEEN_AND_HEARD = (b"vide", b"soun")
TIMED = (b"mvhd", b"tkhd", b"mdhd")
COMPRESSOR = slice(50, 82)  # of a sample entry of a film: the name of what coded it
MOST = 10_000


@dataclass(frozen=True)
class Box:
    """A box in the file: where it starts, where its content starts, where it ends."""

    name: bytes
    start: int
    content: int
    end: int


def bare_boxes(data: bytes) -> bytes:
    """Blank what is neither seen nor heard."""
    film = bytearray(data)
    top = list(boxes(film, 0, len(film)))
    if not {b"mdat", b"moov", b"meta"} & {box.name for box in top}:
        raise BadMedia
    picture = any(box.name == b"ftyp" and _is_picture(film[box.content : box.end]) for box in top)
    for box in top:
        if box.name == b"meta" and picture:
            blank_items(film, box.content + 4, box.end)
        elif box.name not in KEPT[b""]:
            _blank(film, box)
        elif box.name in KEPT:
            _clean(film, box)
    _blank_samples(film, top)
    return bytes(film)


def boxes(film: bytearray, place: int, end: int) -> Iterator[Box]:
    """List the boxes between two places."""
    for _number in range(MOST):
        if end - place < 8:
            if any(film[place:end]):
                raise BadMedia
            return
        length, name = struct.unpack_from(">I4s", film, place)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", film, place + 8), 16
        if length == 0:
            length = end - place
        if not head <= length <= end - place:
            if length == 0 and name == bytes(4):  # a list may end with a zero
                return
            raise BadMedia
        yield Box(name, place, place + head, place + length)
        place += length
    raise BadMedia


def _is_picture(brands: bytearray) -> bool:
    return bytes(brands[:4]) in PICTURES


def _clean(film: bytearray, parent: Box) -> None:
    """Blank what is not needed inside a box, to the bottom."""
    for box in list(boxes(film, parent.content, parent.end)):
        unseen = box.name == b"trak" and _handler(film, box) not in SEEN_AND_HEARD
        if box.name not in KEPT[parent.name] or unseen:
            _blank(film, box)
        elif box.name in KEPT:
            _clean(film, box)
        elif box.name in TIMED:
            moment = 16 if film[box.content] == 1 else 8
            film[box.content + 4 : box.content + 4 + moment] = bytes(moment)
        elif box.name == b"hdlr":
            film[box.content + 12 : box.end] = bytes(box.end - box.content - 12)
        elif box.name == b"stsd":
            _clean_entries(film, box)


def _clean_entries(film: bytearray, parent: Box) -> None:
    for box in boxes(film, parent.content + 8, parent.end):
        # A sound's entry is shorter, or has its own boxes there.
        if box.name in (b"avc1", b"avc3", b"hvc1", b"hev1", b"mp4v", b"s263", b"vp09", b"av01"):
            film[box.start + COMPRESSOR.start : box.start + COMPRESSOR.stop] = bytes(32)
        if box.end > parent.end:
            raise BadMedia


def _handler(film: bytearray, track: Box) -> bytes:
    for media in boxes(film, track.content, track.end):
        if media.name == b"mdia":
            for box in boxes(film, media.content, media.end):
                if box.name == b"hdlr":
                    return bytes(film[box.content + 8 : box.content + 12])
    return b""


def _blank(film: bytearray, box: Box) -> None:
    film[box.start + 4 : box.start + 8] = b"free"
    film[box.content : box.end] = bytes(box.end - box.content)


def _blank_samples(film: bytearray, top: list[Box]) -> None:
    """Blank what stands between the samples of what is seen and heard."""
    moov = next((box for box in top if box.name == b"moov"), None)
    if moov is None or any(box.name == b"moof" for box in top):
        return  # a picture; or a film in fragments, which has nothing between them
    kept: list[tuple[int, int]] = []
    for track in boxes(film, moov.content, moov.end):
        if track.name == b"trak":
            kept += extents(film, _table(film, track))
    blank_between(film, [(box.content, box.end) for box in top if box.name == b"mdat"], kept)


def _table(film: bytearray, track: Box) -> dict[bytes, tuple[int, int]]:
    """Find the boxes that say where the samples of a track are."""
    within = track
    for name in (b"mdia", b"minf", b"stbl"):
        found = next(
            (one for one in boxes(film, within.content, within.end) if one.name == name), None
        )
        if found is None:
            raise BadMedia
        within = found
    return {one.name: (one.content, one.end) for one in boxes(film, within.content, within.end)}
