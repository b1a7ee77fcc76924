"""Refusals become answers: RFC 9457 problem details for machines, a page for people."""

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from diagnostics.submission import BadSubmission
from visits.ground.errors import (
    Away,
    Busy,
    Conflict,
    FilesAway,
    Forbidden,
    Invalid,
    NoRoom,
    NotFound,
    ReadOnly,
    Refused,
    TooManyTries,
)
from webapp.frame.told_once import add_once
from webapp.frame.transaction import refusal_of
from webapp.frame.way_on import page_above, words_typed

log = logging.getLogger("palier")

# Refusals by kind, most special first; the first that fits gives the status.
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (TooManyTries, 429),
    (Busy, 503),
    (ReadOnly, 503),
    (Away, 503),
    (FilesAway, 503),
    (NoRoom, 507),
    (Conflict, 409),
    (Invalid, 422),
    (Forbidden, 403),
    (BadSubmission, 400),
    (Refused, 400),
)

# In how many seconds the same may do, said to machines in each 503.
LATER: tuple[tuple[type[Exception], int], ...] = (
    (Busy, 2),
    (Away, 10),
    (FilesAway, 10),
    (ReadOnly, 60),
)

# What a code says to people, where no subject alone refuses so.
# Placeholders are the refusal's details.
SENTENCES: dict[str, Any] = {
    "refused": _l("This cannot be done."),
    "invalid": _l("Some fields need another look. Nothing was changed."),
    "conflict": _l("Somebody changed this meanwhile. Nothing was changed; look again."),
    "busy": _l("Somebody is changing the same thing. Nothing was changed; try again in a moment."),
    "database_away": _l(
        "The database does not answer just now. Nothing was changed; try again in a moment."
    ),
    "files_away": _l(
        "Where photos and documents stand does not answer just now. Nothing was changed; "
        "try again in a moment."
    ),
    "no_room": _l("The server’s disk is full. Nothing was kept; try again later."),
    "read_only": _l(
        "The server cannot write to its disk. Nothing was kept; tell whoever runs this service."
    ),
    "forbidden": _l("Your account may not do this. Ask an administrator if you need it."),
    "not_signed_in": _l("Sign in first."),
    "undeclared_endpoint": _l("This page is closed."),
    "not_found": _l("There is nothing here, or nothing that your account may see."),
    "file_not_found": _l("This file is not here."),
    "file_unreadable": _l("This file cannot be read: it was damaged, or its key is missing."),
    "too_many_tries": _l("Too many tries. Wait %(minutes)s minutes, then try again."),
    "programme_not_found": _l("There is no such programme."),
    "required": _l("Fill in this field."),
    "must_be_in_future": _l("Choose a moment that is still to come."),
    "why_too_long": _l("This reason is too long: 200 characters at most."),
    "noted_withdrawn": _l("This was withdrawn already. Nothing was changed."),
    "noted_not_withdrawn": _l("This counts already. Nothing was changed."),
    "too_long": _l("This text is too long. Shorten it."),
    "no_such_hour": _l("There is no such hour that day: the clocks go forward. Choose another."),
    "out_of_range": _l("Choose a number from 1 to 5,000."),
    "no_file": _l("Choose a file first."),
    "bad_choice": _l("Choose one of the list."),
    "bad_date": _l("This is not a day of the calendar."),
    "bad_moment": _l("This is not a date and time."),
    "bad_number": _l("This is not a whole number of at least 1."),
}


def learn_refusals(app: Flask, refusals: Mapping[str, Any]) -> None:
    """Learn what more codes say; ValueError for one that is known."""
    add_once(app.extensions["refusals"], refusals)


def sentence(code: str, details: dict[str, object] | None = None) -> str:
    """Say a code in the reader's language."""
    sentences = current_app.extensions["refusals"]
    said = str(sentences.get(code, sentences["refused"]))
    return said % details if details and "%(" in said else said


def status_of(refused: Exception) -> int:
    """Give the HTTP status of a refusal."""
    return next(status for kind, status in STATUS if isinstance(refused, kind))


