"""Refusals become answers: RFC 9457 problem details for machines, a page for people."""

import logging
import uuid
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from diagnostics.submission import BadSubmission
from visits.ground.errors import (
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    NoRoom,
    NotFound,
    ReadOnly,
    Refused,
    TooManyTries,
)
from webapp.frame.transaction import refusal_of

log = logging.getLogger("palier")

# Refusals by kind, most special first; the first that fits gives the status.
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (TooManyTries, 429),
    (Busy, 503),
    (ReadOnly, 503),
    (NoRoom, 507),
    (Conflict, 409),
    (Invalid, 422),
    (Forbidden, 403),
    (BadSubmission, 400),
    (Refused, 400),
)

# What a code says to people. Placeholders are the refusal's details.
SENTENCES: dict[str, Any] = {
    "refused": _l("This cannot be done."),
    "invalid": _l("Some fields need another look. Nothing was changed."),
    "conflict": _l("Somebody changed this meanwhile. Nothing was changed; look again."),
    "busy": _l("Somebody is changing the same thing. Nothing was changed; try again in a moment."),
    "no_room": _l("The server’s disk is full. Nothing was kept; try again later."),
    "read_only": _l(
        "The server cannot write to its disk. Nothing was kept; tell whoever runs this service."
    ),
    "forbidden": _l("Your account may not do this. Ask an administrator if you need it."),
    "not_signed_in": _l("Sign in first."),
    "undeclared_endpoint": _l("This page is closed."),
    "not_found": _l("There is nothing here, or nothing that your account may see."),
    "person_not_found": _l("There is no such person, or your account may not see this file."),
    "case_not_found": _l("There is no such case, or your account may not see it."),
    "visit_not_found": _l("There is no such visit, or it is not one of yours."),
    "work_order_not_found": _l("There is no such work order, or your account may not see it."),
    "follow_up_not_found": _l("There is no such follow-up, or your account may not see it."),
    "user_not_found": _l("There is no such account."),
    "device_not_found": _l("There is no such tablet."),
    "device_lost": _l("This tablet was declared lost. What it holds is erased."),
    "account_closed": _l("This account is closed. What was not sent yet is still on the tablet."),
    "second_factor_to_set": _l("This account needs a second factor: sign in on the office’s page."),
    "second_factor_needed": _l("Give the code of your authenticator too."),
    "second_factor_wrong": _l("This code is not right, or it was used already."),
    "second_factor_set_already": _l("This account has a second factor already."),
    "passkey_wrong": _l("This passkey could not be read, or the page waited too long. Try again."),
    "passkey_known": _l("This passkey is already here."),
    "second_factor_to_prove": _l("Use a second factor that is set up before adding another."),
    "authenticator_not_found": _l("This account has no authenticator any more."),
    "passkeys_too_many": _l("There are twenty passkeys already: remove one first."),
    "passkey_not_found": _l("This passkey is not here any more."),
    "second_factor_required": _l("Your role needs a second factor: it cannot be removed."),
    "password_to_change": _l(
        "This password is to be changed first: sign in on the office’s page and choose your own."
    ),
    "form_not_found": _l("This form or this version of it is not known here."),
    "form_not_published": _l(
        "The form %(form)s of this programme is not published here: ask an administrator to run"
        " “palier init”."
    ),
    "submission_not_found": _l("There are no such answers, or your account may not see them."),
    "nothing_to_review": _l("These answers were reviewed already. Nothing was changed."),
    "own_account": _l("You cannot close your own account. Ask another administrator."),
    "file_not_found": _l("This file is not here."),
    "file_withheld": _l(
        "This file is kept, but not shown: what it may tell of a place or a device cannot be "
        "taken out of it."
    ),
    "file_unreadable": _l("This file cannot be read: it was damaged, or its key is missing."),
    "too_many_tries": _l("Too many tries. Wait %(minutes)s minutes, then try again."),
    "too_many_handed_in": _l(
        "This account handed in very much within a day. Nothing is lost: try again tomorrow."
    ),
    "different_submission": _l(
        "Another submission with this number is already kept. Both stay as they are."
    ),
    "different_report": _l("Another report with this number is already kept. It stays as it is."),
    "different_file": _l("Another file named %(name)s is already kept with this submission."),
    "different_alert": _l("Another alert with this number is already kept. It stays as it is."),
    "urgent_alert_not_found": _l("There is no such alert, or your account may not see it."),
    "nothing_to_decide": _l("There is nothing to decide here any more. Nothing was changed."),
    "already_attached": _l("These answers have a visit already, or were set aside."),
    "not_attached": _l("These answers were not attached to this visit by hand."),
    "not_set_aside": _l("These answers are not set aside."),
    "handed_in_not_found": _l("There is no such item, or your account may not see it."),
    "already_dealt_with": _l("Somebody has dealt with it already. Nothing was changed."),
    "nothing_to_withdraw": _l(
        "There is no decision between these two to take back. Nothing was changed."
    ),
    "do_not_contact": _l("This person asked not to be contacted. The call was not recorded."),
    "refused_for_good": _l("This person refused and is not called again in this programme."),
    "refused_until": _l("This person refused and may be asked again, once, from %(until)s."),
    "case_closed": _l("This case is closed. Nothing was changed."),
    "measure_not_found": _l("This measure is not there any more."),
    "alert_already_noted": _l("This measure is noted already. Nothing was changed."),
    "household_changed": _l(
        "Who lives there changed meanwhile. Nothing was changed: look at the list again."
    ),
    "already_protected": _l("This file is protected already."),
    "visit_already_planned": _l("A visit is planned already. Move it or cancel it first."),
    "visit_under_way": _l("A visit is under way. Whoever stands there tells what came of it."),
    "not_to_take_back": _l("This cannot be taken back, or not any more. Nothing was changed."),
    "bad_phone": _l("This is no phone number. Example: 06 39 98 00 01."),
    "same_number": _l("This is the very number that was wrong."),
    "number_not_found": _l("This number is not there any more. Nothing was changed."),
    "who_required": _l("Note who agreed for this person."),
    "refusal_not_found": _l("This was taken back already. Nothing was changed."),
    "photo_refused": _l("The person refuses photos: this one is kept sealed, and shown to nobody."),
    "language_required": _l("Note which language this person speaks."),
    "sure_required": _l("This ends the calls. Tick the box if you are sure."),
    "not_agreed_yet": _l("This person has not agreed yet. Record the call first."),
    "visit_not_planned": _l("This visit is over. Nothing was changed."),
    "work_order_cannot_move": _l("This work order is closed already. Nothing was changed."),
    "follow_up_closed": _l("This follow-up is closed already. Nothing was changed."),
    "draft_not_found": _l("This draft is not here any more: it was published or deleted."),
    "draft_refused": _l("This workbook cannot be published as it is. Nothing was changed."),
    "form_needed": _l(
        "A programme fills this form, and no other version of it is in use. Publish the next one"
        " first."
    ),
    "workbook_not_kept": _l("The workbook of this version was not kept."),
    "form_files_too_large": _l("The files beside a workbook have 20 MB together at most."),
    "workbook_too_large": _l("A workbook has 5 MB at most."),
    "version_already_published": _l(
        "Version %(version)s is published with another content: change the version."
    ),
    "email_taken": _l("There is an account with this e-mail address already."),
    "already_imported": _l("This file has been imported already. Nothing was changed."),
    "bad_viewport": _l("The map cannot show this view."),
    "viewport_not_four_numbers": _l("A view is four numbers: south, west, north, east."),
    "viewport_out_of_range": _l("A latitude or a longitude of the view is not on the globe."),
    "viewport_inverted": _l("The south of the view is north of its north."),
    "viewport_crosses_antimeridian": _l("The west of the view is east of its east."),
    "viewport_too_large": _l("This view is too large for this zoom."),
    "import_not_found": _l("This file is not here any more. Upload it again."),
    "savings_not_found": _l("No eco-kit was recorded at this visit."),
    "funding_not_found": _l("No adaptation was called for at this visit."),
    "bad_score": _l("A number is expected, such as 12 or 4.5."),
    "score_out_of_range": _l("Choose a number from 0 to 10,000."),
    "score_over_maximum": _l("The score is over its maximum."),
    "bad_gir": _l("A GIR is a whole number from 1 to 6."),
    "day_to_come": _l("This day is still to come."),
    "day_too_early": _l("This day is too long ago, or before the person was born."),
    "parameter_not_found": _l("There is no such number."),
    "begins_too_early": _l(
        "It must begin after the first day of the last value known: results of before keep theirs."
    ),
    "begins_too_late": _l("It begins more than two years from now: check the year."),
    "programme_not_found": _l("There is no such programme."),
    "content_purged": _l(
        "The content of this file was deleted after %(days)s days: upload it again."
    ),
    "bad_mapping": _l("The columns do not fit this kind of file."),
    # fields
    "required": _l("Fill in this field."),
    "reason_required": _l("Choose the reason of the refusal."),
    "call_back_required": _l("Say when to call back."),
    "must_be_in_future": _l("Choose a moment that is still to come."),
    "too_long": _l("This text is too long: 500 characters at most."),
    "unknown_visitor": _l("Choose a visitor from the list."),
    "visitor_not_named": _l("Only a visitor named for this protected file may go."),
    "visitor_busy_with": _l("This visitor is with %(name)s then (%(at)s)."),
    "visit_on_sunday": _l("This is a Sunday. Tick the box and say why, or choose another day."),
    "visit_on_holiday": _l(
        "This is a public holiday. Tick the box and say why, or choose another day."
    ),
    "visit_at_night": _l(
        "This visit would begin before 8:00 or end after 20:00. "
        "Tick the box and say why, or choose another hour."
    ),
    "home_visited_then": _l(
        "Somebody else is visited in this home at the same time. "
        "Tick the box and say why, or choose another hour."
    ),
    "no_such_hour": _l("There is no such hour that day: the clocks go forward. Choose another."),
    "visitor_busy": _l("This visitor has another visit then."),
    "disposition_required": _l("Say what came of the call."),
    "outcome_required": _l("Say what happened at the door."),
    "bad_duration": _l("A visit takes 15 to 480 minutes."),
    "out_of_range": _l("Choose a number from 1 to 5,000."),
    "nobody_chosen": _l("Choose at least one person."),
    "no_file": _l("Choose a file first."),
    "bad_email": _l("This is not an e-mail address."),
    "bad_file_name": _l("A file has no name, or a name that is too long."),
    "too_many_files": _l("There are too many files: 200 at most."),
    "bad_choice": _l("Choose one of the list."),
    "bad_date": _l("This is not a date and time."),
    "bad_quantity": _l("Give a whole number from 1 to 500; a minus sign takes back."),
    "more_than_in_bag": _l("There are not so many in this bag."),
    "bad_number": _l("This is not a whole number of at least 1."),
    "password_too_short": _l("A password has at least 12 characters."),
    "password_too_long": _l("A password has at most 500 characters."),
    "password_own_name": _l("A password does not contain your own name or e-mail address."),
    "password_too_common": _l(
        "This password is among those that are tried first. Take four words that have nothing to"
        " do with one another, for instance."
    ),
    "password_wrong": _l("This is not your password so far."),
    "password_same": _l("This is your password so far: choose another one."),
    "password_differs": _l("The two are not the same."),
    "account_to_open_first": _l("This account is closed: open it again first."),
    "own_role": _l("You cannot change your own role. Ask another administrator."),
}


