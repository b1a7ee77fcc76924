"""What is urgent and taken on by nobody: whoever is on duty is called, one after the other.

Whom the house calls is kept here, in one transaction; the message goes out beside it
(`webapp.commands.duty`), so that no call is lost while nobody takes the message.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, NotFound
from visits.messages.kinds import EMAIL, TEXT
from visits.messages.ways import checked_address
from visits.models.accounts import User
from visits.models.duty import DutyCall, DutyTurn
from visits.models.messages import MessageChannel
from visits.models.works import URGENT, WAITING_STATES, OrderStep, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent
from visits.sight import Reach, Viewer, visible_work_orders
from visits.sight.landlords import bound_of
from visits.works.moves import MoveSaid, carry_out
from visits.works.work_orders import ESCALATE_AFTER

# A message that did not go out is tried again after a while, and no more once it is old.
AGAIN_AFTER, TRIED_FOR = timedelta(minutes=2), timedelta(hours=6)
# By each way, where it stands in a call when it was tried and when it was taken.
_NOTED = {EMAIL: ("tried_at", "sent_at"), TEXT: ("text_tried_at", "text_sent_at")}


def call_on_duty(session: Session, *, now: datetime) -> int:
    """Call the next on duty for each urgent order that nobody has taken on; gives how many.

    The first at once, the next when the one before has not taken it on in 30 minutes (U0) or two
    hours (U1). Whoever may not see an order is never called for it. Once an order waits anew,
    because it was refused or opened again, all of them are called anew.
    """
    waiting = session.scalars(
        select(WorkOrder)
        .where(WorkOrder.state.in_(WAITING_STATES), WorkOrder.severity.in_(URGENT))
        .order_by(WorkOrder.opened_at, WorkOrder.id)
    ).all()
    on_duty = on_duty_at(session, now) if waiting else []
    since, calls = _waiting_since(session, waiting), calls_for(session, waiting)
    called = 0
    for order in waiting:
        known = [one for one in calls[order.id] if one.called_at >= since[order.id]]
        if known and now < known[-1].called_at + ESCALATE_AFTER[order.severity]:
            continue
        turn = _next(session, order, on_duty, {one.turn.user_id for one in known})
        if turn is not None:
            session.add(DutyCall(order=order, turn=turn, called_at=now))
            called += 1
    session.flush()
    return called


def on_duty_at(session: Session, moment: datetime) -> Sequence[DutyTurn]:
    """List whose turn it is at a moment, of open accounts."""
    statement = (
        select(DutyTurn)
        .join(DutyTurn.user)
        .where(DutyTurn.starts_at <= moment, DutyTurn.ends_at > moment)
        .where(DutyTurn.withdrawn_at.is_(None), User.active)
        .options(joinedload(DutyTurn.user), joinedload(DutyTurn.agency))
        .order_by(DutyTurn.place, DutyTurn.starts_at, DutyTurn.id)
    )
    return session.scalars(statement).all()


def turns_for(order: WorkOrder, on_duty: Iterable[DutyTurn]) -> list[DutyTurn]:
    """List whom an order concerns of those on duty, in the order in which they are called.

    Those of its agency and trade come before those of all; one of no known home is everybody's.
    """
    home = order.stands_in
    fitting = [
        one
        for one in on_duty
        if (home is None or one.landlord_id == home.landlord_id)
        and one.trade in (None, order.trade)
        and (home is None or one.agency_id in (None, home.territory_id))
    ]
    return sorted(fitting, key=lambda one: (one.agency_id is None, one.trade is None, one.place))


def _next(
    session: Session, order: WorkOrder, on_duty: Sequence[DutyTurn], called: set[uuid.UUID]
) -> DutyTurn | None:
    for turn in turns_for(order, on_duty):
        if turn.user_id not in called and _sees(session, turn.user, order):
            return turn
    return None


def _sees(session: Session, user: User, order: WorkOrder) -> bool:
    """Tell whether somebody of a landlord's staff may see an order."""
    own = bound_of(session, user.organisation_id).own
    reach = Reach.TERRITORY if user.territory_id else Reach.LANDLORD if own else Reach.ALL
    viewer = Viewer(user.id, user.organisation_id, user.territory_id, reach, landlord_id=own)
    seen = select(WorkOrder.id).outerjoin(WorkOrder.person).where(WorkOrder.id == order.id)
    return session.scalar(seen.where(visible_work_orders(viewer))) is not None


def _waiting_since(session: Session, orders: Sequence[WorkOrder]) -> Mapping[uuid.UUID, datetime]:
    """Give since when orders wait for somebody: opened, or refused or opened again since."""
    latest = (
        select(WorkOrderEvent.work_order_id, func.max(WorkOrderEvent.at))
        .where(WorkOrderEvent.work_order_id.in_([one.id for one in orders]))
        .where(WorkOrderEvent.what.in_((OrderStep.OPEN, OrderStep.REFUSED)))
        .where(WorkOrderEvent.taken_back_at.is_(None))
        .group_by(WorkOrderEvent.work_order_id)
    )
    again = {order_id: at for order_id, at in session.execute(latest)}
    return {one.id: again.get(one.id, one.opened_at) for one in orders}


