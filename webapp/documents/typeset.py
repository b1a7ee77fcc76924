"""Papers: words in, a tagged PDF out. Whatever is said comes as data, never as source.

A template stands beside this file for each paper; it has no words of its own.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst
from pypdf import PdfWriter

from webapp.documents.text import FOREIGN, printable, without

WEBAPP = Path(__file__).parents[1]
BUILT = WEBAPP / "static" / "build"
TEMPLATES = Path(__file__).parent
Form = Literal["pdf", "png"]
# Each pass tells of all letters that no type here has; another only where those hid more.
PASSES = 3
_LACKING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def typeset(paper: str, content: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Make the PDF of a paper such as `tenant_report` out of what it says.

    `content` has `title` and `language`, and what the template of the paper asks for. A letter
    that no type here has is shown as a box, and the paper says so.
    """
    made: bytes = _made(paper, content, made_at=made_at, form="pdf")
    return made


def together(papers: Iterable[bytes]) -> bytes:
    """Put papers one after the other into one PDF, to be printed in one go."""
    writer = PdfWriter()
    for paper in papers:
        writer.append(io.BytesIO(paper), import_outline=False)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def pictures(paper: str, content: Mapping[str, Any], *, made_at: datetime) -> list[bytes]:
    """Make the pages of a paper as PNG pictures, as they will be printed."""
    made = _made(paper, content, made_at=made_at, form="png")
    return [made] if isinstance(made, bytes) else list(made)


def _made(paper: str, content: Mapping[str, Any], *, made_at: datetime, form: Form) -> Any:
    said = printable(content)
    for _ in range(PASSES):
        try:
            return _compiled(paper, said, made_at=made_at, form=form)
        except typst.TypstError as refused:
            lacking = set(_lacking(refused.diagnostic))
            if not lacking:
                raise
            said = without(said, lacking) | {"some_foreign": True}
    return _compiled(paper, without(said, None), made_at=made_at, form=form)


def _compiled(paper: str, said: Any, *, made_at: datetime, form: Form) -> Any:
    compiler = typst.Compiler(TEMPLATES / f"{paper}.typ", root=WEBAPP, font_paths=_type())
    return compiler.compile(
        format=form,
        sys_inputs={"content": json.dumps(said), "tokens": _tokens(), "foreign": FOREIGN},
        # PDF/UA: read aloud in its order, in its language, with all that a screen reader asks for.
        pdf_standards=["ua-1"] if form == "pdf" else [],
        timestamp=int(made_at.timestamp()),
    )


def _lacking(diagnostic: str) -> Iterator[str]:
    """Give the letters that the refusal of a document names."""
    for quoted in _LACKING.findall(diagnostic):
        yield from _ESCAPED.sub(lambda match: chr(int(match[1], 16)), quoted)


@lru_cache
def _type() -> typst.Fonts:
    """Give the type that ships and nothing of the machine: a paper is the same everywhere."""
    papers = BUILT / "papers"
    if not any(papers.glob("*.ttf")):
        raise FileNotFoundError("the type of the papers is not built: run `make setup`")
    return typst.Fonts(include_system_fonts=False, font_paths=[papers])


@lru_cache
def _tokens() -> str:
    """Give the colours of the stylesheet that office, tablet and papers share, as JSON."""
    light = (BUILT / "tokens.css").read_text().partition(":root {")[2].partition("}")[0]
    return json.dumps(dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", light)))
