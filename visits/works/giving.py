"""A work order given to a contractor, who then sees it and no other, and taken back."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import Organisation, OrganisationKind, Role, User
from visits.models.people import AccessKind
from visits.models.works import OrderStep, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderLink
from visits.sight import Reach, Viewer, visible_work_orders
from visits.sight.access_log import log_access
from visits.works.history import take_step

NOBODY = uuid.UUID(int=0)
# Who is named for nobody: what he would see may be shown outside of the house.
STRANGER = Viewer(NOBODY, NOBODY, None, Reach.ALL)


def contractors(session: Session) -> Sequence[Organisation]:
    """List the organisations to which an order may be given: whose people do works."""
    working = select(User.organisation_id).where(User.role == Role.CONTRACTOR, User.active)
    statement = (
        select(Organisation)
        .where(Organisation.id.in_(working), Organisation.kind == OrganisationKind.PARTNER)
        .order_by(Organisation.name, Organisation.id)
    )
    return session.scalars(statement).all()


def shown_to_strangers(session: Session, order: WorkOrder) -> bool:
    """Tell whether who is named for nobody would see an order, were it given to him."""
    seen = select(WorkOrder.id).outerjoin(WorkOrder.person).where(WorkOrder.id == order.id)
    return session.scalar(seen.where(visible_work_orders(STRANGER))) is not None


# A link that nobody revoked and nobody refused, expired or not.
_STANDS = (WorkOrderLink.revoked_at.is_(None), WorkOrderLink.used_up_at.is_(None))


def standing_link(session: Session, order: WorkOrder) -> WorkOrderLink | None:
    """Give the link of an order that nobody revoked and nobody refused, expired or not."""
    session.refresh(order, ["standing_links"])
    return next(iter(order.standing_links), None)


def is_sent_by_link() -> ColumnElement[bool]:
    """Select orders that a standing link shows to a contractor."""
    sent = exists().where(WorkOrderLink.work_order_id == WorkOrder.id, *_STANDS)
    return sent.correlate(WorkOrder)


def _waits_again(order: WorkOrder) -> bool:
    """Tell whether whoever has an order now had refused it, or taken it on by accepting it."""
    if order.state is WorkOrderState.ACKNOWLEDGED:
        return order.acknowledged_at == order.accepted_at
    return order.state is WorkOrderState.REFUSED


def give_order(
    session: Session,
    order: WorkOrder,
    organisation_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Give an order to a contractor, or take it back with None.

    Raises Invalid for who is no contractor, Conflict for an order that is closed, sent to another
    by a link, of no known home or of somebody protected: a contractor could not see it.
    """
    if organisation_id and organisation_id not in {one.id for one in contractors(session)}:
        raise Invalid({"organisation": "bad_choice"})
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    if organisation_id and standing_link(session, order) is not None:
        raise Conflict("order_sent_by_link")
    if organisation_id and order.stands_in is None:
        raise Conflict("order_of_no_home")
    if organisation_id and not shown_to_strangers(session, order):
        raise Conflict("order_of_protected")
    what = OrderStep.GIVEN if organisation_id else OrderStep.TAKEN_OVER
    given: dict[str, Any] = {"given_to_id": organisation_id, "given_at": now}
    given["given_by_id"] = viewer.user_id
    if _waits_again(order):
        given |= {"state": WorkOrderState.OPEN, "acknowledged_at": None}
    if order.accepted_at is not None:
        given["accepted_at"] = None
    take_step(order, what, by=viewer.user_id, now=now, **given)
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what="work_order_given" if organisation_id else "work_order_taken_back",
        now=now,
    )
