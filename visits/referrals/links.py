"""A link that shows one referral to a partner without an account: made, used, revoked.

Only the digest of its secret is kept. It opens nothing any more once its time is over, it was
revoked, the referral was withdrawn, she refuses that things are shared, or was protected meanwhile.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, NotFound, Refused
from visits.ground.tokens import digest_of, new_secret
from visits.models.people import AccessKind
from visits.models.referrals import (
    Direction,
    Referral,
    ReferralLink,
    ReferralMove,
    ReferralStep,
)
from visits.referrals.moving import Answer, answer, refuse_unless_allowed
from visits.referrals.referrals import log
from visits.sight import Viewer
from visits.sight.access_log import log_access

# For how many days a link may be good.
DAYS = (14, 30, 60, 90)


class LinkWorthless(Refused):
    """A link that shows nothing; `code` says why."""


def make_link(
    session: Session, referral: Referral, days: int, *, viewer: Viewer, now: datetime
) -> str:
    """Make a link to a referral that was sent; gives its secret, told this once.

    The one before is revoked. Raises Invalid for a time that is none of `DAYS`, Conflict for a
    referral that has ended, was not sent, came to us, or is of somebody protected.
    """
    if days not in DAYS:
        raise Invalid({"days": "bad_choice"})
    if referral.direction is Direction.IN or not referral.is_theirs or not referral.is_open:
        raise Conflict("referral_not_sent")
    if referral.person.protected:
        raise Conflict("referral_of_protected")
    refuse_unless_allowed(session, referral)
    known = standing_link(session, referral)
    if known is not None:
        known.revoked_at, known.revoked_by_id = now, viewer.user_id
    secret = new_secret()
    session.add(
        ReferralLink(
            referral_id=referral.id,
            secret_sha256=digest_of(secret),
            made_at=now,
            made_by_id=viewer.user_id,
            expires_at=now + timedelta(days=days),
        )
    )
    session.flush()
    log(session, referral, "referral_link_made", viewer=viewer, now=now)
    return secret


def standing_link(session: Session, referral: Referral) -> ReferralLink | None:
    """Give the link of a referral that nobody revoked, expired or not."""
    standing = select(ReferralLink).where(
        ReferralLink.referral_id == referral.id, ReferralLink.revoked_at.is_(None)
    )
    return session.scalars(standing.order_by(ReferralLink.id.desc()).limit(1)).one_or_none()


def revoke_link(session: Session, referral: Referral, *, viewer: Viewer, now: datetime) -> None:
    """Let the link of a referral open nothing any more; raises NotFound when there is none."""
    link = standing_link(session, referral)
    if link is None:
        raise NotFound("referral_link_not_found")
    link.revoked_at, link.revoked_by_id = now, viewer.user_id
    session.flush()
    log(session, referral, "referral_link_revoked", viewer=viewer, now=now)


def open_link(
    session: Session, secret: str, *, now: datetime, to_change: bool = False
) -> ReferralLink:
    """Find the link of a secret that is still good, with its referral; else raise LinkWorthless.

    `to_change` waits until nobody else is changing the referral.
    """
    found = select(ReferralLink).where(ReferralLink.secret_sha256 == digest_of(secret))
    link = session.scalars(found).one_or_none()
    if link is None:
        raise LinkWorthless("referral_link_unknown")
    if to_change:
        hold = select(Referral).where(Referral.id == link.referral_id)
        hold = hold.with_for_update(of=Referral, key_share=True)
        session.scalars(hold.execution_options(populate_existing=True)).one()
        session.refresh(link)
    if link.expires_at <= now and link.revoked_at is None:
        raise LinkWorthless("referral_link_expired")
    if not _still_shows(session, link):
        raise LinkWorthless("referral_link_revoked")  # why is nobody's business
    return link


def _still_shows(session: Session, link: ReferralLink) -> bool:
    referral = link.referral
    if link.revoked_at is not None or referral.person.protected:
        return False
    try:
        refuse_unless_allowed(session, referral)
    except Conflict:
        return False
    return referral.is_theirs and referral.step is not ReferralStep.WITHDRAWN


def note_opened(session: Session, link: ReferralLink, *, now: datetime) -> None:
    """Keep that the page of a link was shown, with whom it shows."""
    link.opened_at = link.opened_at or now
    log_access(
        session,
        user_id=None,
        persons=[link.referral.person_id],
        kind=AccessKind.READ,
        what="referral_by_link",
        now=now,
    )


def answer_by_link(
    session: Session, link: ReferralLink, said: Answer, *, turn: int, now: datetime
) -> ReferralMove:
    """Note what a partner answers by a link: taken on, refused, done."""
    if said.step == ReferralStep.WITHDRAWN:
        raise Conflict("referral_cannot_move")
    return answer(session, link.referral, said, turn=turn, link=link, now=now)
