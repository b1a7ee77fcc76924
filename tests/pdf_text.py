"""What a PDF says, its lines run together."""

from io import BytesIO

from pypdf import PdfReader


def text_of(pdf: bytes) -> str:
    """Read all pages of a PDF as one line."""
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
