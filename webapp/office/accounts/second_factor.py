"""One's own second factor: an authenticator on a phone, and recovery codes on paper."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.accounts.listing import find_account
from visits.accounts.second_factor import (
    codes_left,
    hold_account,
    keep_second_factor,
    remove_second_factor,
    renew_codes,
)
from visits.ground.errors import Conflict, TooManyTries
from webapp.access.auth import Action, needs_second_factor, requires
from webapp.access.second_step import code_is_right, counter_of, new_secret, picture_of, spaced
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction

second_factor = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")

# Where the browser's session keeps a secret until a code shows that the phone has it.
PROPOSED = "palier_proposed"


@second_factor.get("")
@requires(Action.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """Show one's second factor, or how to set it up."""
    return _page()


@second_factor.post("")
@requires(Action.OWN_ACCOUNT)
def keep() -> ResponseReturnValue:
    """Keep the authenticator when its code is right, and show the recovery codes once."""
    secret = cookie.get(PROPOSED, "")
    counter = counter_of(secret, request.form.get("code", "")[:40]) if secret else None
    if counter is None:
        return _page({"code": sentence("second_factor_wrong")}), 422
    with transaction() as writing:
        user = hold_account(writing, g.account.id)
        codes = keep_second_factor(writing, user, secret, counter=counter, now=now())
    cookie.pop(PROPOSED)
    return render_template("second_factor/codes.html", codes=codes)


@second_factor.post("/codes")
@requires(Action.OWN_ACCOUNT)
def codes() -> ResponseReturnValue:
    """Make new recovery codes for whoever has a right code now."""
    fault = _fault_of_code()
    if fault:
        return _page({"code": fault}), 422
    with transaction() as writing:
        made = renew_codes(writing, hold_account(writing, g.account.id), now=now())
    return render_template("second_factor/codes.html", codes=made)


@second_factor.post("/remove")
@requires(Action.OWN_ACCOUNT)
def remove() -> ResponseReturnValue:
    """Remove one's second factor, with a right code."""
    if needs_second_factor(g.account.role):
        raise Conflict("second_factor_required")
    fault = _fault_of_code()
    if fault:
        return _page({"code": fault}), 422
    with transaction() as writing:
        remove_second_factor(writing, hold_account(writing, g.account.id), now=now())
    flash(_("Your second factor is removed: your password alone signs you in."), "success")
    return redirect(url_for("account.index"))


def _fault_of_code() -> str:
    try:
        right = code_is_right(g.account.id, request.form.get("code", "")[:40])
    except TooManyTries as refused:
        return sentence(refused.code, refused.details)
    return "" if right else sentence("second_factor_wrong")


def _page(errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        user = find_account(session, g.account.id)
        left = codes_left(session, g.account.id)
    secret = None
    if user.second_factor_at is None:
        secret = cookie.setdefault(PROPOSED, new_secret())
    return render_template(
        "second_factor/index.html",
        user=user,
        left=left,
        errors=errors or {},
        required=needs_second_factor(g.account.role),
        key=spaced(secret) if secret else "",
        picture=picture_of(secret, user) if secret else "",
    )
