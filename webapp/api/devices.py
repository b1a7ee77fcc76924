"""Tablets sign in with a password once, then with their own token."""

import uuid
from typing import Any

from flask import g
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from visits.accounts.accounts import add_device, note_wiped, recover_device, revoke_device
from visits.ground.errors import NotFound
from visits.models.accounts import Device, User
from webapp.access.account import Account, account_of
from webapp.access.auth import Action, public, requires
from webapp.access.passwords import check_password
from webapp.access.second_step import code_is_right
from webapp.access.who_asks import NotSignedIn, device_digest, refuse_lost_device
from webapp.frame.schemas.devices import DeviceSchema, NewDeviceSchema, RecoverySchema
from webapp.frame.transaction import now, transaction

devices = Blueprint("devices", __name__, url_prefix="/api/devices", description="Tablets")


@devices.post("")
@devices.arguments(NewDeviceSchema)
@devices.response(201, DeviceSchema)
@public
def sign_in(body: dict[str, Any]) -> dict[str, Any]:
    """Enrol a tablet with its user's password; the token is told once."""
    account = _account_of(body)
    with transaction() as session:
        user = session.get_one(User, account.id)
        device, token = add_device(session, user, name=body["name"], now=now())
    return _told(device, token, account)


@devices.post("/<uuid:device_id>/recover")
@devices.arguments(RecoverySchema)
@devices.response(200, DeviceSchema)
@public
def recover(body: dict[str, Any], device_id: uuid.UUID) -> dict[str, Any]:
    """Sign a known tablet in again with its own user's password, and give what opens its memory."""
    account = _account_of(body)
    with transaction() as session:
        device, token = recover_device(session, device_id, user_id=account.id, now=now())
    return _told(device, token, account)


def _account_of(body: dict[str, Any]) -> Account:
    user = check_password(body["email"], body["password"])
    if user is None:
        raise NotSignedIn("not_signed_in")
    if user.password_to_change:
        raise NotSignedIn("password_to_change")
    if user.second_factor_at is not None and not body["code"]:
        raise NotSignedIn("second_factor_needed")
    if user.second_factor_at is not None and not code_is_right(user.id, body["code"]):
        raise NotSignedIn("second_factor_wrong")
    return account_of(user)


def _told(device: Device, token: str, account: Account) -> dict[str, Any]:
    recovery_key = device.recovery_key
    return {"device_id": device.id, "token": token, "recovery_key": recovery_key, "user": account}


@devices.delete("/current")
@devices.response(204)
@requires(Action.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """Revoke the tablet that asks."""
    if g.account.device_id is None:
        raise NotFound("device_not_found")
    with transaction() as session:
        revoke_device(session, g.account.device_id, now=now())
    return "", 204


@devices.get("/contact")
@devices.response(204)
@public
def contact() -> ResponseReturnValue:
    """Tell a locked tablet whether it was declared lost: 401 `device_lost`, otherwise nothing."""
    refuse_lost_device()
    return "", 204


@devices.post("/wiped")
@devices.response(204)
@public
def wiped() -> ResponseReturnValue:
    """Note that a lost tablet has erased itself; its token opens this alone."""
    digest = device_digest()
    if digest is None:
        raise NotSignedIn("not_signed_in")
    with transaction() as session:
        if note_wiped(session, digest, now=now()) is None:
            raise NotSignedIn("not_signed_in")
    return "", 204
