"""A PDF that says SECRET wherever it can say something that is not seen."""

import io
from pathlib import Path
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

SECRET = "SECRET"
SEEN = b"q 100 0 0 100 0 0 cm /I Do Q"
PHOTO = (Path(__file__).parent / "data" / "media" / "p0.jpg").read_bytes()


def telling_pdf(*, filters: object = None, password: str = "") -> bytes:
    """Write a page with a picture, told about in every way there is."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    picture = _stream(PHOTO, Subtype="Image", ColorSpace="DeviceRGB", Filter="DCTDecode")
    for name, value in (("/Width", 64), ("/Height", 48), ("/BitsPerComponent", 8)):
        picture[NameObject(name)] = NumberObject(value)
    if filters is not None:
        picture[NameObject("/Filter")] = filters
    shown = DictionaryObject({NameObject("/I"): writer._add_object(picture)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): shown})
    page[NameObject("/Contents")] = writer._add_object(_stream(SEEN))
    page[NameObject("/PieceInfo")] = _dictionary(X=TextStringObject(SECRET))
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(note) for note in _notes()])
    told = _stream(f"<x>{SECRET}</x>".encode(), Type="Metadata")
    for thing in (page, writer.root_object):
        thing[NameObject("/Metadata")] = writer._add_object(told)
    script = _dictionary(S=NameObject("/JavaScript"), JS=TextStringObject(SECRET))
    writer.root_object[NameObject("/OpenAction")] = script
    writer.add_metadata({"/Author": SECRET})
    writer.add_attachment(f"{SECRET}.txt", SECRET.encode())
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _notes() -> list[DictionaryObject]:
    place = ArrayObject([FloatObject(n) for n in (0, 0, 9, 9)])
    who = TextStringObject(SECRET)
    acts = _dictionary(S=NameObject("/Launch"), F=who)
    goes = _dictionary(S=NameObject("/URI"), URI=TextStringObject("https://a.example/"))
    return [
        _dictionary(Subtype=NameObject("/Text"), Rect=place, T=who, NM=who),
        _dictionary(Subtype=NameObject("/FileAttachment"), Rect=place, Contents=who),
        _dictionary(Subtype=NameObject("/Link"), Rect=place, A=acts),
        _dictionary(Subtype=NameObject("/Link"), Rect=place, A=goes),
    ]


def _stream(data: bytes, **names: str) -> StreamObject:
    stream = StreamObject()
    stream._data = data
    for name, value in names.items():
        stream[NameObject(f"/{name}")] = NameObject(f"/{value}")
    return stream


def _dictionary(**values: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in values.items()})
