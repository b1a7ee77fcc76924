"""Links to choose a password: signed, for a while, for one account, and once."""

import enum
import hashlib
import uuid
from datetime import UTC, datetime, timedelta

from flask import current_app, url_for
from flask_babel import force_locale, gettext
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from visits.accounts.listing import find_account
from visits.ground.errors import Refused
from visits.models.accounts import User
from webapp.frame.mail import Letter
from webapp.frame.transaction import house, now


class LinkKind(enum.StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    HANDED = "handed"  # by an administrator, who may have to read it out
    RESET = "reset"  # by e-mail, to whoever says an address


VALID_FOR = {
    LinkKind.INVITATION: timedelta(days=7),
    LinkKind.HANDED: timedelta(hours=24),
    LinkKind.RESET: timedelta(hours=2),
}


def make_link(user: User, kind: LinkKind) -> str:
    """Make the path of a link with which an account chooses its password."""
    made_at = int(now().timestamp())
    token = _signer().dumps([kind.value, user.id.hex, _state(user), made_at])
    return url_for("passwords.choose", token=token)


def user_of_link(session: Session, token: str) -> User | None:
    """Find the account of a link that is still good: not used, not old, not of a closed account."""
    try:
        kind, number, state, made_at = _signer().loads(token)
        user = find_account(session, uuid.UUID(hex=number))
        ends_at = datetime.fromtimestamp(made_at, UTC) + VALID_FOR[LinkKind(kind)]
    except (BadData, Refused, ValueError, TypeError):
        return None
    return user if now() < ends_at and user.active and state == _state(user) else None


def letter_of(user: User, kind: LinkKind, link: str) -> Letter:
    """Write the letter that brings a link, in its reader's language."""
    address = (house().settings.address or "").rstrip("/") + link
    with force_locale(user.language):
        if kind is LinkKind.INVITATION:
            subject = gettext("Your account on Palier")
            text = gettext(
                "Hello %(name)s,\n\nAn account was made for you on Palier. Choose your password"
                " here, within 7 days:\n\n%(link)s\n\nThe link works once. If you expected no"
                " account, do nothing.",
                name=user.name,
                link=address,
            )
        else:
            subject = gettext("Choose a new password for Palier")
            text = gettext(
                "Hello %(name)s,\n\nA new password was asked for your account on Palier. Choose it"
                " here, within %(hours)d hours:\n\n%(link)s\n\nThe link works once. If it was"
                " not you, do nothing: your password stays as it is.",
                name=user.name,
                hours=VALID_FOR[kind] // timedelta(hours=1),
                link=address,
            )
    return Letter(to=user.email, subject=subject, text=text)


def _state(user: User) -> str:
    """Sum up what a link depends on: a new password or another e-mail make it worthless."""
    return hashlib.sha256(f"{user.password}\n{user.email}".encode()).hexdigest()[:32]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="password-link")
