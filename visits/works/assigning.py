"""A work order that one technician of our own service does: the others set out without it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.models.accounts import Role, User
from visits.models.people import AccessKind
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import URGENT, OrderStep, WorkOrder
from visits.sight import Reach, Viewer, visible_work_orders
from visits.sight.access_log import log_access
from visits.sight.homes import landlords_run
from visits.works.giving import shown_to_strangers, standing_link
from visits.works.history import take_step


def technicians_for(session: Session, order: WorkOrder) -> Sequence[User]:
    """List by name the technicians of the landlord of an order who may see it."""
    house = order.stands_in
    if house is None:
        return []
    statement = _technicians().where(
        User.organisation_id == house.landlord_id,
        or_(User.territory_id.is_(None), User.territory_id == house.territory_id),
    )
    found = session.scalars(statement).all()
    if shown_to_strangers(session, order):
        return found
    return [one for one in found if _sees(session, one, order)]


def technicians_run(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name the technicians of the landlords whose stock a viewer runs."""
    landlords = [one.id for one in landlords_run(session, viewer)]
    return session.scalars(_technicians().where(User.organisation_id.in_(landlords))).all()


def assigned_in_use(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name to whom orders that a viewer sees are assigned."""
    seen = (
        select(WorkOrder.id)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.assigned_to_id == User.id, visible_work_orders(viewer))
    )
    named = select(User).where(seen.exists())
    return session.scalars(named.order_by(User.name, User.id)).all()


def assign_order(
    session: Session,
    order: WorkOrder,
    technician_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Assign an order to a technician, or with None to our whole service again.

    Raises Conflict for an order that is closed, that a contractor does, or that whoever is named
    does not see.
    """
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    if order.given_to_id is not None or standing_link(session, order) is not None:
        raise Conflict("order_of_contractor")
    if technician_id and technician_id not in {one.id for one in technicians_for(session, order)}:
        raise Conflict("order_not_of_technician")
    if order.assigned_to_id == technician_id:
        return
    what = OrderStep.ASSIGNED if technician_id else OrderStep.UNASSIGNED
    take_step(order, what, by=viewer.user_id, now=now, assigned_to_id=technician_id)
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what="work_order_assigned" if technician_id else "work_order_unassigned",
        now=now,
    )


def sets_out_with(technician_id: uuid.UUID) -> ColumnElement[bool]:
    """Select the orders of our own service that a technician sets out with.

    Those of nobody and hers; the urgent ones, and those of whose account is closed or who works
    there no more, are everybody's.
    """
    of_dwelling = select(Dwelling.residence_id).where(Dwelling.id == WorkOrder.dwelling_id)
    house = func.coalesce(WorkOrder.residence_id, of_dwelling.scalar_subquery())
    there = exists().where(Residence.id == house, Residence.territory_id == User.territory_id)
    at_work = exists().where(
        User.id == WorkOrder.assigned_to_id,
        User.active,
        User.role == Role.TECHNICIAN,
        or_(User.territory_id.is_(None), there.correlate(User, WorkOrder)),
    )
    return or_(
        WorkOrder.assigned_to_id == technician_id,
        WorkOrder.severity.in_(URGENT),
        ~at_work.correlate(WorkOrder),
    )


def _technicians() -> Select[User]:
    working = select(User).where(User.role == Role.TECHNICIAN, User.active)
    return working.order_by(User.name, User.id)


def _sees(session: Session, technician: User, order: WorkOrder) -> bool:
    own = technician.organisation_id
    seeing = Viewer(technician.id, own, technician.territory_id, Reach.LANDLORD, landlord_id=own)
    seen = select(WorkOrder.id).outerjoin(WorkOrder.person).where(WorkOrder.id == order.id)
    return session.scalar(seen.where(visible_work_orders(seeing))) is not None
