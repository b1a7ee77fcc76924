"""A link that shows one order to a contractor without an account: made, used, revoked.

Only the digest of its secret is kept. It opens nothing any more once its time is over, it was
revoked or refused, the order is closed, or the home was protected meanwhile.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, NotFound, Refused
from visits.ground.tokens import digest_of, new_secret
from visits.models.people import AccessKind
from visits.models.works import OrderStep, WorkOrder
from visits.models.works_history import WorkOrderLink
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.works.giving import shown_to_strangers, standing_link
from visits.works.history import Words, take_step

NAME_LENGTH = 200
# For how many days a link may be good.
DAYS = (3, 7, 14, 30)


class LinkWorthless(Refused):
    """A link that shows nothing; `code` says why."""


@dataclass(frozen=True)
class LinkSaid:
    """For whom a link is, and for how many days of `DAYS`."""

    contractor: str
    days: int


def make_link(
    session: Session, order: WorkOrder, said: LinkSaid, *, viewer: Viewer, now: datetime
) -> str:
    """Make a link to an order for a contractor; gives its secret, told this once.

    The one before is revoked. Raises Invalid, field by field, Conflict for an order that is closed,
    of no known home, with somebody who has an account, or of somebody protected.
    """
    name = said.contractor.strip()
    fields = {}
    if not name:
        fields["contractor"] = "required"
    elif len(name) > NAME_LENGTH:
        fields["contractor"] = "too_long"
    if said.days not in DAYS:
        fields["days"] = "bad_choice"
    if fields:
        raise Invalid(fields)
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    why_not = why_no_link(session, order)
    if why_not is not None:
        raise Conflict(why_not)
    known = standing_link(session, order)
    if known is not None:
        _revoke(session, order, known, viewer, now)
    secret = new_secret()
    link = WorkOrderLink(
        work_order_id=order.id,
        secret_sha256=digest_of(secret),
        contractor=name,
        made_at=now,
        made_by_id=viewer.user_id,
        expires_at=now + timedelta(days=said.days),
    )
    session.add(link)
    session.flush()
    _step(order, OrderStep.LINK_MADE, link, by=viewer.user_id, now=now)
    _log(session, order, "work_order_link_made", viewer.user_id, now)
    return secret


def why_no_link(session: Session, order: WorkOrder) -> str | None:
    """Give the code of why no link to an order may be made, None where one may."""
    if order.given_to_id is not None:
        return "order_given_to_account"
    if order.is_assigned:
        return "order_assigned"
    if order.stands_in is None:
        return "order_of_no_home"
    return None if shown_to_strangers(session, order) else "order_of_protected"


def revoke_link(session: Session, order: WorkOrder, *, viewer: Viewer, now: datetime) -> None:
    """Let the link of an order open nothing any more; raises NotFound when there is none."""
    link = standing_link(session, order)
    if link is None:
        raise NotFound("link_not_found")
    _revoke(session, order, link, viewer, now)


def _revoke(
    session: Session, order: WorkOrder, link: WorkOrderLink, viewer: Viewer, now: datetime
) -> None:
    link.revoked_at, link.revoked_by_id = now, viewer.user_id
    order.accepted_at = None  # whoever gets it next answers for herself
    _step(order, OrderStep.LINK_REVOKED, link, by=viewer.user_id, now=now)
    _log(session, order, "work_order_link_revoked", viewer.user_id, now)


def lead_to(session: Session, gone: WorkOrder, kept: WorkOrder, *, now: datetime) -> None:
    """Let the link of an order show the one that goes on for it; a proposed day goes along."""
    link = standing_link(session, gone)
    if link is None:
        return
    link.work_order_id, link.came_with_id = kept.id, link.came_with_id or gone.id
    session.flush()
    session.expire(link, ["order", "came_with"])
    _step(kept, OrderStep.LINK_MADE, link, by=link.made_by_id, now=now)
    if gone.proposed_on is not None:
        day, part = gone.proposed_on, gone.proposed_part
        words, proposed = Words(day=day, part=part), {"proposed_on": day, "proposed_part": part}
        step: OrderStep = OrderStep.DATE_PROPOSED
        take_step(kept, step, by=None, link=link, now=now, said=words, for_good=True, **proposed)


def lead_back(session: Session, order: WorkOrder) -> None:
    """Let the link that came with an order show it again, now that it stands by itself."""
    came = select(WorkOrderLink).where(WorkOrderLink.came_with_id == order.id)
    for link in session.scalars(came.order_by(WorkOrderLink.id)):
        link.work_order_id, link.came_with_id = order.id, None


def open_link(
    session: Session, secret: str, *, now: datetime, to_change: bool = False
) -> WorkOrderLink:
    """Find the link of a secret that is still good, with its order; else raise LinkWorthless.

    `to_change` waits until nobody else is changing the order.
    """
    statement = select(WorkOrderLink).where(WorkOrderLink.secret_sha256 == digest_of(secret))
    link = session.scalars(statement).one_or_none()
    if link is None:
        raise LinkWorthless("link_unknown")
    if to_change:
        hold = select(WorkOrder).where(WorkOrder.id == link.work_order_id)
        hold = hold.with_for_update(of=WorkOrder, key_share=True)
        session.scalars(hold.execution_options(populate_existing=True)).one()
        session.refresh(link)
    why = _why_worthless(session, link, now)
    if why is not None:
        raise LinkWorthless(why)
    return link


def _why_worthless(session: Session, link: WorkOrderLink, now: datetime) -> str | None:
    if link.revoked_at is not None:
        return "link_revoked"
    if link.used_up_at is not None or not link.order.is_open:
        return "link_used_up"
    if link.expires_at <= now:
        return "link_expired"
    if not shown_to_strangers(session, link.order):
        return "link_revoked"  # why is nobody's business
    return None


def note_opened(session: Session, link: WorkOrderLink, *, now: datetime) -> None:
    """Keep that the page of a link was shown, with whom it shows."""
    if link.opened_at is None:
        link.opened_at = now
        _step(link.order, OrderStep.LINK_OPENED, link, by=None, now=now)
    note_shown(session, link, "work_order_by_link", now=now)


def note_shown(session: Session, link: WorkOrderLink, what: str, *, now: datetime) -> None:
    """Keep in the log of who saw whom what a link showed."""
    persons = [link.order.person_id] if link.order.person_id else []
    log_access(
        session,
        user_id=None,
        persons=persons,
        kind=AccessKind.READ,
        what=what,
        now=now,
    )


def _step(
    order: WorkOrder, what: OrderStep, link: WorkOrderLink, *, by: uuid.UUID | None, now: datetime
) -> None:
    said = Words(note=link.contractor)
    take_step(order, what, by=by, link=link if by is None else None, now=now, said=said)


def _log(
    session: Session, order: WorkOrder, what: str, user_id: uuid.UUID | None, now: datetime
) -> None:
    log_access(
        session,
        user_id=user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
