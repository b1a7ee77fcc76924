"""Signing in and out, by Flask-Security over our own accounts."""

from datetime import timedelta
from typing import Any

from flask import Flask, session
from flask_babel import gettext
from flask_security import Security
from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore
from flask_security.forms import ChangePasswordForm, LoginForm
from flask_wtf import CSRFProtect
from flask_wtf.form import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import Field, ValidationError

from visits.accounts import folded
from visits.errors import TooManyTries
from visits.models.accounts import User
from webapp.auth import LONGEST_PASSWORD, account_of, check_password
from webapp.settings import Settings
from webapp.transaction import now, reading, transaction

SESSION_LIFETIME = timedelta(minutes=60)  # without a click, to within COOKIE_KEPT
COOKIE_KEPT = timedelta(minutes=5)
PASSWORD_LENGTH = 12

csrf = CSRFProtect()


class NoRole(RoleMixin):
    """Flask-Security wants a role class; our permission table stands in webapp.auth."""


class SignedIn(UserMixin):
    """An account as Flask-Security sees it: a copy that outlives its transaction."""

    fs_uniquifier: str = ""

    def __init__(self, user: User) -> None:
        self.account = account_of(user)
        self.roles = []
        self.id, self.email, self.active = user.id, user.email, user.active  # type: ignore[assignment]
        self.password, self.fs_uniquifier = user.password, user.fs_uniquifier


class Accounts(UserDatastore):
    """Finds accounts in our tables and writes back what Flask-Security may change of them."""

    def __init__(self) -> None:
        super().__init__(SignedIn, NoRole)

    def find_user(self, case_insensitive: bool = False, **by: Any) -> SignedIn | None:
        """Find an account by one column."""
        ((name, value),) = by.items()
        statement = select(User).where(
            getattr(User, name) == (folded(value) if name == "email" else value)
        )
        with reading() as session:
            user = session.scalars(statement.options(joinedload(User.organisation))).one_or_none()
            return SignedIn(user) if user else None

    def find_role(self, role: str) -> None:
        """Find no role: there are none here."""

    def put(self, model: SignedIn) -> SignedIn:
        """Keep a new password and the mark that ends other sessions."""
        with transaction() as session:
            user = session.get_one(User, model.id)
            user.password, user.fs_uniquifier = str(model.password), model.fs_uniquifier
        return model

    def delete(self, model: SignedIn) -> None:
        """Refuse: accounts are closed, never deleted here."""
        raise NotImplementedError

    def commit(self) -> None:
        """Do nothing: `put` has its own transaction."""

    def reload(self, model: SignedIn) -> None:
        """Do nothing: a copy cannot go stale within a request."""


class SignInForm(LoginForm):
    """E-mail and password, throttled; never tells which of the two was wrong."""

    def validate(self, **options: Any) -> bool:
        """Check the password, slowly and not too often."""
        if not FlaskForm.validate(self, **options):
            return False
        try:
            account = check_password(self.email.data, self.password.data)
        except TooManyTries as refused:
            self.form_errors.append(
                gettext(
                    "Too many tries. Wait %(minutes)d minutes, then try again.",
                    minutes=refused.details["minutes"],
                )
            )
            return False
        if account is None:
            self.form_errors.append(gettext("Wrong e-mail address or password."))
            return False
        self.user = Accounts().find_user(id=account.id)
        self.user_authenticated = True
        return True


class NewPasswordForm(ChangePasswordForm):
    """The old password and the new one, neither longer than one can be checked."""

    def validate_password(self, field: Field) -> None:
        """Refuse an old password nobody can have."""
        _refuse_too_long(field)

    def validate_new_password(self, field: Field) -> None:
        """Refuse a new password that could not be checked later."""
        _refuse_too_long(field)


def _refuse_too_long(field: Field) -> None:
    if len(field.data or "") > LONGEST_PASSWORD:
        raise ValidationError(gettext("A password has at most 500 characters."))


def stay_signed_in() -> None:
    """Write the session's cookie anew while somebody works: its age is what ends a session."""
    moment = now().timestamp()
    if "_user_id" in session and moment - session.get("seen", 0) >= COOKIE_KEPT.total_seconds():
        session["seen"] = moment


def set_up_accounts(app: Flask, settings: Settings) -> None:
    """Register sign-in, sign-out, change of password, sessions and CSRF."""
    app.config.update(
        SECRET_KEY=settings.session_secret,
        SESSION_COOKIE_NAME="palier",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SALT=settings.session_secret,
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_PASSWORD_LENGTH_MIN=PASSWORD_LENGTH,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/account/password",
        SECURITY_POST_CHANGE_VIEW="/account",
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_LOGIN_USER_TEMPLATE="sign_in.html",
        SECURITY_CHANGE_PASSWORD_TEMPLATE="change_password.html",  # noqa: S106
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_FRESHNESS=timedelta(minutes=-1),  # a session is short enough
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf.init_app(app)
    app.before_request(stay_signed_in)
    Security(app, Accounts(), login_form=SignInForm, change_password_form=NewPasswordForm)
