"""Addresses of before, when a case was an enrolment: for one release they lead to the new ones."""

from urllib.parse import quote

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.access.auth import Action, requires

# Since when they are addresses of before, as RFC 9745 writes it: 27 November 2026.
MOVED_AT = "@1795737600"

moved = Blueprint("moved", __name__, url_prefix="/enrolments")


@moved.get("/", defaults={"rest": ""})
@moved.route("/<path:rest>", methods=["GET", "POST"])
@requires(Action.SEE_CASES)
def lead_on(rest: str) -> ResponseReturnValue:
    """Lead an old address to what it became, with what an open page sends, and say so."""
    query = f"?{quote(request.query_string, safe='%&=+;,:/?@')}" if request.query_string else ""
    answer = redirect(f"{url_for('cases.index')}{quote(rest)}{query}", 308)
    answer.headers["Deprecation"] = MOVED_AT
    answer.headers["Link"] = f'<{answer.location}>; rel="successor-version"'
    return answer
