"""Accounts, for the administrator: who may sign in, as what, with which tablets."""

import secrets
import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from visits.accounts.accounts import NewUser, add_user, late_tablets, set_active
from visits.accounts.changes import note_event
from visits.accounts.listing import (
    AccountFilter,
    devices_of,
    events_of,
    find_account,
    list_accounts,
    tablets_in_use,
)
from visits.accounts.own_account import declare_device_lost, revoke_device_of
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import AccountEventKind, Role
from webapp.access.auth import Action, requires
from webapp.access.password_links import LinkKind
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.accounts.form import form_choices, typed_account
from webapp.office.accounts.hand_over import hand_over
from webapp.office.accounts.run import only_run_here, run_here
from webapp.office.frame.listing import wanted

accounts = Blueprint("accounts", __name__, url_prefix="/accounts")
accounts.before_request(only_run_here)


@accounts.get("/")
@requires(Action.MANAGE_ACCOUNTS)
def index() -> ResponseReturnValue:
    """List the accounts."""
    only = AccountFilter(
        state=request.args.get("state", "open"),
        role=request.args.get("role", ""),
        text=request.args.get("q", ""),
    )
    with reading() as session:
        listed = list_accounts(session, only=only, wanted=wanted(), run=run_here())
        return render_template(
            "accounts/index.html",
            listed=listed,
            only=only,
            roles=list(Role),
            tablets=tablets_in_use(session, listed.rows),
        )


@accounts.get("/new")
@requires(Action.MANAGE_ACCOUNTS)
def new() -> ResponseReturnValue:
    """Show the form of a new account."""
    with reading() as session:
        return _form(session)


@accounts.post("/new")
@requires(Action.MANAGE_ACCOUNTS)
def add() -> ResponseReturnValue:
    """Add an account whose password nobody knows; a link lets its owner choose one."""
    hashed = hash_password(secrets.token_urlsafe(32))
    try:
        with transaction() as session:
            said = typed_account(session)
            new_user = NewUser(
                email=said.email,
                name=said.name,
                role=said.role,
                password_hash=hashed,
                language=said.language,
                territory_id=said.territory_id,
            )
            user = add_user(session, new_user, organisation=said.organisation, now=now())
            user.invited = True
            note_event(session, user, AccountEventKind.ADDED, by=g.account.id, now=now())
    except Conflict as refused:
        return _refused({"email": sentence(refused.code)})
    except Invalid as refused:
        return _refused({name: sentence(code) for name, code in refused.fields.items()})
    return hand_over(user, LinkKind.INVITATION)


def _refused(errors: dict[str, str]) -> ResponseReturnValue:
    with reading() as session:
        return _form(session, errors), 422


def _form(session: Session, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "accounts/new.html", errors=errors or {}, typed=request.form, **form_choices(session)
    )


@accounts.get("/<uuid:user_id>")
@requires(Action.MANAGE_ACCOUNTS)
def show(user_id: uuid.UUID) -> ResponseReturnValue:
    """Show an account and its tablets."""
    with reading() as session:
        user = find_account(session, user_id)
        return render_template(
            "accounts/show.html",
            user=user,
            devices=devices_of(session, user_id),
            late=late_tablets(user, now=now()),
            events=events_of(session, user_id),
        )


@accounts.post("/<uuid:user_id>/active")
@requires(Action.MANAGE_ACCOUNTS)
def activate(user_id: uuid.UUID) -> ResponseReturnValue:
    """Open or close an account; a closed one ends its sessions and its tablets."""
    active = request.form.get("active") == "1"
    if not active and user_id == g.account.id:
        raise Conflict("own_account")
    with transaction() as session:
        user = set_active(session, user_id, active, now=now())
        kind = AccountEventKind.OPENED if active else AccountEventKind.CLOSED
        note_event(session, user, kind, by=g.account.id, now=now())
    said = (
        _("The account of %(name)s is open.")
        if active
        else _("The account of %(name)s is closed; its sessions and tablets are ended.")
    )
    flash(said % {"name": user.name}, "success")
    return redirect(url_for(".show", user_id=user_id))


@accounts.post("/<uuid:user_id>/tablets/<uuid:device_id>/revoke")
@requires(Action.MANAGE_ACCOUNTS)
def revoke(user_id: uuid.UUID, device_id: uuid.UUID) -> ResponseReturnValue:
    """Revoke a tablet: its token opens nothing any more."""
    with transaction() as session:
        device = revoke_device_of(session, user_id, device_id, now=now())
    flash(_("The tablet « %(name)s » is revoked.", name=device.name), "success")
    return redirect(url_for(".show", user_id=user_id))


@accounts.post("/<uuid:user_id>/tablets/<uuid:device_id>/lost")
@requires(Action.MANAGE_ACCOUNTS)
def declare_lost(user_id: uuid.UUID, device_id: uuid.UUID) -> ResponseReturnValue:
    """Declare a tablet lost: it erases itself at its next contact."""
    with transaction() as session:
        device = declare_device_lost(session, user_id, device_id, now=now())
    flash(_("The tablet « %(name)s » is declared lost.", name=device.name), "success")
    return redirect(url_for(".show", user_id=user_id))
