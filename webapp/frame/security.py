"""Headers that keep strangers out of the page, and logs that keep persons out of the log."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, Response, g, request

from webapp.frame.errors import new_request_id

TABLET_PATH = "/tablet/"


def content_policy(tile_host: str | None, *, tablet: bool = False, frames: bool = False) -> str:
    """Write the content security policy: all from here, the map's pictures from one host.

    With `frames`, a page may show another of our own pages inside it.
    """
    pictures = f" {tile_host}" if tile_host else ""
    scripts = " 'wasm-unsafe-eval'" if tablet else ""
    framed = "'self'" if frames else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{scripts}",
            "style-src 'self'",
            f"img-src 'self' data: blob:{pictures}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            *(["media-src blob:"] if tablet else []),
            "form-action 'self'",
            f"frame-src {framed}",
            "frame-ancestors 'self'",
            "base-uri 'none'",
        )
    )


def protect_pages(app: Flask, *, tile_host: str | None, https: bool) -> None:
    """Set the security headers of every answer."""
    office, tablet = content_policy(tile_host), content_policy(None, tablet=True)

    @app.after_request
    def add_headers(answer: Response) -> Response:
        on_tablet = request.path.startswith(TABLET_PATH)
        headers = answer.headers
        headers.setdefault("Content-Security-Policy", tablet if on_tablet else office)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
        headers["X-Request-Id"] = g.get("request_id", "")
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static" and "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return answer


class JsonLines(logging.Formatter):
    """One JSON object a line. Persons never stand in it: endpoints, not paths with names."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as JSON."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "process": record.process,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_in_lines() -> logging.Logger:
    """Have this process log its work as lines of JSON."""
    logger = logging.getLogger("palier")
    if not logger.handlers:
        logger.addHandler(_json_lines())
        logger.setLevel(logging.INFO)
    return logger


def log_libraries_in_lines() -> None:
    """Have what libraries warn of, such as requests that wait for a thread, be lines too."""
    logging.getLogger("palier").propagate = False  # ours once
    logging.getLogger().addHandler(_json_lines())


def _json_lines() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(_add_request_id)
    return handler


def keep_logs(app: Flask) -> None:
    """Log a line per request and per unexpected error, each with the request's id."""
    logger = log_in_lines()

    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def log_request(answer: Response) -> Response:
        if request.endpoint == "static":
            return answer
        facts = {
            "method": request.method,
            "endpoint": request.endpoint,
            "status": answer.status_code,
            "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            "user": str(g.account.id) if g.get("account") else None,
        }
        logger.info("request", extra={"facts": facts})
        return answer


# What is done aside of requests, with an id of its own.
_beside: ContextVar[dict[str, str] | None] = ContextVar("beside", default=None)


@contextmanager
def beside_requests(**facts: str) -> Iterator[None]:
    """Name work that nobody asked for just now, a job's run, so that all its lines are found."""
    token = _beside.set({"request_id": new_request_id(), **facts})
    try:
        yield
    finally:
        _beside.reset(token)


def _add_request_id(record: logging.LogRecord) -> bool:
    known: dict[str, Any] = dict(_beside.get() or {})
    if g:
        known = {"request_id": g.get("request_id"), "endpoint": request.endpoint}
    record.facts = known | getattr(record, "facts", {})
    return True
