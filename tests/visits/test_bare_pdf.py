"""What is shown of a PDF tells nobody who wrote it or where, and does nothing by itself."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pypdf import PdfReader
from pypdf.generic import ArrayObject, NameObject

from tests.pdfs import PHOTO, SECRET, SEEN, telling_pdf
from visits.ground.bare import without_metadata
from visits.ground.bare.jpeg import bare_jpeg

PDF = "application/pdf"
TOLD = telling_pdf()


def test_nothing_is_told_beside_what_is_seen() -> None:
    assert TOLD.count(SECRET.encode()) > 8
    bare = without_metadata(TOLD, media_type=PDF)
    assert bare is not None and SECRET.encode() not in bare
    for word in (b"JavaScript", b"Launch", b"EmbeddedFile", b"OpenAction", b"Producer"):
        assert word not in bare
    again = without_metadata(bare, media_type=PDF)
    assert again is not None and SECRET.encode() not in again


def test_what_is_seen_stays() -> None:
    bare = without_metadata(TOLD, media_type=PDF)
    assert bare is not None
    (page,) = PdfReader(io.BytesIO(bare)).pages
    contents = page.get_contents()
    assert contents is not None and contents.get_data() == SEEN
    assert bare_jpeg(PHOTO) in bare
    links = [one.get_object() for one in page["/Annots"] if "/A" in one.get_object()]  # type: ignore[attr-defined]
    assert [one["/A"]["/URI"] for one in links] == ["https://a.example/"]


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\nnothing",
        TOLD[:400],
        telling_pdf(password="1234"),
        telling_pdf(filters=ArrayObject([NameObject("/DCTDecode"), NameObject("/DCTDecode")])),
        telling_pdf(filters=NameObject("/JPXDecode")),
    ],
    ids=["empty", "cut", "locked", "coded twice", "jpeg 2000"],
)
def test_what_nobody_can_vouch_for_is_not_shown(data: bytes) -> None:
    assert without_metadata(data, media_type=PDF) is None


@given(at=some.integers(0, len(TOLD) - 1), byte=some.integers(0, 255))
def test_a_broken_one_is_refused_or_written_anew(at: int, byte: int) -> None:
    broken = TOLD[:at] + bytes([byte]) + TOLD[at + 1 :]
    assert without_metadata(broken, media_type=PDF) != broken


def test_what_cannot_be_read_is_quoted_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    assert without_metadata(TOLD.replace(b"/Filter", b"?Filter"), media_type=PDF) is not None
    assert not caplog.records


def test_a_camera_tells_nothing_in_a_picture_of_which_nothing_is_said() -> None:
    bare = without_metadata(TOLD.replace(b"/Filter", b"?Filter"), media_type=PDF)
    assert bare is not None and SECRET.encode() not in bare


def test_one_that_begins_later_is_one() -> None:
    bare = without_metadata(b"\n\n" + TOLD, media_type="application/octet-stream")
    assert bare is not None and SECRET.encode() not in bare
