"""Accounts, for the administrator: who may sign in, as what, with which tablets."""

import secrets
import uuid
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from visits.accounts import NewUser, add_user, find_organisation, late_tablets, set_active
from visits.errors import Conflict, Invalid
from visits.models.accounts import Organisation, OrganisationKind, Role, Territory, User
from visits.own_account import declare_device_lost, revoke_device_of
from visits.queries.accounts import (
    AccountFilter,
    devices_of,
    find_account,
    list_accounts,
    list_organisations,
    list_territories,
    tablets_in_use,
)
from webapp.auth import Action, requires
from webapp.errors import sentence
from webapp.office.listing import wanted
from webapp.transaction import now, reading, transaction

Row = TypeVar("Row")

accounts = Blueprint("accounts", __name__, url_prefix="/accounts")

# No letter or digit that could be taken for another when it is read out on the phone.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
GROUPS, LETTERS = 4, 5


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
        listed = list_accounts(session, only=only, wanted=wanted())
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
    """Add an account; its first password is on this answer and nowhere else."""
    password = first_password()
    try:
        with transaction() as session:
            typed = _typed(session)
            new_user = NewUser(
                email=typed.email,
                name=typed.name,
                role=typed.role,
                password_hash=hash_password(password),
                language=typed.language,
                territory_id=typed.territory_id,
            )
            user = add_user(session, new_user, organisation=typed.organisation, now=now())
    except Conflict as refused:
        return _refused({"email": sentence(refused.code)})
    except Invalid as refused:
        return _refused({name: sentence(code) for name, code in refused.fields.items()})
    return render_template("accounts/added.html", user=user, password=password)


def first_password() -> str:
    """Make a password of 20 letters and digits that can be read out: about 100 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
    return "-".join(groups)


@dataclass(frozen=True)
class _Typed:
    email: str
    name: str
    role: Role
    language: str
    organisation: Organisation
    territory_id: uuid.UUID | None


def _typed(session: Session) -> _Typed:
    form, wrong = request.form, {}
    email, name = form.get("email", "").strip(), form.get("name", "").strip()
    if not email:
        wrong["email"] = "required"
    elif "@" not in email:
        wrong["email"] = "bad_email"
    if not name:
        wrong["name"] = "required"
    if form.get("role") not in tuple(Role):
        wrong["role"] = "bad_choice"
    territory = _found(session, Territory, form.get("territory", ""))
    if form.get("territory") and territory is None:
        wrong["territory"] = "bad_choice"
    organisation = _organisation(session, wrong)
    if wrong or organisation is None:
        raise Invalid(wrong)
    return _Typed(
        email=email,
        name=name,
        role=Role(form["role"]),
        language="en" if form.get("language") == "en" else "fr",
        organisation=organisation,
        territory_id=territory.id if territory else None,
    )


def _organisation(session: Session, wrong: dict[str, str]) -> Organisation | None:
    """Find the organisation that was chosen, or make the new one that was named."""
    named = request.form.get("new_organisation", "").strip()
    if named:
        kind = request.form.get("organisation_kind", "")
        if len(named) > 200:
            wrong["new_organisation"] = "too_long"
        elif kind not in tuple(OrganisationKind):
            wrong["organisation_kind"] = "bad_choice"
        elif not wrong:
            return find_organisation(session, named, OrganisationKind(kind))
        return None
    chosen = _found(session, Organisation, request.form.get("organisation", ""))
    if chosen is None:
        wrong["organisation"] = "bad_choice"
    return chosen


def _found(session: Session, model: type[Row], typed: str) -> Row | None:
    try:
        return session.get(model, uuid.UUID(typed))
    except ValueError:
        return None


def _refused(errors: dict[str, str]) -> ResponseReturnValue:
    with reading() as session:
        return _form(session, errors), 422


def _form(session: Session, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "accounts/new.html",
        errors=errors or {},
        typed=request.form,
        roles=list(Role),
        organisations=list_organisations(session),
        territories=list_territories(session),
        kinds=list(OrganisationKind),
    )


@accounts.get("/<uuid:user_id>")
@requires(Action.MANAGE_ACCOUNTS)
def show(user_id: uuid.UUID) -> ResponseReturnValue:
    """Show an account and its tablets."""
    with reading() as session:
        user = find_account(session, user_id)
        devices = devices_of(session, user_id)
        return render_template(
            "accounts/show.html", user=user, devices=devices, late=late_tablets(user, now=now())
        )


@accounts.post("/<uuid:user_id>/active")
@requires(Action.MANAGE_ACCOUNTS)
def activate(user_id: uuid.UUID) -> ResponseReturnValue:
    """Open or close an account; a closed one ends its sessions and its tablets."""
    active = request.form.get("active") == "1"
    if not active and user_id == g.account.id:
        raise Conflict("own_account")
    with transaction() as session:
        user: User = set_active(session, user_id, active, now=now())
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
