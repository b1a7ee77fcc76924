"""The address at which a partner without an account asks things of us: made, opened, revoked."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Invalid, NotFound, Refused
from visits.ground.tokens import digest_of, new_secret
from visits.models.referral_requests import ReferralDoor, ReferralRequest
from visits.referrals.referrals import NAME_LENGTH
from visits.sight import Viewer
from visits.sight.homes import landlords_run
from visits.sight.referrals import visible_doors, visible_requests

# For how many days a door may be open.
DAYS = (90, 180, 365)


class DoorClosed(Refused):
    """An address at which nothing may be asked; `code` says why."""


def make_door(
    session: Session,
    landlord_id: uuid.UUID | None,
    partner: str,
    days: int,
    *,
    viewer: Viewer,
    now: datetime,
) -> str:
    """Open a door to a partner; gives its secret, told this once. Raises Invalid."""
    partner, fields = partner.strip(), {}
    if not partner:
        fields["partner"] = "required"
    elif len(partner) > NAME_LENGTH:
        fields["partner"] = "too_long"
    if days not in DAYS:
        fields["days"] = "bad_choice"
    if landlord_id not in {one.id for one in landlords_run(session, viewer)}:
        fields["landlord"] = "bad_choice"
    if fields or landlord_id is None:
        raise Invalid(fields)
    secret = new_secret()
    session.add(
        ReferralDoor(
            landlord_id=landlord_id,
            partner=partner,
            secret_sha256=digest_of(secret),
            made_at=now,
            made_by_id=viewer.user_id,
            expires_at=now + timedelta(days=days),
        )
    )
    session.flush()
    return secret


def list_doors(session: Session, viewer: Viewer) -> Sequence[ReferralDoor]:
    """List the doors whose requests a viewer may read, the newest first."""
    doors = select(ReferralDoor).where(visible_doors(viewer))
    doors = doors.options(joinedload(ReferralDoor.landlord), joinedload(ReferralDoor.made_by))
    newest = doors.order_by(ReferralDoor.made_at.desc(), ReferralDoor.id.desc())
    return session.scalars(newest).all()


def requests_by_door(session: Session, viewer: Viewer) -> Mapping[uuid.UUID, int]:
    """Count what came by each of these doors, as far as the viewer may read it."""
    came = (
        select(ReferralRequest.door_id, func.count())
        .join(ReferralRequest.door)
        .where(visible_requests(viewer))
        .group_by(ReferralRequest.door_id)
        .order_by(ReferralRequest.door_id)
    )
    return {door: count for door, count in session.execute(came)}


def revoke_door(session: Session, door_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> None:
    """Let nothing more be asked by a door; what came stays. Raises NotFound."""
    door = session.scalars(
        select(ReferralDoor)
        .where(ReferralDoor.id == door_id, visible_doors(viewer))
        .with_for_update(key_share=True)
    ).one_or_none()
    if door is None or door.revoked_at is not None:
        raise NotFound("referral_door_not_found")
    door.revoked_at, door.revoked_by_id = now, viewer.user_id
    session.flush()


def open_door(
    session: Session, secret: str, *, now: datetime, to_change: bool = False
) -> ReferralDoor:
    """Find the door of a secret, if it is open; else raise DoorClosed. `to_change` waits."""
    found = select(ReferralDoor).where(ReferralDoor.secret_sha256 == digest_of(secret))
    if to_change:
        found = found.with_for_update(key_share=True)
    door = session.scalars(found).one_or_none()
    if door is None:
        raise DoorClosed("referral_link_unknown")
    if not door.is_good(now):
        raise DoorClosed("referral_door_closed")
    return door
