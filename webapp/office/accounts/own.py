"""One's own account: language, password, tablets, open sessions."""

import uuid
from dataclasses import replace

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_security.utils import hash_password, login_user, logout_user

from visits.accounts.changes import set_password
from visits.accounts.listing import devices_of, find_account
from visits.accounts.own_account import (
    choose_language,
    declare_device_lost,
    revoke_device_of,
    sign_out_everywhere,
)
from visits.ground.errors import Invalid
from webapp.access.auth import Action, requires
from webapp.access.passwords import check_password
from webapp.access.sign_in import SignedIn
from webapp.frame.errors import sentence
from webapp.frame.languages import LANGUAGES
from webapp.frame.transaction import now, reading, transaction
from webapp.office.accounts.passwords import chosen_password

account = Blueprint("account", __name__, url_prefix="/account")


@account.get("")
@requires(Action.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """Show one's own account."""
    return _page()


@account.post("/language")
@requires(Action.OWN_ACCOUNT)
def language() -> ResponseReturnValue:
    """Choose the language of the screens."""
    chosen = request.form.get("language", "")
    try:
        with transaction() as session:
            choose_language(session, g.account.id, chosen)
    except Invalid as refused:
        return _page({name: sentence(code) for name, code in refused.fields.items()}), 422
    g.account = replace(g.account, language=chosen)
    refresh()
    flash(_("The screens are now in English."), "success")
    return redirect(url_for(".index"))


@account.get("/password")
@requires(Action.OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    """Show the form of a new password."""
    return render_template("account/password.html", errors={})


@account.post("/password")
@requires(Action.OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    """Change one's password: other browsers are signed out, and tablets when that is wished."""
    typed = request.form.get("password", "")
    user = check_password(g.account.email, typed)
    wrong = {} if user is not None else {"password": "password_wrong"}
    chosen = chosen_password(email=g.account.email, name=g.account.name, wrong=wrong)
    if not wrong and chosen == typed:
        wrong["new_password"] = "password_same"  # noqa: S105
    if wrong:
        errors = {name: sentence(code) for name, code in wrong.items()}
        return render_template("account/password.html", errors=errors), 422
    hashed = hash_password(chosen)
    with transaction() as session:
        changed = find_account(session, g.account.id)
        set_password(
            session, changed, hashed, by=changed.id, now=now(),
            tablets_too=request.form.get("tablets") == "1",
        )  # fmt: skip
    login_user(SignedIn(changed))
    flash(_("Your password is changed. Other browsers are signed out."), "success")
    return redirect(url_for(".index"))


@account.post("/tablets/<uuid:device_id>/revoke")
@requires(Action.OWN_ACCOUNT)
def revoke(device_id: uuid.UUID) -> ResponseReturnValue:
    """Revoke one of one's own tablets."""
    with transaction() as session:
        device = revoke_device_of(session, g.account.id, device_id, now=now())
    flash(_("The tablet « %(name)s » is revoked.", name=device.name), "success")
    return redirect(url_for(".index"))


@account.post("/tablets/<uuid:device_id>/lost")
@requires(Action.OWN_ACCOUNT)
def declare_lost(device_id: uuid.UUID) -> ResponseReturnValue:
    """Declare one of one's own tablets lost."""
    with transaction() as session:
        device = declare_device_lost(session, g.account.id, device_id, now=now())
    flash(_("The tablet « %(name)s » is declared lost.", name=device.name), "success")
    return redirect(url_for(".index"))


@account.post("/sign-out-everywhere")
@requires(Action.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """End one's sessions in every browser, this one too."""
    with transaction() as session:
        sign_out_everywhere(session, g.account.id)
    logout_user()
    flash(_("You are signed out everywhere. Sign in again here."), "success")
    return redirect(url_for("security.login"))


def _page(errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        return render_template(
            "account/index.html",
            user=find_account(session, g.account.id),
            devices=devices_of(session, g.account.id),
            languages=LANGUAGES,
            errors=errors or {},
        )
