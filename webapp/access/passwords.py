"""Passwords: checked slowly and not too often."""

from flask_security.utils import verify_password

from visits.accounts.accounts import find_user
from visits.accounts.sign_in_wall import count_try, forget_tries
from visits.ground.errors import AccountClosed
from visits.models.accounts import User
from webapp.access.known_browsers import place_of
from webapp.access.password_rules import LONGEST_PASSWORD
from webapp.frame.transaction import now, transaction

# The hash of a password nobody knows: a stranger's e-mail costs as much as a member's.
UNKNOWN_PASSWORD = (
    "$argon2id$v=19$m=65536,t=3,p=4$"  # noqa: S105
    "c29tZXNhbHRzb21lc2FsdA$Wv0z8bKyk2yZ1lYd0vQm8Qy8mSxv0p0cLr7rM2h1m8E"
)


def check_password(email: str, password: str) -> User | None:
    """Check an e-mail and a password, slowly enough and not too often.

    Raises TooManyTries, and AccountClosed to whoever knows the password. A wrong password and an
    unknown e-mail take the same time; one over `LONGEST_PASSWORD` characters is nobody's.
    """
    if len(password) > LONGEST_PASSWORD:
        return None
    place = place_of(email)
    with transaction() as session:
        count_try(session, email, place=place, now=now())
        user = find_user(session, email)
        known = user.password if user is not None else UNKNOWN_PASSWORD
    if not verify_password(password, known) or user is None:
        return None
    with transaction() as session:
        forget_tries(session, email, place=place)
    if not user.active:
        raise AccountClosed
    return user
