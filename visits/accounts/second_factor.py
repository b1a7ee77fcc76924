"""A second factor beside the password: set, used, and cleared when it is lost."""

import hashlib
import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from visits.accounts.accounts import end_sessions
from visits.accounts.changes import note_event, reason_of
from visits.ground.errors import Conflict, NotFound
from visits.models.accounts import AccountEventKind, Passkey, RecoveryCode, User

CODES = 8
# No letter or digit that could be taken for another on paper; 12 of 31 are about 59 bits.
ALPHABET, LETTERS = "abcdefghjkmnpqrstuvwxyz23456789", 12


def hold_account(session: Session, user_id: uuid.UUID) -> User:
    """Read an account as it is now; nobody else uses its codes until this ends."""
    statement = select(User).where(User.id == user_id).with_for_update(of=User)
    user = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if user is None:
        raise NotFound("user_not_found")
    return user


def keep_second_factor(
    session: Session, user: User, secret: str, *, counter: int, now: datetime
) -> list[str]:
    """Keep the secret of an authenticator that gave a right code; gives the recovery codes."""
    if user.totp_secret is not None:
        raise Conflict("second_factor_set_already")
    user.totp_secret, user.totp_counter = secret, counter
    note_event(session, user, AccountEventKind.SECOND_FACTOR_SET, by=user.id, now=now)
    return first_codes(session, user, now=now)


def first_codes(session: Session, user: User, *, now: datetime) -> list[str]:
    """Give the recovery codes that come with the first factor of either kind; none later."""
    if user.second_factor_at is not None:
        return []
    user.second_factor_at = now
    return _new_codes(session, user)


def renew_codes(session: Session, user: User, *, now: datetime) -> list[str]:
    """Make new recovery codes; those of before are worth nothing."""
    note_event(session, user, AccountEventKind.CODES_MADE, by=user.id, now=now)
    return _new_codes(session, user)


def use_code(
    session: Session,
    user: User,
    typed: str,
    *,
    counter_of: Callable[[str, str], int | None],
    now: datetime,
) -> bool:
    """Use a code of the authenticator or a recovery code: each is right once.

    `counter_of(secret, code)` gives the turn of a right code of an authenticator.
    """
    counter = counter_of(user.totp_secret, typed) if user.totp_secret else None
    if counter is not None:
        if user.totp_counter is not None and counter <= user.totp_counter:
            return False
        user.totp_counter = counter
        return True
    statement = select(RecoveryCode).where(
        RecoveryCode.user_id == user.id,
        RecoveryCode.code_sha256 == _digest(typed),
        RecoveryCode.used_at.is_(None),
    )
    code = session.scalars(statement.with_for_update()).one_or_none()
    if code is None:
        return False
    code.used_at = now
    note_event(session, user, AccountEventKind.RECOVERY_CODE_USED, by=user.id, now=now)
    return True


def codes_left(session: Session, user_id: uuid.UUID) -> int:
    """Count the recovery codes that were not used."""
    statement = select(func.count()).select_from(RecoveryCode)
    left = statement.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def remove_authenticator(session: Session, user: User, *, demanded: bool, now: datetime) -> None:
    """Take one's authenticator away; passkeys stay, and with them the recovery codes."""
    if user.totp_secret is None:
        raise NotFound("authenticator_not_found")
    held = session.scalar(select(func.count()).where(Passkey.user_id == user.id))
    if not held:
        remove_last_factor(session, user, demanded=demanded, now=now)
        return
    user.totp_secret = user.totp_counter = None
    note_event(session, user, AccountEventKind.AUTHENTICATOR_REMOVED, by=user.id, now=now)


def remove_last_factor(session: Session, user: User, *, demanded: bool, now: datetime) -> None:
    """Take one's own second factor away, recovery codes too, unless a role demands one."""
    if demanded:
        raise Conflict("second_factor_required")
    _forget(session, user)
    note_event(session, user, AccountEventKind.SECOND_FACTOR_REMOVED, by=user.id, now=now)


def clear_second_factor(
    session: Session, user_id: uuid.UUID, typed: str, *, by: uuid.UUID | None, now: datetime
) -> User:
    """Clear the second factor that somebody lost, for a reason; her sessions end."""
    reason = reason_of(typed)
    user = hold_account(session, user_id)
    _forget(session, user)
    end_sessions(session, user)
    kind = AccountEventKind.SECOND_FACTOR_CLEARED
    note_event(session, user, kind, by=by, now=now, reason=reason)
    return user


def _forget(session: Session, user: User) -> None:
    user.totp_secret = user.totp_counter = user.second_factor_at = None
    session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _new_codes(session: Session, user: User) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = []
    for _ in range(CODES):
        letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
        codes.append("-".join(letters[at : at + 4] for at in range(0, LETTERS, 4)))
        session.add(RecoveryCode(user_id=user.id, code_sha256=_digest(letters)))
    session.flush()
    return codes


def _digest(typed: str) -> str:
    plain = "".join(letter for letter in typed.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
