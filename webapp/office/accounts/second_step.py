"""The page between the password and the office: the code of an authenticator."""

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import login_user

from visits.ground.errors import TooManyTries
from webapp.access.auth import public
from webapp.access.second_step import proof_is_right, question_to_passkeys
from webapp.access.sign_in import half_signed_in
from webapp.frame.errors import sentence

second_step = Blueprint("second_step", __name__, url_prefix="/sign-in/code")


@second_step.get("")
@public
def ask() -> ResponseReturnValue:
    """Ask for the code."""
    if half_signed_in() is None:
        return _from_the_start()
    return _page()


@second_step.post("")
@public
def check() -> ResponseReturnValue:
    """Sign in with a right code."""
    user = half_signed_in()
    if user is None:
        return _from_the_start()
    try:
        right = proof_is_right(user.account.id)
    except TooManyTries as refused:
        return _page(sentence(refused.code, refused.details)), 429
    if not right:
        return _page(_wrong()), 422
    login_user(user, authn_via=["password", "code"])
    return redirect(_wanted())


def _wanted() -> str:
    """Give the page of ours that was wanted before signing in."""
    place = request.args.get("next", "")
    return place if re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", place) else url_for("home.index")


def _from_the_start() -> ResponseReturnValue:
    flash(_("That took too long. Sign in again."), "warning")
    return redirect(url_for("security.login"))


def _wrong() -> str:
    return sentence("passkey_wrong" if request.form.get("passkey") else "second_factor_wrong")


def _page(fault: str = "") -> str:
    user = half_signed_in()
    question = question_to_passkeys(user.account.id) if user else ""
    errors = {"code": fault} if fault else {}
    return render_template("second_factor/ask.html", errors=errors, question=question)