def calls_for(
    session: Session, orders: Iterable[WorkOrder]
) -> Mapping[uuid.UUID, Sequence[DutyCall]]:
    """Give by order who was called for it, the first first."""
    ids = [one.id for one in orders]
    statement = (
        select(DutyCall)
        .where(DutyCall.work_order_id.in_(ids))
        .options(joinedload(DutyCall.turn).joinedload(DutyTurn.user))
        .options(joinedload(DutyCall.reached_by))
        .order_by(DutyCall.called_at, DutyCall.id)
    )
    by_order: dict[uuid.UUID, list[DutyCall]] = {one: [] for one in ids}
    for call in session.scalars(statement):
        by_order[call.work_order_id].append(call)
    return by_order


def calls_to_send(session: Session, way: MessageChannel, *, now: datetime) -> Sequence[DutyCall]:
    """Take the calls whose message goes out now by a way: nobody else does for a while.

    By `TEXT` those alone with a number that takes one, `mobile_of`, and was not refused.
    """
    tried, sent = (getattr(DutyCall, name) for name in _NOTED[way])
    statement = (
        select(DutyCall)
        .join(DutyCall.order)
        .where(sent.is_(None), DutyCall.called_at > now - TRIED_FOR)
        .where(or_(tried.is_(None), tried <= now - AGAIN_AFTER))
        .where(WorkOrder.state.in_(WAITING_STATES))
        .options(joinedload(DutyCall.order), joinedload(DutyCall.turn).joinedload(DutyTurn.user))
        .order_by(DutyCall.called_at, DutyCall.id)
    )
    if way is TEXT:
        statement = statement.where(DutyCall.text_refused_at.is_(None))
    due = [one for one in session.scalars(statement) if way is EMAIL or mobile_of(one)]
    for call in due:
        setattr(call, _NOTED[way][0], now)
    return due


def mobile_of(call: DutyCall) -> str:
    """Give the number that takes a text message, as `+33612345678`; empty where it is no mobile."""
    return checked_address(TEXT, call.turn.phone) or ""


def note_sent(session: Session, call_id: uuid.UUID, way: MessageChannel, *, now: datetime) -> None:
    """Note that the message of a call was taken, by the mail server or who sends texts."""
    call = session.get(DutyCall, call_id)
    if call is not None:
        setattr(call, _NOTED[way][1], now)


def note_number_refused(session: Session, call_id: uuid.UUID, *, now: datetime) -> None:
    """Note that the number of a call takes no text message: none is tried again."""
    call = session.get(DutyCall, call_id)
    if call is not None:
        call.text_refused_at = now


def note_reached(
    session: Session, order: WorkOrder, call_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Note that somebody on duty was reached on the phone, or opened the order; the first stays.

    Raises NotFound for a call about another order.
    """
    call = session.get(DutyCall, call_id, with_for_update={"key_share": True})
    if call is None or call.work_order_id != order.id:
        raise NotFound("call_not_found")
    if call.reached_at is None:
        call.reached_at = now
        own = call.turn.user_id == viewer.user_id
        call.reached_by_id = None if own else viewer.user_id


def not_reached_after_all(
    session: Session, order: WorkOrder, call_id: uuid.UUID, *, viewer: Viewer
) -> None:
    """Take back that somebody was reached on the phone: by whoever noted it, else Conflict."""
    call = session.get(DutyCall, call_id, with_for_update={"key_share": True})
    if call is None or call.work_order_id != order.id:
        raise NotFound("call_not_found")
    if call.reached_by_id != viewer.user_id:
        raise Conflict("call_not_hers")
    call.reached_at = call.reached_by_id = None


def call_of(session: Session, order: WorkOrder, viewer: Viewer) -> DutyCall | None:
    """Give the call by which a viewer was called for an order that waits still."""
    if order.severity not in URGENT or order.state not in WAITING_STATES:
        return None
    hers = [
        one for one in calls_for(session, [order])[order.id] if one.turn.user_id == viewer.user_id
    ]
    return hers[-1] if hers else None


def take_on(session: Session, order: WorkOrder, *, viewer: Viewer, now: datetime) -> None:
    """Let somebody who was called take an order on, whatever else her role lets her do with works.

    Raises Conflict for one that somebody has taken on, or that she was not called for.
    """
    call = call_of(session, order, viewer)
    if call is None:
        raise Conflict("work_order_cannot_move", state=order.state)
    note_reached(session, order, call.id, viewer=viewer, now=now)
    state = WorkOrderState.ACKNOWLEDGED
    carry_out(session, order, state, MoveSaid(), by=viewer.user_id, now=now)
