"""Orders told to the landlord's maintenance system by themselves: an outbox, each turn sent once.

A turn is made when an order is new to the system or something happened to it; its words are fixed
when it is first tried, and the same key goes with them however often it is.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from visits.ground.db import new_id
from visits.ground.errors import Conflict, NotFound
from visits.messages.sending import CLAIMED_FOR
from visits.models.accounts import Organisation
from visits.models.exchanges import OrderTold, TellingPause
from visits.models.messages import TO_SEND, MessageState
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import OPEN_STATES, WorkOrder
from visits.models.works_history import WorkOrderEvent
from visits.sight import Viewer, visible_work_orders
from visits.sight.landlords import list_landlords
from visits.sight.listing import Listed, Wanted, page_of
from visits.works.told_outside import may_be_told, told_of

# What was closed longer ago is told no more, whatever happens to it.
TOLD_FOR = timedelta(days=60)
AT_ONCE, MOST_MADE = 20, 500
THEIRS_LENGTH = 100
NOTHING = uuid.UUID(int=0)
# Its home was protected when its turn came: shown again, it is told as one that is new.
HIDDEN = "hidden"
_WAS_NOT_HIDDEN = OrderTold.why.is_distinct_from(HIDDEN)
ORDER = {"made": OrderTold.made_at, "next": OrderTold.next_at, "sent": OrderTold.sent_at}
_newer, _first = aliased(OrderTold), aliased(OrderTold)


def landlord_told(session: Session, name: str) -> Organisation | None:
    """Find the landlord whose orders are told: the one of a name, or the only one there is."""
    landlords = [one for one in list_landlords(session) if name in ("", one.name)]
    return landlords[0] if len(landlords) == 1 else None


def make_told(session: Session, landlord_id: uuid.UUID, *, now: datetime) -> int:
    """Make what a landlord's system is to be told; gives how many. While it is paused, nothing."""
    if pause_of(session, landlord_id) is not None:
        return 0
    due = (
        _tellable(landlord_id)
        .where(_to_tell(landlord_id, now))
        .order_by(WorkOrder.opened_at, WorkOrder.id)
    )
    orders = session.scalars(due.limit(MOST_MADE)).all()
    for order in orders:
        latest = (
            select(WorkOrderEvent.id)
            .where(WorkOrderEvent.work_order_id == order.id)
            .order_by(WorkOrderEvent.id.desc())
        )
        session.add(
            OrderTold(
                id=new_id(),
                landlord_id=landlord_id,
                work_order_id=order.id,
                event_id=session.scalars(latest.limit(1)).first() or NOTHING,
                state=MessageState.WAITING,
                made_at=now,
                next_at=now,
            )
        )
    session.flush()
    return len(orders)


def _tellable(landlord_id: uuid.UUID) -> Select[WorkOrder]:
    """Select a landlord's orders that may leave the house at all."""
    house = func.coalesce(Dwelling.residence_id, WorkOrder.residence_id)
    return (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .outerjoin(WorkOrder.dwelling)
        .join(Residence, Residence.id == house)
        .where(Residence.landlord_id == landlord_id, may_be_told())
    )


def _to_tell(landlord_id: uuid.UUID, now: datetime) -> ColumnElement[bool]:
    """Give the condition on `WorkOrder`: never told, or changed since the last turn.

    What was closed before the system was told anything is told no more.
    """
    told = exists().where(OrderTold.work_order_id == WorkOrder.id, _WAS_NOT_HIDDEN)
    told = told.correlate(WorkOrder)
    behind = (
        exists()
        .where(OrderTold.work_order_id == WorkOrder.id, _is_latest())
        .where(WorkOrderEvent.work_order_id == WorkOrder.id)
        .where(WorkOrderEvent.id > OrderTold.event_id)
        .correlate(WorkOrder)
    )
    is_open = WorkOrder.state.in_(OPEN_STATES)
    lately = or_(is_open, WorkOrder.closed_at > now - TOLD_FOR)
    since_begun = exists().where(
        _first.landlord_id == landlord_id, _first.made_at < WorkOrder.opened_at
    )
    new = and_(~told, or_(is_open, since_begun.correlate(WorkOrder)))
    return and_(lately, or_(new, behind))


def _is_latest() -> ColumnElement[bool]:
    newer = exists().where(
        _newer.work_order_id == OrderTold.work_order_id, _newer.id > OrderTold.id
    )
    return ~newer.correlate(OrderTold)


