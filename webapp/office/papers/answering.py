"""How a paper is asked for and sent."""

from typing import Any

from flask import Response, request

from webapp.documents.typeset import typeset
from webapp.frame.languages import LANGUAGES, current_language
from webapp.frame.transaction import now


def typed_language() -> str:
    """Read in which language a paper is wanted; that of the reader when nothing else is said."""
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else current_language()


def sent_paper(paper: str, said: dict[str, Any]) -> Response:
    """Answer with a paper; its name tells nobody of whom it is."""
    answer = Response(typeset(paper, said, made_at=now()), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{paper.replace('_', '-')}.pdf")
    return answer
