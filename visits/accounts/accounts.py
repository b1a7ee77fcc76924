"""Accounts and their tablets. Passwords are hashed by webapp; they never come here."""

import base64
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.accounts.open_sessions import end_sessions_of
from visits.accounts.sign_in_wall import folded
from visits.ground.errors import Conflict, Forbidden, Invalid, NotFound
from visits.ground.tokens import digest_of, new_secret
from visits.models.accounts import (
    Device,
    Organisation,
    OrganisationKind,
    Role,
    Territory,
    User,
)

# Who pays sees figures and nobody.
FIGURES_ONLY = (OrganisationKind.PENSION_FUND,)
# What a closed account's tablets still hold may come in for so long.
LATE_FOR = timedelta(days=30)
NAME_LENGTH = 100


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
    name = checked_name(new.name)
    refuse_unfit(organisation, new.role)
    if session.scalars(select(User.id).where(User.email == email)).first() is not None:
        raise Conflict("email_taken")
    user = User(
        email=email,
        name=name,
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


def checked_name(typed: str) -> str:
    """Give the name of an account without what stands around it. Raises Invalid."""
    name = typed.strip()
    if not name:
        raise Invalid({"name": "required"})
    if len(name) > NAME_LENGTH:
        raise Invalid({"name": "too_long"})
    return name


def refuse_unfit(organisation: Organisation, role: Role) -> None:
    """Refuse a role that would let who only pays see persons. Raises Invalid."""
    if organisation.kind in FIGURES_ONLY and role is not Role.FUNDER:
        raise Invalid({"role": "fund_sees_figures"})


def find_user(session: Session, email: str) -> User | None:
    """Find an account by e-mail, whatever its case."""
    statement = select(User).where(User.email == folded(email))
    return session.scalars(statement.options(joinedload(User.organisation))).one_or_none()


def set_active(session: Session, user_id: uuid.UUID, active: bool, *, now: datetime) -> User:
    """Open or close an account; closing ends its sessions and revokes its tablets.

    What the tablets that were in use still hold may come in for `LATE_FOR`.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user_not_found")
    user.active = active
    user.closed_at = None if active else user.closed_at or now
    if user.closed_at is not None:
        end_sessions(session, user)
        revoke_tablets(session, user, now=user.closed_at)
    session.flush()
    return user


def revoke_tablets(session: Session, user: User, *, now: datetime) -> None:
    """Revoke every tablet of an account that is in use."""
    in_use = select(Device).where(Device.user_id == user.id, Device.revoked_at.is_(None))
    for device in session.scalars(in_use):
        device.revoked_at = now


def end_sessions(session: Session, user: User) -> None:
    """End every session of an account in every browser."""
    user.fs_uniquifier = secrets.token_hex(32)
    end_sessions_of(session, user.id)


def add_device(session: Session, user: User, *, name: str, now: datetime) -> tuple[Device, str]:
    """Enrol a tablet; gives it with its token, which is kept nowhere but on the tablet."""
    token = _new_token()
    device = Device(
        user_id=user.id,
        name=name.strip()[:100] or "tablet",
        token_sha256=digest_of(token),
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
    device.token_sha256 = digest_of(token)
    device.recovery_key = device.recovery_key or _new_recovery_key()
    device.revoked_at = None
    device.last_seen_at = now
    session.flush()
    return device, token


def _new_token() -> str:
    return f"palier_{new_secret()}"


def _new_recovery_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def device_of_token(session: Session, token: str) -> Device | None:
    """Find the tablet a token belongs to, unless it was revoked, lost or its user closed."""
    return session.scalars(_OF_TOKEN, {"digest": digest_of(token)}).one_or_none()


# Made once: it is asked with each request of a tablet.
_OF_TOKEN = (
    select(Device)
    .join(Device.user)
    .where(
        Device.token_sha256 == bindparam("digest"),
        Device.revoked_at.is_(None),
        Device.lost_at.is_(None),
        User.active.is_(True),
    )
    .options(contains_eager(Device.user).joinedload(User.organisation, innerjoin=True))
)


def find_device_of_closed_account(session: Session, token: str) -> Device | None:
    """Find the tablet whose token ended because its user's account was closed."""
    statement = (
        select(Device)
        .join(Device.user)
        .where(
            Device.token_sha256 == digest_of(token),
            Device.lost_at.is_(None),
            Device.revoked_at == User.closed_at,
            User.active.is_(False),
        )
        .options(joinedload(Device.user).joinedload(User.organisation))
    )
    return session.scalars(statement).one_or_none()


def late_tablets(user: User, *, now: datetime) -> tuple[datetime, datetime] | None:
    """Tell since and until when what a closed account's tablets still hold may come in."""
    if user.active or user.closed_at is None or now >= user.closed_at + LATE_FOR:
        return None
    return user.closed_at, user.closed_at + LATE_FOR


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