def sentence(code: str, details: dict[str, object] | None = None) -> str:
    """Say a code in the reader's language."""
    said = str(SENTENCES.get(code, SENTENCES["refused"]))
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


def _page(status: int, title: str, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    try:
        page = render_template("error.html", status=status, title=title, errors=errors or {})
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


def _refusal(refused: Exception) -> ResponseReturnValue:
    status = status_of(refused)
    code = getattr(refused, "code", "refused")
    details = getattr(refused, "details", {})
    title = str(refused) if isinstance(refused, BadSubmission) else sentence(code, details)
    if code in SIGN_IN_AGAIN:
        status = 401
    fields = {name: sentence(why) for name, why in getattr(refused, "fields", {}).items()}
    if wants_json():
        return problem(status, title, errors=fields or None, code=code)
    return _page(status, title, fields)


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
    log.error("unexpected error", exc_info=_without_values(error))
    if refused := refusal_of(error):  # outside of our transactions: an upload that found no room
        return _refusal(refused)
    title = gettext("Something went wrong on our side. Nothing was changed by this click.")
    if wants_json():
        return problem(InternalServerError.code, title)
    return _page(InternalServerError.code, title)


def _without_values(error: Exception) -> Exception:
    # A database error repeats the values it was given: these may be somebody's.
    if hasattr(error, "hide_parameters"):
        error.hide_parameters = True
    return error


def answer_errors(app: Flask) -> None:
    """Answer every refusal and every error, and mark each request with an id."""

    @app.before_request
    def name_request() -> None:
        g.request_id = uuid.uuid4().hex[:12]

    for kind, _ in STATUS:
        app.register_error_handler(kind, _refusal)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, _unexpected)
