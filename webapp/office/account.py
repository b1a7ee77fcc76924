"""One's own account: language, password, tablets, open sessions."""

import uuid
from dataclasses import replace

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_security.utils import logout_user

from visits.errors import Invalid
from visits.own_account import (
    choose_language,
    declare_device_lost,
    revoke_device_of,
    sign_out_everywhere,
)
from visits.queries.accounts import devices_of, find_account
from webapp.auth import Action, requires
from webapp.errors import sentence
from webapp.languages import LANGUAGES
from webapp.transaction import now, reading, transaction

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
