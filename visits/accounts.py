"""Accounts, tablets and throttled sign-in. Passwords are hashed by webapp; they never come here."""

import base64
import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.db import take_turn
from visits.errors import Conflict, Forbidden, Invalid, NotFound, TooManyTries
from visits.models.accounts import (
    Device,
    FailedSignIn,
    Organisation,
    OrganisationKind,
    Role,
    Territory,
    User,
)

# Five wrong passwords for one address, or fifty from one place, within a quarter of an hour.
WINDOW = timedelta(minutes=15)
TRIES_PER_EMAIL = 5
TRIES_PER_PLACE = 50


@dataclass(frozen=True)
class NewUser:
    """What an administrator says of a new account; the password comes hashed."""

    email: str
    name: str
    role: Role
    password_hash: str
    language: str = "fr"
    territory_id: uuid.UUID | None = None


def find_organisation(session: Session, name: str, kind: OrganisationKind) -> Organisation:
    """Find an organisation by name, or make it."""
    found = session.scalars(select(Organisation).where(Organisation.name == name)).one_or_none()
    if found is None:
        found = Organisation(name=name, kind=kind)
        session.add(found)
        session.flush()
    return found


def find_territory(session: Session, name: str) -> Territory:
    """Find a territory by name, or make it."""
    found = session.scalars(select(Territory).where(Territory.name == name)).one_or_none()
    if found is None:
        found = Territory(name=name)
        session.add(found)
        session.flush()
    return found


def add_user(session: Session, new: NewUser, *, organisation: Organisation, now: datetime) -> User:
    """Make an account; raises Conflict when the e-mail has one already."""
    email = folded(new.email)
    if "@" not in email or len(email) > 254:
        raise Invalid({"email": "bad_email"})
    if not new.name.strip():
        raise Invalid({"name": "required"})
    if session.scalars(select(User.id).where(User.email == email)).first() is not None:
        raise Conflict("email_taken")
    user = User(
        email=email,
        name=new.name.strip()[:100],
        role=new.role,
        password=new.password_hash,
        fs_uniquifier=secrets.token_hex(32),
        active=True,
        language=new.language,
        organisation=organisation,
        territory_id=new.territory_id,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def find_user(session: Session, email: str) -> User | None:
    """Find an account by e-mail, whatever its case."""
    statement = select(User).where(User.email == folded(email))
    return session.scalars(statement.options(joinedload(User.organisation))).one_or_none()


def set_active(session: Session, user_id: uuid.UUID, active: bool, *, now: datetime) -> User:
    """Open or close an account; closing ends its sessions and revokes its tablets."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user_not_found")
    user.active = active
    if not active:
        user.fs_uniquifier = secrets.token_hex(32)
        for device in session.scalars(
            select(Device).where(Device.user_id == user.id, Device.revoked_at.is_(None))
        ):
            device.revoked_at = now
    session.flush()
    return user


def folded(email: str) -> str:
    """Fold an e-mail for comparison."""
    return email.strip().lower()


def add_device(session: Session, user: User, *, name: str, now: datetime) -> tuple[Device, str]:
    """Enrol a tablet; gives it with its token, which is kept nowhere but on the tablet."""
    token = _new_token()
    device = Device(
        user_id=user.id,
        name=name.strip()[:100] or "tablet",
        token_sha256=token_digest(token),
        recovery_key=_new_recovery_key(),
        created_at=now,
        last_seen_at=now,
    )
    session.add(device)
    session.flush()
    return device, token


def recover_device(
    session: Session, device_id: uuid.UUID, *, user_id: uuid.UUID, now: datetime
) -> tuple[Device, str]:
    """Sign a known tablet in again for its own user: a fresh token, the same recovery key.

    An ordinary revocation ends here. Raises NotFound for the tablet of somebody else and Forbidden
    for one declared lost: what it holds is never opened again.
    """
    statement = select(Device).where(Device.id == device_id, Device.user_id == user_id)
    device = session.scalars(statement.with_for_update()).one_or_none()
    if device is None:
        raise NotFound("device_not_found")
    if device.lost_at is not None:
        raise Forbidden("device_lost")
    token = _new_token()
    device.token_sha256 = token_digest(token)
    device.recovery_key = device.recovery_key or _new_recovery_key()
    device.revoked_at = None
    device.last_seen_at = now
    session.flush()
    return device, token


def _new_token() -> str:
    return f"palier_{secrets.token_urlsafe(32)}"


def _new_recovery_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def token_digest(token: str) -> str:
    """Give what is kept of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def device_of_token(session: Session, token: str) -> Device | None:
    """Find the tablet a token belongs to, unless it was revoked, lost or its user closed."""
    statement = (
        select(Device)
        .join(Device.user)
        .where(
            Device.token_sha256 == token_digest(token),
            Device.revoked_at.is_(None),
            Device.lost_at.is_(None),
            User.active.is_(True),
        )
        .options(joinedload(Device.user).joinedload(User.organisation))
    )
    return session.scalars(statement).one_or_none()


def revoke_device(session: Session, device_id: uuid.UUID, *, now: datetime) -> None:
    """Revoke a tablet: its token opens nothing any more."""
    device = session.get(Device, device_id)
    if device is None:
        raise NotFound("device_not_found")
    device.revoked_at = device.revoked_at or now


def find_lost_device(session: Session, digest: str) -> Device | None:
    """Find the tablet declared lost whose token has this digest."""
    statement = select(Device).where(Device.token_sha256 == digest, Device.lost_at.is_not(None))
    return session.scalars(statement).one_or_none()


def note_wiped(session: Session, digest: str, *, now: datetime) -> Device | None:
    """Note that a lost tablet says it has erased itself; the first time is the one kept."""
    device = find_lost_device(session, digest)
    if device is not None:
        device.wiped_at = device.wiped_at or now
    return device


def count_try(session: Session, email: str, *, place: str, now: datetime) -> None:
    """Count a try before its password is checked, so that many at once are no way around.

    A right password takes it back (`forget_failed_sign_ins`). Raises TooManyTries.
    """
    take_turn(session, f"sign_in {_hashed(folded(email))}")
    refuse_if_throttled(session, email, place=place, now=now)
    note_failed_sign_in(session, email, place=place, now=now)


def refuse_if_throttled(session: Session, email: str, *, place: str, now: datetime) -> None:
    """Raise TooManyTries when this e-mail or this place failed too often of late."""
    since = now - WINDOW
    for column, key, limit in (
        (FailedSignIn.email_sha256, _hashed(folded(email)), TRIES_PER_EMAIL),
        (FailedSignIn.address_sha256, _hashed(place), TRIES_PER_PLACE),
    ):
        statement = select(func.count()).select_from(FailedSignIn)
        tries = session.scalar(statement.where(column == key, FailedSignIn.at > since))
        if (tries or 0) >= limit:
            raise TooManyTries(minutes=int(WINDOW.total_seconds() // 60))


def note_failed_sign_in(session: Session, email: str, *, place: str, now: datetime) -> None:
    """Keep a wrong password in mind, without the e-mail itself."""
    session.add(
        FailedSignIn(email_sha256=_hashed(folded(email)), address_sha256=_hashed(place), at=now)
    )


def forget_failed_sign_ins(session: Session, *, now: datetime, email: str | None = None) -> int:
    """Forget the failures of an e-mail that signed in, and those that no longer count."""
    old = FailedSignIn.at <= now - WINDOW
    which = or_(old, FailedSignIn.email_sha256 == _hashed(folded(email))) if email else old
    gone = session.execute(delete(FailedSignIn).where(which))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _hashed(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
