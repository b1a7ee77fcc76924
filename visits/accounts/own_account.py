"""What somebody changes of her own account: language, tablets, open sessions."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.accounts.accounts import end_sessions
from visits.ground.errors import Invalid, NotFound
from visits.models.accounts import Device, User

LANGUAGES = ("fr", "en")


def choose_language(session: Session, user_id: uuid.UUID, language: str) -> None:
    """Set the language of an account's screens: `fr` or `en`."""
    if language not in LANGUAGES:
        raise Invalid({"language": "bad_choice"})
    session.get_one(User, user_id).language = language


def sign_out_everywhere(session: Session, user_id: uuid.UUID) -> None:
    """End every session of an account in every browser; its tablets stay."""
    end_sessions(session, session.get_one(User, user_id))


def revoke_device_of(
    session: Session, user_id: uuid.UUID, device_id: uuid.UUID, *, now: datetime
) -> Device:
    """Revoke a tablet of this account; raises NotFound for one of somebody else.

    A closed account's tablet that could still send what it holds cannot any more.
    """
    device = _device_of(session, user_id, device_id)
    closed_at = session.get_one(User, user_id).closed_at
    if device.revoked_at is None:
        device.revoked_at = now
    elif device.revoked_at == closed_at:
        device.revoked_at = max(now, closed_at + timedelta(microseconds=1))
    return device


def declare_device_lost(
    session: Session, user_id: uuid.UUID, device_id: uuid.UUID, *, now: datetime
) -> Device:
    """Declare a tablet of this account lost: it opens nothing more and erases itself when it asks.

    Raises NotFound for a tablet of somebody else. Nothing takes it back.
    """
    device = _device_of(session, user_id, device_id)
    device.lost_at = device.lost_at or now
    device.revoked_at = device.revoked_at or now
    return device


def _device_of(session: Session, user_id: uuid.UUID, device_id: uuid.UUID) -> Device:
    statement = select(Device).where(Device.id == device_id, Device.user_id == user_id)
    device = session.scalars(statement.with_for_update()).one_or_none()
    if device is None:
        raise NotFound("device_not_found")
    return device


def note_seen(session: Session, device_id: uuid.UUID, *, now: datetime) -> None:
    """Note that a tablet was here just now."""
    session.get_one(Device, device_id).last_seen_at = now
