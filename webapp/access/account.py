"""The signed-in account as a request knows it."""

import uuid
from dataclasses import dataclass

from visits.models.accounts import Device, Role, User


@dataclass(frozen=True)
class Account:
    """The signed-in account, as a request knows it. `device_id` is set for a tablet.

    A `closed` one only brings what its tablet still holds (`late_door`).
    """

    id: uuid.UUID
    email: str
    name: str
    role: Role
    language: str
    organisation_id: uuid.UUID
    organisation: str
    territory_id: uuid.UUID | None
    device_id: uuid.UUID | None = None
    device_name: str | None = None
    closed: bool = False
    password_to_change: bool = False
    second_factor: bool = False


def account_of(user: User, device: Device | None = None) -> Account:
    """Take what a request needs from an account's row."""
    return Account(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        language=user.language,
        organisation_id=user.organisation_id,
        organisation=user.organisation.name,
        territory_id=user.territory_id,
        device_id=device.id if device is not None else None,
        device_name=device.name if device is not None else None,
        closed=not user.active,
        password_to_change=user.password_to_change,
        second_factor=user.second_factor_at is not None,
    )
