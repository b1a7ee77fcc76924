"""Tablets sign in with a password once, then with their own token."""

from typing import Any

from flask import g
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from visits.accounts import add_device, revoke_device
from visits.errors import NotFound
from visits.models.accounts import User
from webapp.auth import Action, NotSignedIn, check_password, public, requires
from webapp.schemas import DeviceSchema, NewDeviceSchema
from webapp.transaction import now, transaction

devices = Blueprint("devices", __name__, url_prefix="/api/devices", description="Tablets")


@devices.post("")
@devices.arguments(NewDeviceSchema)
@devices.response(201, DeviceSchema)
@public
def sign_in(body: dict[str, Any]) -> dict[str, Any]:
    """Enrol a tablet with its user's password; the token is told once."""
    account = check_password(body["email"], body["password"])
    if account is None:
        raise NotSignedIn("not_signed_in")
    with transaction() as session:
        user = session.get_one(User, account.id)
        device, token = add_device(session, user, name=body["name"], now=now())
    return {"device_id": device.id, "token": token, "user": account}


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
