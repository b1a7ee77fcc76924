"""What strangers type and send, before anybody reads it."""

from collections.abc import Iterator
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest


def refuse_unwritable_text(app: Flask) -> None:
    """Answer 400 to text no database can hold: a NUL, half a character.

    To be registered after the guard, as it reads the body.
    """

    @app.before_request
    def check() -> None:
        try:
            if not all(_writable(text) for text in _texts()):
                raise BadRequest
        except RecursionError:  # JSON nested too deep to be read
            raise BadRequest from None


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _texts() -> Iterator[str]:
    yield request.path
    for typed in (request.args, request.form):
        for name, values in typed.lists():
            yield from (name, *values)
    for name, file in request.files.items(multi=True):
        yield from (name, file.filename or "")
    if request.is_json and request.content_length:
        yield from _texts_of(request.get_json())


def _texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_of(inner)
