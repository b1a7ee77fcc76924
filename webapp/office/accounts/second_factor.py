"""One's own second factor: an authenticator on a phone, and recovery codes on paper."""

import uuid
from dataclasses import asdict
from datetime import timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.accounts.listing import find_account
from visits.accounts.passkeys import add_passkey, passkeys_of, remove_passkey
from visits.accounts.second_factor import (
    codes_left,
    hold_account,
    keep_second_factor,
    remove_authenticator,
    renew_codes,
)
from visits.ground.errors import TooManyTries
from visits.models.accounts import User
from webapp.access.auth import Action, needs_second_factor, requires
from webapp.access.ceremonies import (
    asked_to_add,
    made_by,
    offered_challenge,
    relying_party,
    take_challenge,
)
from webapp.access.second_step import (
    counter_of,
    new_secret,
    picture_of,
    proof_is_right,
    question_to_passkeys,
    spaced,
)
from webapp.frame.errors import sentence
from webapp.frame.transaction import house, now, reading, transaction

second_factor = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")

# Where the browser's session keeps a secret until a code shows that the phone has it.
PROPOSED = "palier_proposed"
# A further factor is added by whoever proved one a moment ago: an open session alone is no proof.
PROVED = "palier_proved"
PROVED_FOR = timedelta(minutes=5)


@second_factor.get("")
@requires(Action.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """Show one's second factor, or how to set it up."""
    return _page()


@second_factor.post("")
@requires(Action.OWN_ACCOUNT)
def keep() -> ResponseReturnValue:
    """Keep the authenticator when its code is right; a first factor brings recovery codes."""
    if not _may_add():
        return _page({"code": sentence("second_factor_to_prove")}), 403
    secret = cookie.get(PROPOSED, "")
    counter = counter_of(secret, request.form.get("code", "")[:40]) if secret else None
    if counter is None:
        return _page({"code": sentence("second_factor_wrong")}), 422
    with transaction() as writing:
        user = hold_account(writing, g.account.id)
        codes = keep_second_factor(writing, user, secret, counter=counter, now=now())
    cookie.pop(PROPOSED)
    if not codes:
        return redirect(url_for("second_factor.index"))
    return render_template("second_factor/codes.html", codes=codes)


@second_factor.post("/prove")
@requires(Action.OWN_ACCOUNT)
def prove() -> ResponseReturnValue:
    """Open the adding of a further factor, with one that is set up."""
    fault = _fault_of_code()
    if fault:
        return _page({"code": fault}), 422
    cookie[PROVED] = [str(g.account.id), int(now().timestamp())]
    return redirect(url_for("second_factor.index"))


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
    """Remove one's authenticator, with a second factor."""
    fault = _fault_of_code()
    if fault:
        return _page({"code": fault}), 422
    demanded = needs_second_factor(g.account.role)
    with transaction() as writing:
        user = hold_account(writing, g.account.id)
        remove_authenticator(writing, user, demanded=demanded, now=now())
        return _removed(user, _("The authenticator is removed."))


@second_factor.post("/passkeys")
@requires(Action.OWN_ACCOUNT)
def add_key() -> ResponseReturnValue:
    """Keep the passkey that this browser made; the first factor brings the recovery codes."""
    if not _may_add():
        return _page({"code": sentence("second_factor_to_prove")}), 403
    name = request.form.get("name", "").strip()[:100]
    if not name:
        return _page({"name": sentence("required")}), 422
    party, challenge = relying_party(house().settings), take_challenge()
    answer = request.form.get("passkey", "")
    made = made_by(party, answer, challenge) if party and challenge else None
    if made is None:
        return _page({"code": sentence("passkey_wrong")}), 422
    with transaction() as writing:
        user = hold_account(writing, g.account.id)
        codes = add_passkey(writing, user, name, **asdict(made), now=now())
    if codes:
        return render_template("second_factor/codes.html", codes=codes)
    flash(_("The passkey is added."), "success")
    return redirect(url_for("second_factor.index"))


@second_factor.post("/passkeys/<uuid:passkey_id>/remove")
@requires(Action.OWN_ACCOUNT)
def remove_key(passkey_id: uuid.UUID) -> ResponseReturnValue:
    """Remove one of one's passkeys, with a second factor."""
    fault = _fault_of_code()
    if fault:
        return _page({"code": fault}), 422
    demanded = needs_second_factor(g.account.role)
    with transaction() as writing:
        user = hold_account(writing, g.account.id)
        remove_passkey(writing, user, passkey_id, demanded=demanded, now=now())
        return _removed(user, _("The passkey is removed."))


def _removed(user: User, said: str) -> ResponseReturnValue:
    if user.second_factor_at is not None:
        flash(said, "success")
        return redirect(url_for("second_factor.index"))
    flash(_("Your second factor is removed: your password alone signs you in."), "success")
    return redirect(url_for("account.index"))


def _may_add() -> bool:
    with reading() as session:
        if find_account(session, g.account.id).second_factor_at is None:
            return True
    whose, at = cookie.get(PROVED) or ("", 0)
    soon = now().timestamp() - at < PROVED_FOR.total_seconds()
    return bool(whose == str(g.account.id) and soon)


def _fault_of_code() -> str:
    try:
        right = proof_is_right(g.account.id)
    except TooManyTries as refused:
        return sentence(refused.code, refused.details)
    if right:
        return ""
    return sentence("passkey_wrong" if request.form.get("passkey") else "second_factor_wrong")


def _page(errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        user = find_account(session, g.account.id)
        left = codes_left(session, g.account.id)
        held = passkeys_of(session, g.account.id)
    party = relying_party(house().settings)
    secret, may_add = None, _may_add()
    if may_add and user.totp_secret is None:
        secret = cookie.setdefault(PROPOSED, new_secret())
    return render_template(
        "second_factor/index.html",
        user=user,
        left=left,
        passkeys=held,
        known=party is not None,
        may_add=may_add,
        to_add=asked_to_add(party, user, held, offered_challenge()) if party else "",
        question=question_to_passkeys(g.account.id),
        errors=errors or {},
        required=needs_second_factor(g.account.role),
        key=spaced(secret) if secret else "",
        picture=picture_of(secret, user) if secret else "",
    )
