"""No page is made while its request may write: on SQLite nobody else writes meanwhile."""

import threading
from typing import Any

from flask import before_render_template, has_request_context, request
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import Pool


class _OfThread(threading.local):
    """The connections with which the request of a thread writes."""

    def __init__(self) -> None:
        self.writing: set[int] = set()


_open = _OfThread()


def watch_writes() -> None:
    """Refuse from now on every page that is made inside a writing transaction."""
    event.listen(Engine, "begin", _begin)
    event.listen(Pool, "checkin", _end)
    before_render_template.connect(_refuse, weak=False)


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("palier_reading", False)
    if has_request_context() and not reading:
        _open.writing.add(id(connection.connection.dbapi_connection))


def _end(connection: Any, _record: Any) -> None:
    _open.writing.discard(id(connection))


def _refuse(_app: Any, template: Any, **_context: Any) -> None:
    assert not _open.writing, f"{request.endpoint} makes {template.name} while it may write"
