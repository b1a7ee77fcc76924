"""Who asks: the account of a browser's session, of a tablet's token, of a name and a password."""

import base64
import binascii
import re
import uuid
from typing import cast

from flask import request
from flask import session as cookie
from flask_login import current_user
from flask_security.utils import logout_user

from visits.accounts.accounts import (
    device_of_token,
    find_device_of_closed_account,
    find_lost_device,
    late_tablets,
)
from visits.ground.errors import Forbidden
from visits.ground.tokens import digest_of
from webapp.access.account import Account, account_of
from webapp.access.passwords import check_password
from webapp.frame.transaction import now, reading


class NotSignedIn(Forbidden):
    """A stranger came to an endpoint for machines."""


# Where a browser's cookie keeps the number of its session.
SESSION_NUMBER = "palier_session"


def session_account() -> Account | None:
    """Find the account of a browser's session; a cookie without an open session is let go."""
    if not current_user.is_authenticated:
        return None
    if current_user.in_open_session:
        return cast(Account, current_user.account)
    logout_user()
    return None


def session_number() -> uuid.UUID | None:
    """Give the number of the browser's session that its cookie names."""
    try:
        return uuid.UUID(str(cookie.get(SESSION_NUMBER)))
    except ValueError:
        return None


def machine_account() -> Account | None:
    """Find the account of an `Authorization` header, or of the session for safe methods.

    A session never writes here: these endpoints have no CSRF token.
    """
    header = request.headers.get("Authorization", "")
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return account_of_token(value.strip())
    if kind.lower() == "basic":
        return _basic_account(value.strip())
    return session_account() if request.method in ("GET", "HEAD", "OPTIONS") else None


def account_of_token(token: str) -> Account | None:
    """Find the account a tablet's token speaks for."""
    if not token.startswith("palier_"):
        return None
    with reading() as session:
        device = device_of_token(session, token)
        return account_of(device.user, device) if device else None


def late_account(view: object) -> Account | None:
    """Find the closed account whose tablet brings what it still holds; it opens nothing else.

    Raises NotSignedIn with `account_closed` at every other door, and when it is too late.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip().startswith("palier_"):
        return None
    with reading() as session:
        device = find_device_of_closed_account(session, token.strip())
        if device is None:
            return None
        if getattr(view, "palier_late_door", False) and late_tablets(device.user, now=now()):
            return account_of(device.user, device)
    raise NotSignedIn("account_closed")


def device_digest() -> str | None:
    """Give the digest of the token a tablet comes with.

    A locked tablet cannot open its token: it comes with `Locked` and the token's SHA-256, which
    opens nothing and lets it learn only that it was declared lost.
    """
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    value = value.strip()
    if kind.lower() == "bearer" and value.startswith("palier_"):
        return digest_of(value)
    if kind.lower() == "locked" and re.fullmatch("[0-9a-f]{64}", value):
        return value
    return None


def refuse_lost_device() -> None:
    """Raise NotSignedIn with `device_lost` when the tablet that asks was declared lost."""
    digest = device_digest()
    if digest is None:
        return
    with reading() as session:
        if find_lost_device(session, digest) is not None:
            raise NotSignedIn("device_lost")


def _basic_account(value: str) -> Account | None:
    try:
        email, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if "\0" in email:  # no database can look for it
        return None
    by_token = account_of_token(secret)
    if by_token is not None:
        return by_token if by_token.email == email.strip().lower() else None
    user = check_password(email, secret)
    if user is not None and user.second_factor_at is not None:
        raise NotSignedIn("second_factor_needed")  # a password alone is half of it
    return account_of(user) if user is not None else None
