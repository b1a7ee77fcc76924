"""Answers made small for the way: files packed when they are built, pages as they leave.

How small a page packs tells whether what was asked for stands in it already: somebody else's page
that has a browser ask again and again, each time with another guess, reads it letter by letter
(BREACH). So a page is packed only when one of ours or the person herself asked for it, and each
time with a few bytes more that mean nothing.
"""

import gzip
import io
import mimetypes
import secrets
from pathlib import Path

from flask import Flask, Response, request, send_from_directory
from werkzeug.security import safe_join

LEAST, MOST_ADDED = 1_000, 100  # bytes
LEVEL = 5
# What the build writes beside a file, best first.
ENDINGS = {"br": ".br", "gzip": ".gz"}
PACKS_WELL = ("text/", "application/json", "application/geo+json", "application/problem+json")
# What a browser says of who had it ask; nobody's page can say so of itself.
BY_OURSELVES = ("same-origin", "none")


def send_built(folder: Path, name: str) -> Response:
    """Send a built file, packed as the browser likes it best; raises NotFound."""
    place = safe_join(str(folder), name)
    packed = {
        coding: ending
        for coding, ending in ENDINGS.items()
        if place is not None and Path(place + ending).is_file()
    }
    coding = next((one for one in packed if request.accept_encodings[one]), None)
    if coding is None:
        answer = send_from_directory(folder, name)
    else:
        kind = mimetypes.guess_type(name)[0]
        answer = send_from_directory(folder, name + packed[coding], mimetype=kind)
        answer.content_encoding = coding
    if packed:
        answer.vary.add("Accept-Encoding")
    return answer


def pack_answers(app: Flask) -> None:
    """Pack pages and JSON as they leave.

    To be registered first: what is registered last sees an answer first.
    """

    @app.after_request
    def pack(answer: Response) -> Response:
        if not _is_worth_it(answer):
            return answer
        answer.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] and _asked_by_ourselves():
            answer.set_data(_packed(answer.get_data()))
            answer.content_encoding = "gzip"
            etag, _ = answer.get_etag()
            if etag is not None:
                answer.set_etag(etag, weak=True)
        return answer


def _is_worth_it(answer: Response) -> bool:
    return (
        not answer.is_streamed
        and not answer.direct_passthrough
        and answer.content_encoding is None
        and (answer.content_type or "").startswith(PACKS_WELL)
        and len(answer.get_data()) >= LEAST
    )


def _asked_by_ourselves() -> bool:
    """Tell whether no page of anybody else can have made a browser ask with somebody's cookie."""
    site = request.headers.get("Sec-Fetch-Site")
    return site in BY_OURSELVES or (site is None and not request.cookies)


def _packed(data: bytes) -> bytes:
    packed = io.BytesIO()
    nothing = "-" * secrets.randbelow(MOST_ADDED)  # stands where a file's name would
    with gzip.GzipFile(nothing, "wb", LEVEL, packed, mtime=0) as writing:
        writing.write(data)
    return packed.getvalue()
