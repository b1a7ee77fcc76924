"""A password forgotten, or never had: a link by e-mail or from an administrator, used once."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import hash_password

from visits.accounts.accounts import find_user
from visits.accounts.changes import note_event, set_password
from visits.accounts.sign_in_wall import count_try
from visits.ground.errors import TooManyTries
from visits.models.accounts import AccountEventKind
from webapp.access.auth import public
from webapp.access.known_browsers import place_of
from webapp.access.password_links import LinkKind, letter_of, make_link, user_of_link
from webapp.access.password_rules import fault_of
from webapp.frame.errors import sentence
from webapp.frame.mail import send_aside
from webapp.frame.transaction import house, now, reading, transaction

passwords = Blueprint("passwords", __name__, url_prefix="/password")


@passwords.get("/forgotten")
@public
def forgotten() -> ResponseReturnValue:
    """Say what to do about a forgotten password."""
    return render_template("passwords/forgotten.html", mailed=house().settings.mail is not None)


@passwords.post("/forgotten")
@public
def ask() -> ResponseReturnValue:
    """Send a link to an address that has an account; the answer is the same for all."""
    server = house().settings.mail
    email = request.form.get("email", "")[:254]
    if server is None or "@" not in email:
        return redirect(url_for(".forgotten"))
    try:
        with transaction() as session:
            # Letters have a wall of their own: nobody's mailbox is filled from here.
            count_try(session, f"letter {email}", place=place_of(email), now=now())
            user = find_user(session, email)
            if user is not None and user.active:
                note_event(session, user, AccountEventKind.LINK_ASKED, by=None, now=now())
    except TooManyTries:
        user = None
    if user is not None and user.active:
        link = make_link(user, LinkKind.RESET)
        send_aside(server, letter_of(user, LinkKind.RESET, link))
    flash(
        _(
            "If this address has an account, a letter is on its way. It may take a few minutes;"
            " look among unwanted mail too."
        ),
        "success",
    )
    return redirect(url_for("security.login"))


@passwords.get("/choose/<token>")
@public
def choose(token: str) -> ResponseReturnValue:
    """Show the form of a new password to whoever has a link."""
    with reading() as session:
        user = user_of_link(session, token)
    if user is None:
        return _worthless()
    return render_template("passwords/choose.html", token=token, user=user, errors={})


@passwords.post("/choose/<token>")
@public
def keep(token: str) -> ResponseReturnValue:
    """Keep the password that was chosen; the link is worth nothing after that."""
    with reading() as session:
        user = user_of_link(session, token)
    if user is None:
        return _worthless()
    wrong: dict[str, str] = {}
    chosen = chosen_password(email=user.email, name=user.name, wrong=wrong)
    if wrong:
        errors = {name: sentence(code) for name, code in wrong.items()}
        return render_template("passwords/choose.html", token=token, user=user, errors=errors), 422
    hashed = hash_password(chosen)
    with transaction() as session:
        again = user_of_link(session, token)
        if again is None:
            return _worthless()
        tablets_too = request.form.get("tablets") == "1"
        set_password(session, again, hashed, by=None, now=now(), tablets_too=tablets_too)
    flash(_("Your password is kept. Sign in with it."), "success")
    return redirect(url_for("security.login"))


def chosen_password(*, email: str, name: str, wrong: dict[str, str]) -> str:
    """Read a new password that was typed twice; what is wrong with it goes into `wrong`."""
    chosen = request.form.get("new_password", "")
    fault = fault_of(chosen, email=email, name=name)
    if fault is not None:
        wrong["new_password"] = fault
    elif chosen != request.form.get("new_password_confirm", ""):
        wrong["new_password_confirm"] = "password_differs"  # noqa: S105
    return chosen


def _worthless() -> ResponseReturnValue:
    return render_template("passwords/worthless.html"), 410
