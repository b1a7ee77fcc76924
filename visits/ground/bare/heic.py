"""The items of an HEIC or AVIF picture: those that are not drawn are blanked where they stand."""

import struct
from collections.abc import Iterator

from visits.ground.bare.pieces import BadMedia

# EXIF, XMP and whatever else is written about a picture.
TOLD = (b"Exif", b"mime", b"uri ")
KEPT = (b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp", b"iref", b"idat", b"dinf", b"grpl")
MOST = 65_536
# What readers want to find there: an EXIF that says nothing.
EMPTY = bytes(4) + b"MM\x00*" + struct.pack(">IHI", 8, 0, 0)


def blank_items(film: bytearray, start: int, end: int) -> None:
    """Blank the items of a `meta` box, whose boxes stand between two places, that are not drawn."""
    found = {name: (content, after) for name, content, after in _boxes(film, start, end)}
    if b"iinf" not in found or b"iloc" not in found:
        raise BadMedia
    kinds = dict(_items(film, *found[b"iinf"]))
    (data, _) = found.get(b"idat", (0, 0))
    for item, within, offset, length in _extents(film, found[b"iloc"][0]):
        at = offset + (data if within else 0)
        kind = kinds.get(item)
        if kind in TOLD:
            if not 0 < length <= len(film) - at:
                raise BadMedia
            empty = EMPTY[:length] if kind == b"Exif" else b""
            film[at : at + length] = empty.ljust(length, b"\x00")
    for name, content, after in _boxes(film, start, end):
        if name not in KEPT:
            film[content - 4 : content] = b"free"
            film[content:after] = bytes(after - content)


def _boxes(film: bytearray, place: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while end - place >= 8:
        length, name = struct.unpack_from(">I4s", film, place)
        if not 8 <= length <= end - place:
            raise BadMedia
        yield name, place + 8, place + length
        place += length


def _items(film: bytearray, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """List the items with what they are."""
    first = start + (6 if film[start] == 0 else 8)
    for name, content, _after in _boxes(film, first, end):
        if name != b"infe" or film[content] not in (2, 3):
            raise BadMedia
        kind = ">HH4s" if film[content] == 2 else ">IH4s"
        item, _protection, what = struct.unpack_from(kind, film, content + 4)
        yield item, what


def _extents(film: bytearray, place: int) -> Iterator[tuple[int, bool, int, int]]:
    """List where items stand: item, whether inside `idat`, offset, length."""
    version, sizes = film[place], struct.unpack_from(">H", film, place + 4)[0]
    offsets, lengths, bases, indices = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = version == 2
    place += 6
    count, place = _number(film, place, 4 if wide else 2)
    if count > MOST:
        raise BadMedia
    for _item in range(count):
        item, place = _number(film, place, 4 if wide else 2)
        method = 0
        if version in (1, 2):
            method, place = _number(film, place, 2)
        base, place = _number(film, place + 2, bases)
        extents, place = _number(film, place, 2)
        if method & 15 > 1 or extents > MOST:
            raise BadMedia
        for _extent in range(extents):
            if version in (1, 2):
                _index, place = _number(film, place, indices)
            offset, place = _number(film, place, offsets)
            length, place = _number(film, place, lengths)
            yield item, method & 15 == 1, base + offset, length


def _number(film: bytearray, place: int, size: int) -> tuple[int, int]:
    if place + size > len(film):
        raise BadMedia
    return int.from_bytes(film[place : place + size], "big"), place + size
