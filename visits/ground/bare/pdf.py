"""PDF: keep the pages and what they show; nothing that says who wrote it, or that acts."""

import io
import logging
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from visits.ground.bare.jpeg import bare_jpeg
from visits.ground.bare.pieces import BadMedia

MOST_PAGES = 500
# Of any object: what is told beside it, and what it would do by itself.
TOLD = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AA", "/AF", "/Measure", "/PtData")
# Of notes on a page: who wrote them, when. A field of a form is called by /T.
OF_NOTES = ("/M", "/CreationDate", "/NM")
ACTING = ("/FileAttachment", "/Screen", "/Movie", "/Sound", "/RichMedia", "/3D")
GOES = ("/URI", "/GoTo")
JPEG = b"\xff\xd8\xff"
# Of a page, what it shows; whatever else programs wrote there goes.
OF_PAGES = frozenset(
    ("/Type", "/Parent", "/Resources", "/Contents", "/Annots", "/Group", "/Rotate", "/UserUnit")
    + ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")
)
# It quotes what it cannot read, which is nobody's matter.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def bare_pdf(data: bytes) -> bytes:
    """Write the pages anew, each with what it shows; one that is locked is refused."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted or not 0 < len(reader.pages) <= MOST_PAGES:
            raise BadMedia
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        for page in writer.pages:
            for key in set(page) - OF_PAGES:
                page.pop(NameObject(key))
            _bare_notes(page)
        for thing in _things(writer):
            _bare_thing(thing)
        writer.metadata = None
        # What only left objects pointed at must not be written.
        writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
        written = io.BytesIO()
        writer.write(written)
    except (PyPdfError, AttributeError, TypeError, RecursionError) as broken:
        raise BadMedia from broken
    return written.getvalue()


def _things(writer: PdfWriter) -> Iterator[DictionaryObject]:
    """Give every object that is written, and those that stand in another."""
    for number in range(1, len(writer._objects) + 1):
        yield from _within(writer.get_object(number))


def _within(thing: Any) -> Iterator[DictionaryObject]:
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            yield one
            waiting += [one.raw_get(key) for key in one]
        elif isinstance(one, ArrayObject):
            waiting += list(iter_raw(one))


def iter_raw(array: ArrayObject) -> Iterator[Any]:
    """Give what stands in an array, without following what it points at."""
    yield from (one for one in list.__iter__(array) if not isinstance(one, IndirectObject))


def _bare_notes(page: DictionaryObject) -> None:
    notes = page.get("/Annots")
    if notes is None:
        return
    shown = [one for one in notes.get_object() if one.get_object().get("/Subtype") not in ACTING]
    page[NameObject("/Annots")] = ArrayObject(shown)
    for one in shown:
        note = one.get_object()
        for key in OF_NOTES if note.get("/Subtype") == "/Widget" else (*OF_NOTES, "/T"):
            note.pop(NameObject(key), None)


def _bare_thing(thing: DictionaryObject) -> None:
    for key in TOLD:
        thing.pop(NameObject(key), None)
    action = thing.get("/A")
    if isinstance(action, DictionaryObject) and action.get("/S") not in GOES:
        thing.pop(NameObject("/A"), None)
    if isinstance(thing, StreamObject):
        _bare_picture(thing)


def _bare_picture(stream: StreamObject) -> None:
    """Take what a camera told out of a picture; one that is not taken apart here is refused.

    What a stream is, its bytes say too: a reader may miss what is said of it.
    """
    coded = stream.get("/Filter")
    filters = list(coded) if isinstance(coded, ArrayObject) else [coded]
    if filters != ["/DCTDecode"] and {"/DCTDecode", "/JPXDecode"} & set(filters):
        raise BadMedia
    if filters == ["/DCTDecode"] or stream._data.startswith(JPEG):
        stream._data = bare_jpeg(stream._data)
