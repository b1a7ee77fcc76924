"""A work order that a technician or a team of our own service does: others set out without it."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.models.accounts import Role, User
from visits.models.people import AccessKind
from visits.models.portfolio import Dwelling, Residence
from visits.models.teams import Team, TeamMember
from visits.models.works import URGENT, OrderStep, WorkOrder
from visits.sight import Reach, Viewer, visible_work_orders
from visits.sight.access_log import log_access
from visits.sight.homes import landlords_run
from visits.sight.lists import orders_seen
from visits.works.giving import STRANGER, shown_to_strangers, standing_link
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


def teams_for(session: Session, order: WorkOrder) -> Sequence[Team]:
    """List the open teams that have somebody to whom an order may go.

    Those for its trade come first, each by name.
    """
    to_whom = [one.id for one in technicians_for(session, order)]
    house = order.stands_in
    if house is None or not to_whom:
        return []
    members = exists().where(TeamMember.team_id == Team.id, TeamMember.user_id.in_(to_whom))
    found = session.scalars(_teams().where(Team.landlord_id == house.landlord_id, members)).all()
    return sorted(found, key=lambda one: order.trade not in one.trades)


def technicians_of(session: Session, landlords: Iterable[uuid.UUID]) -> Sequence[User]:
    """List by name the technicians of some landlords."""
    return session.scalars(_technicians().where(User.organisation_id.in_(list(landlords)))).all()


def technicians_run(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name the technicians of the landlords whose stock a viewer runs."""
    return technicians_of(session, [one.id for one in landlords_run(session, viewer)])


def teams_run(session: Session, viewer: Viewer) -> Sequence[Team]:
    """List by name the open teams of the landlords whose stock a viewer runs."""
    landlords = [one.id for one in landlords_run(session, viewer)]
    return session.scalars(_teams().where(Team.landlord_id.in_(landlords))).all()


def assigned_in_use(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name the technicians to whom orders that a viewer sees are assigned."""
    named = select(User).where(_has(session, viewer, WorkOrder.assigned_to_id == User.id))
    return session.scalars(named.order_by(User.name, User.id)).all()


def teams_in_use(session: Session, viewer: Viewer) -> Sequence[Team]:
    """List by name the teams to which orders that a viewer sees are assigned, closed ones too."""
    named = select(Team).where(_has(session, viewer, WorkOrder.team_id == Team.id))
    return session.scalars(named.order_by(Team.name_key, Team.id)).all()


def _has(session: Session, viewer: Viewer, whose: ColumnElement[bool]) -> ColumnElement[bool]:
    return orders_seen(session, viewer).where(whose).exists()


def assign_order(
    session: Session,
    order: WorkOrder,
    to_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Assign an order to a technician or a team, or with None to our whole service again.

    Raises Conflict for an order that is closed, that a contractor does, or that whoever is named
    does not see.
    """
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    if order.given_to_id is not None or standing_link(session, order) is not None:
        raise Conflict("order_of_contractor")
    team_id = next((one.id for one in teams_for(session, order) if one.id == to_id), None)
    technician_id = to_id if team_id is None else None
    if technician_id and technician_id not in {one.id for one in technicians_for(session, order)}:
        raise Conflict("order_not_of_technician")
    if (order.assigned_to_id, order.team_id) == (technician_id, team_id):
        return
    what = OrderStep.ASSIGNED if to_id else OrderStep.UNASSIGNED
    by = viewer.user_id
    take_step(order, what, by=by, now=now, assigned_to_id=technician_id, team_id=team_id)
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what="work_order_assigned" if to_id else "work_order_unassigned",
        now=now,
    )


def sets_out_with(technician_id: uuid.UUID) -> ColumnElement[bool]:
    """Select the orders of our own service that a technician sets out with, persons outer-joined.

    Those of nobody, hers and those of her teams. The urgent ones are everybody's; so are those of
    whose account or team is closed or who works there no more, and, as whoever has them may have
    lost sight of them, those that are hidden: of all the few who see them.
    """
    hers = exists().where(
        TeamMember.team_id == WorkOrder.team_id, TeamMember.user_id == technician_id
    )
    return or_(
        WorkOrder.assigned_to_id == technician_id,
        hers.correlate(WorkOrder),
        WorkOrder.severity.in_(URGENT),
        ~_somebody_at_work(),
        ~visible_work_orders(STRANGER),
    )


def _somebody_at_work() -> ColumnElement[bool]:
    """Select the orders whose technician, or one of whose open team, works where they are."""
    of_dwelling = select(Dwelling.residence_id).where(Dwelling.id == WorkOrder.dwelling_id)
    house = func.coalesce(WorkOrder.residence_id, of_dwelling.scalar_subquery())
    there = exists().where(
        Residence.id == house,
        Residence.landlord_id == User.organisation_id,
        or_(User.territory_id.is_(None), Residence.territory_id == User.territory_id),
    )
    in_team = exists().where(
        TeamMember.team_id == WorkOrder.team_id,
        TeamMember.user_id == User.id,
        Team.id == TeamMember.team_id,
        Team.closed_at.is_(None),
    )
    at_work = exists().where(
        User.active,
        User.role == Role.TECHNICIAN,
        or_(User.id == WorkOrder.assigned_to_id, in_team.correlate(User, WorkOrder)),
        there.correlate(User, WorkOrder),
    )
    return at_work.correlate(WorkOrder)


def _technicians() -> Select[User]:
    working = select(User).where(User.role == Role.TECHNICIAN, User.active)
    return working.order_by(User.name, User.id)


def _teams() -> Select[Team]:
    return select(Team).where(Team.closed_at.is_(None)).order_by(Team.name_key, Team.id)


def _sees(session: Session, technician: User, order: WorkOrder) -> bool:
    own = technician.organisation_id
    seeing = Viewer(technician.id, own, technician.territory_id, Reach.LANDLORD, landlord_id=own)
    seen = select(WorkOrder.id).outerjoin(WorkOrder.person).where(WorkOrder.id == order.id)
    return session.scalar(seen.where(visible_work_orders(seeing))) is not None
