"""Passkeys: second factors that a person's devices hold; added, used, removed."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from visits.accounts.changes import note_event
from visits.accounts.second_factor import first_codes, remove_last_factor
from visits.ground.db import take_turn
from visits.ground.errors import Conflict, NotFound
from visits.models.accounts import AccountEventKind, Passkey, UsedChallenge, User

AT_MOST = 20  # of one account: a list that a person still reads


def passkeys_of(session: Session, user_id: uuid.UUID) -> Sequence[Passkey]:
    """List an account's passkeys, the oldest first."""
    statement = select(Passkey).where(Passkey.user_id == user_id)
    return session.scalars(statement.order_by(Passkey.added_at, Passkey.id)).all()


def add_passkey(
    session: Session,
    user: User,
    name: str,
    *,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    now: datetime,
) -> list[str]:
    """Keep a passkey of a held account; gives recovery codes when it is the first factor."""
    digest = _digest(credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential_sha256 == digest)) is not None:
        raise Conflict("passkey_known")
    if len(passkeys_of(session, user.id)) >= AT_MOST:
        raise Conflict("passkeys_too_many")
    session.add(
        Passkey(
            user_id=user.id,
            name=name,
            credential_id=credential_id,
            credential_sha256=digest,
            public_key=public_key,
            sign_count=sign_count,
            added_at=now,
        )
    )
    note_event(session, user, AccountEventKind.PASSKEY_ADDED, by=user.id, now=now, reason=name)
    return first_codes(session, user, now=now)


def use_challenge(session: Session, challenge: str, *, kept: timedelta, now: datetime) -> bool:
    """Use a challenge up: the second answer to it is too late. Those past `kept` are forgotten."""
    digest = _digest(challenge.encode())
    take_turn(session, f"challenge {digest}")
    if session.get(UsedChallenge, digest) is not None:
        return False
    session.execute(delete(UsedChallenge).where(UsedChallenge.at < now - 2 * kept))
    session.add(UsedChallenge(challenge_sha256=digest, at=now))
    session.flush()
    return True


def find_passkey(session: Session, user: User, credential_id: bytes) -> Passkey | None:
    """Find the passkey of this account, and of no other, that a browser answered with."""
    statement = select(Passkey).where(
        Passkey.user_id == user.id, Passkey.credential_sha256 == _digest(credential_id)
    )
    return session.scalars(statement.with_for_update()).one_or_none()


def use_passkey(
    session: Session, user: User, passkey: Passkey, *, sign_count: int, now: datetime
) -> bool:
    """Note the use of a passkey; refuses, and notes, one whose counter did not go on.

    Zero twice: this kind of device does not count.
    """
    if (sign_count or passkey.sign_count) and sign_count <= passkey.sign_count:
        kind = AccountEventKind.PASSKEY_COPIED
        note_event(session, user, kind, by=None, now=now, reason=passkey.name)
        return False
    passkey.sign_count, passkey.used_at = sign_count, now
    return True


def remove_passkey(
    session: Session, user: User, passkey_id: uuid.UUID, *, demanded: bool, now: datetime
) -> None:
    """Remove a passkey; with the last factor go the recovery codes, unless one is demanded."""
    passkey = session.get(Passkey, passkey_id)
    if passkey is None or passkey.user_id != user.id:
        raise NotFound("passkey_not_found")
    if user.totp_secret is None and len(passkeys_of(session, user.id)) == 1:
        remove_last_factor(session, user, demanded=demanded, now=now)
        return
    kind = AccountEventKind.PASSKEY_REMOVED
    note_event(session, user, kind, by=user.id, now=now, reason=passkey.name)
    session.delete(passkey)
    session.flush()


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
