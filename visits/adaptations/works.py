"""The work orders of an adaptation: all of them done, it is to be received."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from visits.models.adaptations import AdaptationFile, AdaptationOrder, Step
from visits.models.works import OPEN_STATES, WorkOrder, WorkOrderState
from visits.sight import Viewer
from visits.sight.adaptations import visible_adaptations

# Closed without having been done.
NOT_DONE = (*OPEN_STATES, WorkOrderState.CANCELLED)


def orders_of(
    session: Session, file: AdaptationFile, *, step: Step = Step.WORKS
) -> Sequence[WorkOrder]:
    """List the orders given for the works of an adaptation, or at another step of it."""
    given = select(AdaptationOrder.work_order_id).where(
        AdaptationOrder.file_id == file.id, AdaptationOrder.step == step
    )
    orders = select(WorkOrder).where(WorkOrder.id.in_(given))
    return session.scalars(orders.order_by(WorkOrder.opened_at, WorkOrder.id)).all()


def still_going(session: Session, file: AdaptationFile) -> Sequence[WorkOrder]:
    """List the orders of an adaptation that has ended and that somebody still carries out."""
    if file.is_open or file.step is Step.CLOSED:
        return []
    given = select(AdaptationOrder.work_order_id).where(AdaptationOrder.file_id == file.id)
    orders = select(WorkOrder).where(WorkOrder.id.in_(given), WorkOrder.state.in_(OPEN_STATES))
    return session.scalars(orders.order_by(WorkOrder.opened_at, WorkOrder.id)).all()


def ended_without(session: Session, viewer: Viewer, order: WorkOrder) -> AdaptationFile | None:
    """Give the adaptation of an order that still goes though it has ended, of those one may see."""
    if not order.is_open:
        return None
    ended = (
        select(AdaptationFile)
        .join(AdaptationOrder, AdaptationOrder.file_id == AdaptationFile.id)
        .join(AdaptationFile.person)
        .where(AdaptationOrder.work_order_id == order.id, visible_adaptations(viewer))
        .where(AdaptationFile.step.in_((Step.REFUSED, Step.WITHDRAWN)))
    )
    return session.scalars(ended).one_or_none()


def all_done(orders: Sequence[WorkOrder]) -> bool:
    """Tell whether no order is open and one at least was done, not only cancelled."""
    done = any(one.state not in NOT_DONE for one in orders)
    return done and not any(one.is_open for one in orders)


def all_cancelled(orders: Sequence[WorkOrder]) -> bool:
    """Tell whether orders were given and all of them cancelled: nobody does anything."""
    return bool(orders) and all(one.state is WorkOrderState.CANCELLED for one in orders)


def files_all_cancelled() -> Select[uuid.UUID]:
    """Select the adaptations that wait for works whose orders were all cancelled."""
    given = (
        select(AdaptationOrder.work_order_id)
        .join(WorkOrder, WorkOrder.id == AdaptationOrder.work_order_id)
        .where(AdaptationOrder.file_id == AdaptationFile.id)
        .correlate(AdaptationFile)
    )
    going = given.where(WorkOrder.state != WorkOrderState.CANCELLED)
    waiting = select(AdaptationFile.id).where(AdaptationFile.step == Step.WORKS)
    return waiting.where(given.exists(), ~going.exists())


def cancelled_among(session: Session, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Tell of which of some adaptations all orders were cancelled while they wait for works."""
    return set(session.scalars(files_all_cancelled().where(AdaptationFile.id.in_(ids))))
