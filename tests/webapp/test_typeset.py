"""Papers: tagged, with their language; whatever text comes is text and nothing else."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.factories import NOW
from webapp.documents.typeset import pictures, typeset

FRAME = {
    "title": "Compte rendu",
    "author": "Oise Habitat",
    "logo": "",
    "opening": "",
    "language": "fr",
    "made": "Fait le 10 mars 2026",
    "foot": "Compte rendu",
    "page": "Page {n} sur {of}",
    "colon": "{} :",
    "foreign": "Le signe {box} remplace une lettre.",
    "about": [],
    "urgent": [],
    "ring": {"title": "Qui appeler", "lines": []},
    "small": "",
}
SOURCE = '#include "/etc/passwd" ] } ) " \\ $x^2$ `a` <b> @ref = * _ // /* ${fall_band} {n} \\u{41}'


def report(says: str, **said: Any) -> dict[str, Any]:
    item = {"tone": "severity-U3", "word": "Bientôt", "says": says, "facts": [["Qui agit", says]]}
    part = {"icon": "tools", "title": "Ce que nous faisons", "intro": "", "items": [item]}
    return {**FRAME, "parts": [part], **said}


def read(says: str, **said: Any) -> tuple[PdfReader, str]:
    pdf = PdfReader(io.BytesIO(typeset("tenant_report", report(says, **said), made_at=NOW)))
    return pdf, " ".join(page.extract_text() for page in pdf.pages)


def test_a_paper_is_tagged_and_says_its_language_and_title() -> None:
    for language in ("fr", "en"):
        pdf, _ = read("Fuite", language=language)
        root: Any = pdf.trailer["/Root"]
        assert root["/Lang"] == language
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert pdf.metadata is not None
        assert pdf.metadata.title == "Compte rendu"


def test_what_looks_like_source_is_read_as_it_was_typed() -> None:
    _, text = read(SOURCE)
    assert SOURCE in " ".join(text.split())


@pytest.mark.parametrize("says", ["Łukasz Őz", "Ελένη", "Привет", "l’œuf ≥ 3 m² → ½"])
def test_letters_beyond_french_are_printed(says: str) -> None:
    _, text = read(says)
    assert "□" not in text


def test_arabic_is_printed_and_what_no_type_has_is_a_box_that_is_said() -> None:
    _, text = read("مرحبا")
    assert "□" not in text
    _, text = read("Chez 漢字 😀👩‍👩‍👧 merci")
    assert "Chez □□ □" in text
    assert "merci" in text
    assert "Le signe □ remplace" in text


def test_ten_thousand_letters_run_over_pages_not_over_the_edge() -> None:
    pdf, text = read("x" * 10_000)
    assert len(pdf.pages) > 2
    assert text.count("x") >= 20_000
    for page in pdf.pages:
        page.extract_text(visitor_text=lambda _text, _cm, tm, _font, _size: _inside(tm))


def _inside(matrix: Any) -> None:
    assert matrix[4] < 560  # A4 is 595 points wide


def test_what_only_steers_a_screen_is_left_out_and_lines_stay_lines() -> None:
    _, text = read("un\u202e\u200b\ufeff\x00\x07 deux\r\ntrois\ud800")
    assert "un deux\ntrois" in text


def test_the_same_paper_of_the_same_moment_is_the_same_file() -> None:
    first, second = (typeset("tenant_report", report("Fuite"), made_at=NOW) for _ in "ab")
    assert first == second


def test_the_pages_of_a_paper_are_pictures_too() -> None:
    made = pictures("tenant_report", report("Fuite"), made_at=NOW)
    assert all(one.startswith(b"\x89PNG") for one in made)
