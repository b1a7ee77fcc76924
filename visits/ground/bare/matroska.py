"""WebM and Matroska films: what tells where, when and with what becomes void of the same length."""

from collections.abc import Iterator
from dataclasses import dataclass

from visits.ground.bare.pieces import BadMedia

HEADER, SEGMENT = 0x1A45DFA3, 0x18538067
SEEK, INFO, TRACKS, CLUSTER, CUES = 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1F43B675, 0x1C53BB6B
ATTACHED, TAGS, CHAPTERS, VOID, CRC = 0x1941A469, 0x1254C367, 0x1043A770, 0xEC, 0xBF
LEVEL = (SEEK, INFO, TRACKS, CLUSTER, CUES, ATTACHED, TAGS, CHAPTERS)
SCALE, DURATION, MUXER, WRITER = 0x2AD7B1, 0x4489, 0x4D80, 0x5741
TRACK, TRACK_KIND, TRACK_NAME, CODEC_NAME, LANGUAGE = 0xAE, 0x83, 0x536E, 0x258688, 0x22B59C
VIDEO, SOUND = 1, 2
BLOCKS = (0xA3, 0xA0)
TIMES = (0xE7, 0xA7, 0xAB)


@dataclass(frozen=True)
class Element:
    """An element: `end` is None while its length is not said, as a recorder writes it."""

    name: int
    start: int
    content: int
    end: int | None


def bare_matroska(data: bytes) -> bytes:
    """Blank tags, attachments, chapters, titles, dates, and tracks neither seen nor heard."""
    film = bytearray(data)
    header, place = _element(film, 0, len(film))
    if header.name != HEADER or header.end is None:
        raise BadMedia
    segment, _ = _element(film, place, len(film))
    if segment.name != SEGMENT:
        raise BadMedia
    end = len(film) if segment.end is None else segment.end
    for element in _level(film, segment.content, end):
        _clean(film, element)
    return bytes(film[:end])


def _clean(film: bytearray, element: Element) -> None:
    if element.name == INFO:
        for one in _within(film, element):
            if one.name in (MUXER, WRITER):  # a file must have them, empty or not
                _zero(film, one)
            elif one.name not in (SCALE, DURATION, VOID):
                _void(film, one)
    elif element.name == TRACKS:
        for track in _within(film, element):
            _clean_track(film, track)
    elif element.name == CLUSTER:
        for one in _cluster(film, element):
            if one.name not in (*BLOCKS, *TIMES):
                _void(film, one)
    elif element.name not in (SEEK, CUES):
        _void(film, element)


def _clean_track(film: bytearray, track: Element) -> None:
    if track.name != TRACK:
        _void(film, track)
        return
    for one in _within(film, track):
        if one.name == TRACK_KIND and film[one.content] not in (VIDEO, SOUND):
            raise BadMedia  # its blocks stand among the others
        if one.name in (TRACK_NAME, CODEC_NAME, CRC):
            _void(film, one)


def _level(film: bytearray, place: int, end: int) -> Iterator[Element]:
    """List the parts of the segment."""
    while place < end:
        element, place = _element(film, place, end)
        if element.end is None and element.name == CLUSTER:
            last = element.content
            for one in _cluster(film, element):
                last = one.end or last
            place = last
        elif element.end is None:
            raise BadMedia
        yield element


def _cluster(film: bytearray, cluster: Element) -> Iterator[Element]:
    place, end = cluster.content, len(film) if cluster.end is None else cluster.end
    while place < end:
        one, place = _element(film, place, end)
        if cluster.end is None and one.name in LEVEL:
            return
        if one.end is None:
            raise BadMedia
        yield one


def _within(film: bytearray, parent: Element) -> list[Element]:
    assert parent.end is not None
    found, place = [], parent.content
    while place < parent.end:
        one, place = _element(film, place, parent.end)
        if one.end is None:
            raise BadMedia
        found.append(one)
    return found


def _element(film: bytearray, place: int, end: int) -> tuple[Element, int]:
    """Read the head of an element; gives it and where it ends, its content for an unsaid length."""
    start = place
    width = _width(film, place, 4)
    name = int.from_bytes(film[place : place + width], "big")
    place += width
    width = _width(film, place, 8)
    length = int.from_bytes(film[place : place + width], "big") & (1 << 7 * width) - 1
    place += width
    if length == (1 << 7 * width) - 1:
        return Element(name, start, place, None), place
    if place + length > end:
        raise BadMedia
    return Element(name, start, place, place + length), place + length


def _width(film: bytearray, place: int, most: int) -> int:
    width = 9 - film[place].bit_length()
    if width > most:
        raise BadMedia
    return width


def _zero(film: bytearray, one: Element) -> None:
    assert one.end is not None
    film[one.content : one.end] = bytes(one.end - one.content)


def _void(film: bytearray, one: Element) -> None:
    if one.end is None:
        raise BadMedia
    total = one.end - one.start
    head = (
        b"\xec" + bytes([0x80 | total - 2])
        if total < 2 + 127
        else b"\xec\x01" + (total - 9).to_bytes(7, "big")
    )
    film[one.start : one.end] = head + bytes(total - len(head))
