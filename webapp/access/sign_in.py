"""Signing in and out, by Flask-Security over our own accounts."""

from datetime import timedelta
from functools import partial
from typing import Any, cast

from flask import Flask, Response, after_this_request, g, redirect, session, url_for
from flask_babel import gettext
from flask_login import user_logged_in, user_logged_out
from flask_security import Security
from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore
from flask_security.forms import LoginForm
from flask_security.tf_plugin import TfPlugin
from flask_wtf import CSRFProtect
from flask_wtf.form import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from visits.accounts.open_sessions import end_session, start_session, still_open
from visits.accounts.sign_in_wall import folded
from visits.ground.errors import AccountClosed, TooManyTries
from visits.models.accounts import OpenSession, User
from webapp.access.account import account_of
from webapp.access.known_browsers import remember_browser
from webapp.access.libraries import library_settings
from webapp.access.passwords import check_password
from webapp.access.signed_cookies import Cookies
from webapp.access.who_asks import SESSION_NUMBER, session_number
from webapp.frame.settings import Settings
from webapp.frame.transaction import now, reading, transaction

COOKIE_KEPT = timedelta(minutes=5)
# Between the password and the code: whose turn it is, and for how long.
HALF_SIGNED_IN, HALF_FOR = "palier_half", timedelta(minutes=10)

csrf = CSRFProtect()


class NoRole(RoleMixin):
    """Flask-Security wants a role class; our permission table stands in webapp.access.auth."""


class SignedIn(UserMixin):
    """An account as Flask-Security sees it: a copy that outlives its transaction."""

    fs_uniquifier: str = ""

    def __init__(self, user: User, *, in_open_session: bool = False) -> None:
        self.account, self.in_open_session = account_of(user), in_open_session
        self.roles = []
        self.id, self.email, self.active = user.id, user.email, user.active  # type: ignore[assignment]
        self.password, self.fs_uniquifier = user.password, user.fs_uniquifier

    def get_auth_token(self) -> str:
        """Refuse: tablets have their own tokens, browsers their session."""
        raise NotImplementedError


class Accounts(UserDatastore):
    """Finds accounts in our tables; Flask-Security changes nothing of them."""

    def __init__(self) -> None:
        super().__init__(SignedIn, NoRole)

    def find_user(self, case_insensitive: bool = False, **by: Any) -> SignedIn | None:
        """Find an account by one column, and whether this browser's session is open for it."""
        if g.get("nobody_known"):
            return None
        ((name, value),) = by.items()
        statement = (
            select(User, OpenSession.id)
            .options(joinedload(User.organisation))
            .outerjoin(OpenSession, still_open(session_number(), now=now()))
            .where(getattr(User, name) == (folded(value) if name == "email" else value))
        )
        with reading() as session:
            found = session.execute(statement).one_or_none()
            return SignedIn(found[0], in_open_session=found[1] is not None) if found else None

    def find_role(self, role: str) -> None:
        """Find no role: there are none here."""

    def put(self, model: SignedIn) -> SignedIn:
        """Refuse: accounts are changed by our own verbs."""
        raise NotImplementedError

    def delete(self, model: SignedIn) -> None:
        """Refuse: accounts are closed, never deleted here."""
        raise NotImplementedError

    def commit(self) -> None:
        """Do nothing: there is nothing to keep."""

    def reload(self, model: SignedIn) -> None:
        """Do nothing: a copy cannot go stale within a request."""


class SignInForm(LoginForm):
    """E-mail and password, throttled; never tells which of the two was wrong."""

    remember = None  # a cookie that signs in for a year

    def validate(self, **options: Any) -> bool:
        """Check the password, slowly and not too often."""
        if not self.email.data or not self.password.data:
            self.form_errors.append(gettext("Fill in your e-mail address and your password."))
            return False
        if not FlaskForm.validate(self, **options):
            return False
        try:
            user = check_password(self.email.data, self.password.data)
        except TooManyTries as refused:
            self.form_errors.append(
                gettext(
                    "Too many tries. Wait %(minutes)d minutes, then try again.",
                    minutes=refused.details["minutes"],
                )
            )
            return False
        except AccountClosed:
            self.form_errors.append(
                gettext("This account is closed. Ask an administrator if you need it again.")
            )
            return False
        if user is None:
            self.form_errors.append(gettext("Wrong e-mail address or password."))
            return False
        self.user = SignedIn(user)
        self.user_authenticated = True
        return True


def stay_signed_in() -> None:
    """Write the session's cookie anew while somebody works: its age is what ends a session."""
    moment = now().timestamp()
    if "_user_id" in session and moment - session.get("seen", 0) >= COOKIE_KEPT.total_seconds():
        session["seen"] = moment


class SecondStep(TfPlugin):
    """Where the library asks whether a password is enough, our own second step answers."""

    def tf_enter(
        self,
        user: UserMixin,
        remember_me: bool | None,
        primary_authn_via: str,
        next_loc: str | None,
    ) -> Response | None:
        """Send an account with a second factor to the page that asks for it."""
        if not cast(SignedIn, user).account.second_factor:
            return None
        session[HALF_SIGNED_IN] = [user.fs_uniquifier, int(now().timestamp())]
        return cast(Response, redirect(url_for("second_step.ask", next=next_loc)))


def half_signed_in() -> SignedIn | None:
    """Give the account whose password was right a few minutes ago, in this browser."""
    mark, at = session.get(HALF_SIGNED_IN) or ("", 0)
    if now().timestamp() - at >= HALF_FOR.total_seconds():
        return None
    user = Accounts().find_user(fs_uniquifier=mark)
    return user if user is not None and user.active else None


def note_session(app: Flask, user: SignedIn) -> None:
    """Note the browser that signs in among the open sessions, and that it is known from now on."""
    session.pop(HALF_SIGNED_IN, None)
    with transaction() as writing:
        session[SESSION_NUMBER] = str(start_session(writing, user.account.id, now=now()))
    after_this_request(partial(_with_known_browser, email=user.email))


def _with_known_browser(answer: Response, *, email: str) -> Response:
    remember_browser(answer, email)
    return answer


def end_this_session(app: Flask, user: SignedIn) -> None:
    """End on the server the session that signs out here: a copy of its cookie opens nothing."""
    number = session_number()
    session.pop(SESSION_NUMBER, None)
    if number is not None:
        with transaction() as writing:
            end_session(writing, number)


def set_up_accounts(app: Flask, settings: Settings) -> None:
    """Register sign-in, sign-out, sessions and CSRF."""
    app.config.update(library_settings(settings))
    app.session_interface = Cookies()
    csrf.init_app(app)
    app.before_request(stay_signed_in)
    security = Security(app, Accounts(), login_form=SignInForm)
    # Its answers in JSON and its tokens would be a second door beside ours.
    security.want_json(lambda request: False)
    security.two_factor_plugins = SecondStep()
    app.login_manager.request_loader(lambda request: None)  # type: ignore[attr-defined]
    user_logged_in.connect(note_session, app)
    user_logged_out.connect(end_this_session, app)
