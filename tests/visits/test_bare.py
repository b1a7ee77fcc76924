"""What is shown of a photo, film or sound tells no place, no device and no date.

The files of `tests/data/media` say SECRET-PLACE wherever their kind can say something.
"""

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from visits.ground.bare import without_metadata

MEDIA = Path(__file__).parent.parent / "data" / "media"
FILES = sorted(MEDIA.iterdir())
SECRET = b"SECRET-PLACE"
TURNED = bytes.fromhex("0112000300000001 0006")


def _bare(data: bytes, media_type: str = "application/octet-stream") -> bytes:
    bare = without_metadata(data, media_type=media_type)
    assert bare is not None
    return bare


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_told_beside_what_is_seen_and_heard(file: Path) -> None:
    data = file.read_bytes()
    assert SECRET in data
    bare = _bare(data)
    assert b"SECRET" not in bare
    assert _bare(bare) == bare


@pytest.mark.parametrize("name", ["p0.jpg", "p1.jpg", "p.png", "p.webp"])
def test_which_way_up_a_picture_is_stays(name: str) -> None:
    assert TURNED in _bare((MEDIA / name).read_bytes())


def _drawn(data: bytes) -> bytes:
    """Cut the coded picture or sound out of a file, whatever stands around it."""
    if data.startswith(b"\xff\xd8"):
        return data[data.index(b"\xff\xda") : data.index(b"\xff\xd9", data.index(b"\xff\xda"))]
    if data.startswith(b"\x89PNG"):
        start = data.index(b"IDAT")
        return data[start : start + struct.unpack(">I", data[start - 4 : start])[0]]
    mark = {b"RIFF": b"data" if b"WAVE" in data[:16] else b"VP8L"}.get(data[:4], b"mdat")
    start = data.index(mark)
    order = "<I" if data.startswith(b"RIFF") else ">I"
    size = struct.unpack(order, data[start + 4 : start + 8])[0]
    if mark == b"mdat":
        return data[start : start - 4 + struct.unpack(">I", data[start - 4 : start])[0]]
    return data[start : start + 8 + size]


@pytest.mark.parametrize("name", ["p0.jpg", "p.png", "p.webp", "f.mp4", "f.mov", "a.m4a", "a.wav"])
def test_what_is_seen_and_heard_stays_bit_for_bit(name: str) -> None:
    data = (MEDIA / name).read_bytes()
    drawn = _drawn(data)
    assert len(drawn) > 500
    assert drawn in _bare(data)


def test_a_track_of_places_goes_with_its_samples() -> None:
    """Cameras write where they were in a track of its own, its samples between the others."""
    film = (MEDIA / "f.mp4").read_bytes()
    camera = film.replace(b"soun", b"meta")
    assert camera != film
    with_sound, bare = _bare(film), _bare(camera)
    start = film.index(b"mdat")
    seen = sum(1 for byte in bare[start:] if byte)
    assert 0 < seen < 0.97 * sum(1 for byte in with_sound[start:] if byte)
    assert len(bare) == len(film)


def test_what_stands_between_samples_or_in_free_space_goes() -> None:
    film = (MEDIA / "f.mp4").read_bytes()
    dashcam = film + struct.pack(">I", 8 + len(SECRET)) + b"free" + SECRET
    assert SECRET not in _bare(dashcam)
    assert SECRET not in _bare(film + struct.pack(">I", 8 + len(SECRET)) + b"mdat" + SECRET)


def test_a_file_is_what_its_bytes_say() -> None:
    photo = (MEDIA / "p0.jpg").read_bytes()
    assert SECRET not in _bare(photo, "text/plain")
    assert _bare(b"a;b\n1;2\n", "text/csv") == b"a;b\n1;2\n"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xd8 cut off", "image/jpeg"),
        (b"II*\x00 a raw photo", "application/octet-stream"),
        (b"something else", "image/x-canon-cr2"),
        (b"something else", "video/quicktime"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"OggS" + bytes(40), "audio/ogg"),
    ],
)
def test_what_nobody_can_vouch_for_is_not_given(data: bytes, media_type: str) -> None:
    assert without_metadata(data, media_type=media_type) is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_cut_anywhere_is_told_or_bare(file: Path) -> None:
    data = file.read_bytes()
    for end in range(0, len(data), max(1, len(data) // 40)):
        bare = without_metadata(data[:end], media_type="image/any")
        assert bare is None or b"SECRET" not in bare, end


@given(some.sampled_from(FILES), some.integers(0, 2**16), some.binary(min_size=1, max_size=8))
def test_a_changed_file_raises_nothing(file: Path, place: int, change: bytes) -> None:
    data = bytearray(file.read_bytes())
    place %= len(data)
    data[place : place + len(change)] = change
    without_metadata(bytes(data), media_type="image/any")
    without_metadata(bytes(data[:16]) + os.urandom(200), media_type="image/any")
