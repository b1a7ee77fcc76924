"""What an administrator changes of an account: who she is here, and a link to a new password."""

import secrets
import uuid
from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import hash_password

from visits.accounts.changes import change_account, note_event, withdraw_invitations
from visits.accounts.listing import find_account
from visits.accounts.second_factor import clear_second_factor
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import AccountEventKind, User
from webapp.access.auth import Action, requires
from webapp.access.password_links import LinkKind
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.accounts.form import form_choices, typed_account
from webapp.office.accounts.hand_over import hand_over
from webapp.office.accounts.run import only_run_here

account_changes = Blueprint("account_changes", __name__, url_prefix="/accounts")
account_changes.before_request(only_run_here)

FIELD_OF = {"email_taken": "email", "own_role": "role"}


@account_changes.get("/<uuid:user_id>/edit")
@requires(Action.MANAGE_ACCOUNTS)
def edit(user_id: uuid.UUID) -> ResponseReturnValue:
    """Show the form of an account."""
    with reading() as session:
        return _form(user_id, _typed_of(find_account(session, user_id)))


@account_changes.post("/<uuid:user_id>/edit")
@requires(Action.MANAGE_ACCOUNTS)
def change(user_id: uuid.UUID) -> ResponseReturnValue:
    """Change an account."""
    try:
        with transaction() as session:
            said = typed_account(session, find_account(session, user_id))
            ended = change_account(session, user_id, said, by=g.account.id, now=now())
    except Conflict as refused:
        if refused.code not in FIELD_OF:
            raise
        errors = {FIELD_OF[refused.code]: sentence(refused.code)}
        return _form(user_id, request.form, errors), 422
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        return _form(user_id, request.form, errors), 422
    if ended:
        flash(_("The account is changed; its open sessions are ended."), "success")
    else:
        flash(_("The account is changed."), "success")
    return redirect(url_for("accounts.show", user_id=user_id))


@account_changes.post("/<uuid:user_id>/link")
@requires(Action.MANAGE_ACCOUNTS)
def link(user_id: uuid.UUID) -> ResponseReturnValue:
    """Make a link with which its owner chooses a new password; earlier links are worth nothing."""
    hashed = hash_password(secrets.token_urlsafe(32))
    with transaction() as session:
        user = find_account(session, user_id)
        if not user.active:
            raise Conflict("account_to_open_first")
        withdraw_invitations(user, hashed)
        note_event(session, user, AccountEventKind.LINK_MADE, by=g.account.id, now=now())
    return hand_over(user, LinkKind.INVITATION if user.invited else LinkKind.HANDED)


@account_changes.post("/<uuid:user_id>/second-factor/clear")
@requires(Action.MANAGE_ACCOUNTS)
def clear(user_id: uuid.UUID) -> ResponseReturnValue:
    """Clear the second factor that somebody lost, for a reason that is kept."""
    with transaction() as session:
        user = clear_second_factor(
            session, user_id, request.form.get("reason", ""), by=g.account.id, now=now()
        )
    flash(_("The second factor of %(name)s is cleared.", name=user.name), "success")
    return redirect(url_for("accounts.show", user_id=user_id))


def _typed_of(user: User) -> dict[str, str]:
    return {
        "email": user.email,
        "name": user.name,
        "role": user.role.value,
        "organisation": str(user.organisation_id),
        "territory": str(user.territory_id or ""),
        "language": user.language,
    }


def _form(
    user_id: uuid.UUID, typed: Mapping[str, str], errors: dict[str, str] | None = None
) -> str:
    with reading() as session:
        user = find_account(session, user_id)
        return render_template(
            "accounts/edit.html",
            user=user,
            typed=typed,
            errors=errors or {},
            **form_choices(session, user),
        )