def wants_json() -> bool:
    """Tell whether the answer goes to a machine."""
    if request.path.startswith(("/api/", "/openrosa/")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def problem(
    status: int,
    title: str,
    *,
    detail: str = "",
    errors: dict[str, Any] | None = None,
    code: str = "",
) -> Response:
    """Make an RFC 9457 answer."""
    body: dict[str, Any] = {
        "type": f"urn:palier:{code}" if code else "about:blank",
        "title": title,
        "status": status,
        "request_id": g.get("request_id", ""),
    }
    if code:
        body["code"] = code
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    answer = jsonify(body)
    answer.status_code = status
    answer.content_type = "application/problem+json"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Palier", charset="UTF-8"'
    return answer


def _page(status: int, title: str, errors: dict[str, str] | None = None) -> tuple[str, int]:
    try:
        page = render_template(
            "error.html",
            status=status,
            title=title,
            errors=errors or {},
            above=page_above(status),
            typed=words_typed(status),
        )
    except Exception:  # the page itself is what fails: say the least, never a trace
        log.exception("the error page failed")
        page = f"{escape(title)} ({g.get('request_id', '')})"
    return page, status


# Refusals of a caller who is nobody, for the reason that the code says.
SIGN_IN_AGAIN = frozenset(
    {
        "not_signed_in",
        "device_lost",
        "account_closed",
        "password_to_change",
        "second_factor_to_set",
        "second_factor_needed",
        "second_factor_wrong",
    }
)


def answer_refusal(refused: Exception) -> ResponseReturnValue:
    """Answer a refusal by its code: a page, or a problem for a machine."""
    status = status_of(refused)
    code = getattr(refused, "code", "refused")
    details = getattr(refused, "details", {})
    title = str(refused) if isinstance(refused, BadSubmission) else sentence(code, details)
    if code in SIGN_IN_AGAIN:
        status = 401
    fields = {name: sentence(why) for name, why in getattr(refused, "fields", {}).items()}
    if isinstance(refused, Away):
        g.account, g.nobody_known = None, True  # the page must not ask who reads it
    later = next((seconds for kind, seconds in LATER if isinstance(refused, kind)), None)
    headers = {} if later is None else {"Retry-After": str(later)}
    if wants_json():
        answer = problem(status, title, errors=fields or None, code=code)
        answer.headers.extend(headers)
        return answer
    return *_page(status, title, fields), headers


TITLES: dict[int, Any] = {
    400: _l("This request cannot be read."),
    404: _l("This page does not exist."),
    405: _l("This page does not do that."),
    413: _l("This file is too large. Nothing was kept."),
    415: _l("This kind of content cannot be read."),
    422: _l("Some fields need another look. Nothing was changed."),
}


def answer_http(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error; a schema's complaints go along, field by field."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    if isinstance(error, SecurityError):  # a host that is not ours: there is no page to show there
        return problem(status, gettext("This service does not answer to that address."))
    title = str(TITLES.get(status, error.name))
    if wants_json():
        messages = (getattr(error, "data", None) or {}).get("messages")
        return problem(status, title, errors=messages)
    return _page(status, title)


def _unexpected(error: Exception) -> ResponseReturnValue:
    if refused := refusal_of(error):  # outside of our writing transactions
        log.warning("refused", extra={"facts": {"code": refused.code} | _request_facts()})
        return answer_refusal(refused)
    log.error("unexpected error", exc_info=without_values(error))
    title = gettext("Something went wrong on our side. Nothing was changed by this click.")
    if wants_json():
        return problem(InternalServerError.code, title)
    return _page(InternalServerError.code, title)


def new_request_id() -> str:
    """Make the id by which the lines of the log that belong together are found."""
    return uuid.uuid4().hex[:12]


def _request_facts() -> dict[str, Any]:
    return {"request_id": g.get("request_id"), "endpoint": request.endpoint}


def without_values(error: Exception) -> Exception:
    """Have an error of the database not repeat the values it was given: they may be somebody's."""
    if hasattr(error, "hide_parameters"):
        error.hide_parameters = True
    return error


def answer_errors(app: Flask) -> None:
    """Answer every refusal and every error, and mark each request with an id."""
    app.extensions["refusals"] = dict(SENTENCES)

    @app.before_request
    def name_request() -> None:
        g.request_id = new_request_id()

    for kind, _ in STATUS:
        app.register_error_handler(kind, answer_refusal)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, _unexpected)