def claim_told(session: Session, landlord_id: uuid.UUID, *, now: datetime) -> Sequence[OrderTold]:
    """Take turns that are due: nobody else sends them meanwhile.

    One that a later turn overtook is stopped instead, and one of an order that may be told no more.
    """
    if pause_of(session, landlord_id) is not None:
        return []
    due = (
        select(OrderTold)
        .where(OrderTold.landlord_id == landlord_id)
        .where(OrderTold.state.in_(TO_SEND), OrderTold.next_at <= now)
        .where(or_(OrderTold.claimed_until.is_(None), OrderTold.claimed_until <= now))
        .order_by(OrderTold.next_at, OrderTold.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for told in session.scalars(due).all():
        order = session.scalars(
            _tellable(landlord_id).where(WorkOrder.id == told.work_order_id)
        ).one_or_none()
        later = select(OrderTold.id).where(
            OrderTold.work_order_id == told.work_order_id, OrderTold.id > told.id
        )
        if order is None:
            told.halt(HIDDEN, now)
            told.body = None
        elif session.scalars(later.order_by(OrderTold.id).limit(1)).first() is not None:
            told.halt("overtaken", now)
        else:
            told.body = told.body or told_of(order)
            told.claimed, told.claimed_until = new_id(), now + CLAIMED_FOR
            told.attempts += 1
            taken.append(told)
    session.flush()
    return taken


def find_claimed(session: Session, told_id: uuid.UUID, claim: uuid.UUID) -> OrderTold | None:
    """Find a turn that one claimed, to note what came of it; None when somebody else did."""
    mine = select(OrderTold).where(OrderTold.id == told_id, OrderTold.claimed == claim)
    return session.scalars(mine.with_for_update(key_share=True)).one_or_none()


def note_told(told: OrderTold, theirs: str, *, now: datetime) -> None:
    """Note that the system took a turn, and which number it gave the order."""
    told.state, told.sent_at, told.why = MessageState.SENT, now, None
    told.theirs = theirs.strip()[:THEIRS_LENGTH] or None
    told.claimed = told.claimed_until = None


def list_told(session: Session, viewer: Viewer, *, state: str, wanted: Wanted) -> Listed[OrderTold]:
    """List the turns of orders that a viewer may see."""
    found = _seen(viewer)
    if state in tuple(MessageState):
        found = found.where(OrderTold.state == MessageState(state))
    return page_of(session, found, wanted=wanted, order=ORDER, tie=OrderTold.id)


def _seen(viewer: Viewer) -> Select[OrderTold]:
    return (
        select(OrderTold)
        .join(OrderTold.order)
        .outerjoin(WorkOrder.person)
        .where(visible_work_orders(viewer))
        .options(contains_eager(OrderTold.order), joinedload(OrderTold.stopped_by))
    )


def find_told(session: Session, viewer: Viewer, told_id: uuid.UUID) -> OrderTold:
    """Find a turn of an order that a viewer may see, to change it. Raises NotFound."""
    found = _seen(viewer).where(OrderTold.id == told_id)
    told = session.scalars(found.with_for_update(of=OrderTold, key_share=True)).one_or_none()
    if told is None:
        raise NotFound("order_told_not_found")
    return told


def stop_told(told: OrderTold, *, viewer: Viewer, now: datetime) -> None:
    """Stop a turn that has not gone out. Raises Conflict once it has, or is on its way."""
    if not told.may_go_out:
        raise Conflict("order_told_not_waiting")
    if told.claimed_until is not None and told.claimed_until > now:
        raise Conflict("order_told_on_its_way")
    told.state, told.why, told.stopped_at = MessageState.STOPPED, None, now
    told.stopped_by_id = viewer.user_id


def tell_again(told: OrderTold, *, now: datetime) -> None:
    """Let a turn wait again that was stopped by hand or given up. Raises Conflict for others."""
    if not told.may_wait_again:
        raise Conflict("order_told_not_stopped")
    told.state, told.next_at, told.attempts = MessageState.WAITING, now, 0
    told.why = told.stopped_at = told.stopped_by_id = None


def pause_of(session: Session, landlord_id: uuid.UUID) -> TellingPause | None:
    """Give the pause that stands, in which a landlord's system is told nothing."""
    standing = select(TellingPause).where(
        TellingPause.landlord_id == landlord_id, TellingPause.ended_at.is_(None)
    )
    return session.scalars(standing.order_by(TellingPause.id).limit(1)).first()


def pause(session: Session, landlord_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> None:
    """Tell a landlord's system nothing until further notice. Raises Conflict when it is so."""
    if pause_of(session, landlord_id) is not None:
        raise Conflict("telling_paused_already")
    session.add(TellingPause(landlord_id=landlord_id, began_at=now, began_by_id=viewer.user_id))
    session.flush()


def go_on(session: Session, landlord_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> None:
    """Tell the system again; what waited goes out. Raises Conflict when it is not paused."""
    standing = pause_of(session, landlord_id)
    if standing is None:
        raise Conflict("telling_not_paused")
    standing.ended_at, standing.ended_by_id = now, viewer.user_id
