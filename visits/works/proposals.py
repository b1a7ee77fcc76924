"""The day that a contractor proposed by a link: accepted and planned, or declined with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.people import AccessKind
from visits.models.works import OrderStep, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent, WorkOrderLink
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.works.history import Words, take_step
from visits.works.moves import NOTE_LENGTH, MoveSaid, move_work_order

ANSWERED = (OrderStep.DATE_PROPOSED, OrderStep.DATE_DECLINED, OrderStep.PLANNED)


@dataclass(frozen=True)
class Proposal:
    """A day and a time of day as they stood on the page where somebody answered them."""

    day: date | None
    part: str


def accept_day(
    session: Session,
    order: WorkOrder,
    shown: Proposal,
    *,
    told_how: str,
    told_on: date | None,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Plan the proposed day; `told_how` says how the tenant was told, if she was.

    Raises Conflict when another day is proposed by now, Invalid when the day is past meanwhile.
    """
    _refuse_another(order, shown)
    said = MoveSaid(
        planned_on=shown.day, planned_part=shown.part, told_how=told_how, told_on=told_on
    )
    move_work_order(session, order, WorkOrderState.PLANNED, said, viewer=viewer, now=now)


def decline_day(
    session: Session,
    order: WorkOrder,
    shown: Proposal,
    why: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Say no to the proposed day; whoever proposed it reads why. Raises Invalid, Conflict."""
    _refuse_another(order, shown)
    why = why.strip()
    if not why or len(why) > NOTE_LENGTH:
        raise Invalid({"declined_why": "too_long" if why else "required"})
    said, gone = Words(note=why, day=shown.day, part=shown.part), dict[str, Any]()
    gone |= {"proposed_on": None, "proposed_part": None}
    take_step(order, OrderStep.DATE_DECLINED, by=viewer.user_id, now=now, said=said, **gone)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what="work_order_day_declined",
        now=now,
    )


def _refuse_another(order: WorkOrder, shown: Proposal) -> None:
    stands = (order.proposed_on, order.proposed_part)
    if order.proposed_on is None or not order.is_open or stands != (shown.day, shown.part):
        raise Conflict("proposal_gone")


def standing_proposal(steps: Sequence[WorkOrderEvent]) -> WorkOrderEvent | None:
    """Give, of the steps of an order, the latest first, the proposal that nobody answered yet."""
    latest = next((one for one in steps if one.stands and one.what in ANSWERED), None)
    return latest if latest is not None and latest.what is OrderStep.DATE_PROPOSED else None


def answer_to(session: Session, link: WorkOrderLink) -> WorkOrderEvent | None:
    """Give what became of the latest day that was proposed by a link: it waits, yes, no."""
    told = select(WorkOrderEvent).where(
        WorkOrderEvent.work_order_id == link.work_order_id,
        WorkOrderEvent.what.in_(ANSWERED),
        WorkOrderEvent.taken_back_at.is_(None),
        WorkOrderEvent.at >= link.made_at,
    )
    latest = told.order_by(WorkOrderEvent.at.desc(), WorkOrderEvent.id.desc()).limit(1)
    return session.scalars(latest).one_or_none()
