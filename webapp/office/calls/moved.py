"""Addresses of before, when a case was an enrolment: for one release they lead to the new ones."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.access.auth import Action, requires

moved = Blueprint("moved", __name__, url_prefix="/enrolments")


@moved.get("/", defaults={"rest": ""})
@moved.get("/<path:rest>")
@requires(Action.SEE_CASES)
def lead_on(rest: str) -> ResponseReturnValue:
    """Lead an old address to the page it became."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return redirect(f"{url_for('cases.index')}{rest}{query}", 308)
