"""The first page after signing in, and one's own account."""

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from visits.models.accounts import Role
from webapp.auth import Action, requires

home = Blueprint("home", __name__)


@home.get("/")
@requires(Action.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """Lead each role to its work."""
    if g.account.role is Role.VISITOR:
        return redirect(url_for("tablet.file"))
    return render_template("home.html")
