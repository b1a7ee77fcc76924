"""Two orders about the same are one, with all that was told; and come apart again.

What goes into another keeps its number and what was told, cancelled; its findings move along.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id
from visits.ground.errors import Conflict, NotFound
from visits.mapping.points import refresh_map
from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.models.portfolio import Dwelling
from visits.models.visits import Consequence, Visit
from visits.models.works import (
    OPEN_STATES,
    SAME,
    OrderStep,
    Severity,
    WorkOrder,
    WorkOrderFinding,
    WorkOrderState,
)
from visits.sight import Viewer, visible_cases, visible_work_orders
from visits.sight.access_log import log_access
from visits.sight.reach import hidden_homes
from visits.works.by_hand import ACCESS_LENGTH
from visits.works.findings import ONE_IN_A_HOME, may_share, weigh_with
from visits.works.giving import standing_link
from visits.works.history import close_for, open_again, take_step
from visits.works.links import lead_back, lead_to
from visits.works.work_orders import new_reference


def may_be_same(session: Session, viewer: Viewer, order: WorkOrder) -> Sequence[WorkOrder]:
    """List the open orders of the same trade and home that a viewer sees, to be put together.

    For a home those of its residence count as well; of a lift those of all its homes, and for a
    residence where it is a lift or the answers from its homes opened it.
    """
    if not order.is_open:
        return []
    here = WorkOrder.dwelling_id == order.dwelling_id
    if order.residence_id is not None:
        here = WorkOrder.residence_id == order.residence_id
    elif order.dwelling is not None:
        here = or_(here, WorkOrder.residence_id == order.dwelling.residence_id)
    house = order.stands_in
    of_homes = order.residence_id is not None and order.consequence_id is not None
    if house is not None and (order.trade in ONE_IN_A_HOME or of_homes):
        homes = select(Dwelling.id).where(Dwelling.residence_id == house.id)
        here = or_(here, WorkOrder.dwelling_id.in_(homes))
    found = session.scalars(
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(here, WorkOrder.trade == order.trade, WorkOrder.id != order.id)
        .where(WorkOrder.state.in_(OPEN_STATES), visible_work_orders(viewer))
        .options(joinedload(WorkOrder.consequence))
        .order_by(WorkOrder.opened_at, WorkOrder.id)
    ).all()
    hidden = set(session.scalars(hidden_homes()))
    return [one for one in found if _share(one, order, hidden)]


def _share(one: WorkOrder, other: WorkOrder, hidden: Collection[uuid.UUID]) -> bool:
    """Tell whether two may be one: nothing of a hidden home stands where others read."""
    if one.dwelling_id != other.dwelling_id and (
        {one.dwelling_id, other.dwelling_id} & set(hidden)
        or any(of.person is not None and of.person.protected for of in (one, other))
    ):
        return False
    return may_share(one, other.person)


def put_together(
    session: Session, order: WorkOrder, other: WorkOrder, *, viewer: Viewer, now: datetime
) -> WorkOrder:
    """Make one order of two that are about the same; gives the one that goes on.

    That is the residence's before a home's, then what a visit called for, then the older one.
    The link of the one that does not goes along, and of the same home how to get in and whom to
    ring. Raises Conflict when they are not open both, not
    of one trade and home, or with different contractors, by an account or by a link.
    """
    if other not in may_be_same(session, viewer, order):
        raise Conflict("orders_not_alike")
    kept, gone = sorted((order, other), key=_goes_on)
    return join(session, kept, gone, viewer=viewer, now=now)


def join(
    session: Session, kept: WorkOrder, gone: WorkOrder, *, viewer: Viewer, now: datetime
) -> WorkOrder:
    """Let an order go on for another, with its findings and its link; gives the one that goes on.

    Raises Conflict when they are with different contractors, by an account or by a link.
    """
    with_whom = [_with_whom(session, one) for one in (kept, gone)]
    if all(with_whom) and with_whom[0] != with_whom[1]:
        raise Conflict("order_given_already")
    came_with = func.coalesce(WorkOrderFinding.came_with_id, gone.id)
    session.execute(
        update(WorkOrderFinding)
        .where(WorkOrderFinding.work_order_id == gone.id)
        .values(work_order_id=kept.id, came_with_id=came_with)
    )
    with_it = select(WorkOrder).where(WorkOrder.same_as_id == gone.id).order_by(WorkOrder.id)
    for one in session.scalars(with_it).all():
        one.same_as_id = kept.id
    begun = gone.state is WorkOrderState.STARTED
    gone.same_as_id = kept.id
    lead_to(session, gone, kept, now=now)
    close_for(gone, SAME, by=viewer.user_id, now=now)
    weigh_with(kept, gone.severity, gone.due_at, now=now)
    if kept.dwelling_id == gone.dwelling_id:
        kept.access = _both(kept.access, gone.access)
        kept.person_id = kept.person_id or gone.person_id
    if kept.given_to_id is None:
        kept.given_to_id, kept.given_at = gone.given_to_id, gone.given_at
        kept.given_by_id = gone.given_by_id
    ours = kept if kept.is_assigned else gone
    alone = _with_whom(session, kept) is None
    kept.assigned_to_id = ours.assigned_to_id if alone else None
    kept.team_id = ours.team_id if alone else None
    if begun and kept.state is not WorkOrderState.STARTED:
        step = OrderStep.STARTED
        began: dict[str, Any] = {"state": WorkOrderState.STARTED, "started_at": gone.started_at}
        take_step(kept, step, by=viewer.user_id, now=now, for_good=True, **began)
    _settled(session, kept, gone)
    _log(session, kept, "work_orders_put_together", viewer, now)
    return kept


def _both(kept: str | None, told: str | None) -> str | None:
    """Join how to get in as two said it; what does not fit is read where it was told."""
    said = "\n".join(dict.fromkeys(one for one in (kept, told) if one))
    return said if len(said) <= ACCESS_LENGTH else kept


def _with_whom(session: Session, order: WorkOrder) -> uuid.UUID | None:
    """Give the contractor who has an order, or the link by which it was sent to one."""
    link = standing_link(session, order)
    return order.given_to_id or (link.id if link is not None else None)


def put_apart(
    session: Session, kept: WorkOrder, order_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> WorkOrder:
    """Let an order that was put into another be one by itself again; raises NotFound."""
    order = session.get(WorkOrder, order_id, with_for_update={"key_share": True})
    if (
        order is None
        or order.same_as_id != kept.id
        or order not in told_with(session, kept, viewer)
    ):
        raise NotFound("work_order_not_found")
    stand_alone(session, kept, order, by=viewer.user_id, now=now)
    _log(session, order, "work_orders_put_apart", viewer, now)
    return order


def finding_apart(
    session: Session, kept: WorkOrder, finding_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> WorkOrder:
    """Give a finding an order of its own: it is about something else.

    Raises NotFound for a finding of another order or of a case the viewer may not see, Conflict
    for the one that opened the order.
    """
    finding = next(
        (one for one in findings_seen(session, kept, viewer) if one.id == finding_id), None
    )
    if finding is None:
        raise NotFound("work_order_not_found")
    if kept.consequence_id == finding.id:
        raise Conflict("finding_opened_it")
    order = own_order(session, finding)
    if order is not None:
        stand_alone(session, kept, order, by=viewer.user_id, now=now)
    else:
        order = _opened_for(session, kept, finding, now)
    _log(session, order, "work_orders_put_apart", viewer, now)
    return order


def _opened_for(
    session: Session, kept: WorkOrder, finding: Consequence, now: datetime
) -> WorkOrder:
    visit = finding.submission.visit
    case = visit.case if visit else None
    order = WorkOrder(
        id=new_id(),
        reference=new_reference(),
        dwelling_id=case.dwelling_id if case else kept.dwelling_id,
        person_id=case.person_id if case else kept.person_id,
        consequence_id=finding.id,
        trade=kept.trade,
        severity=Severity(finding.severity or "P"),
        description=finding.label["fr"],
        state=WorkOrderState.OPEN,
        opened_at=now,
        due_at=finding.due_at,
    )
    session.add(order)
    session.flush()
    session.execute(
        update(WorkOrderFinding)
        .where(WorkOrderFinding.consequence_id == finding.id)
        .values(work_order_id=order.id, came_with_id=None)
    )
    _lighten(session, kept, order)
    _settled(session, kept, order)
    return order


def own_order(session: Session, finding: Consequence) -> WorkOrder | None:
    """Give the order that a finding opened, if that was put into another since."""
    own = select(WorkOrder).where(
        WorkOrder.consequence_id == finding.id, WorkOrder.same_as_id.is_not(None)
    )
    return session.scalars(own).one_or_none()


def stand_alone(
    session: Session, kept: WorkOrder, order: WorkOrder, *, by: uuid.UUID, now: datetime
) -> None:
    """Let an order stand by itself again, with the findings that came with it."""
    session.execute(
        update(WorkOrderFinding)
        .where(WorkOrderFinding.came_with_id == order.id)
        .values(work_order_id=order.id, came_with_id=None)
    )
    order.same_as_id = None
    lead_back(session, order)
    state = WorkOrderState.STARTED if order.started_at else WorkOrderState.OPEN
    open_again(order, state, by=by, now=now)
    _lighten(session, kept, order)
    _settled(session, kept, order)


def told_with(session: Session, kept: WorkOrder, viewer: Viewer) -> Sequence[WorkOrder]:
    """List the orders that were put into another, of those a viewer may see."""
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.same_as_id == kept.id, visible_work_orders(viewer))
        .options(joinedload(WorkOrder.opened_by))
        .order_by(WorkOrder.opened_at, WorkOrder.id)
    )
    return session.scalars(statement).all()


def findings_seen(session: Session, order: WorkOrder, viewer: Viewer) -> list[Consequence]:
    """List what calls for an order, of cases that a viewer may see, what opened it first."""
    of_cases = select(Visit.id).join(Visit.case).join(Case.person).where(visible_cases(viewer))
    visits = {one.submission.visit_id for one in order.findings}
    seen = set(session.scalars(of_cases.where(Visit.id.in_(visits)))) | {None}
    found = [one for one in order.findings if one.submission.visit_id in seen]
    return sorted(found, key=lambda one: (one.id != order.consequence_id, one.id))


def _goes_on(order: WorkOrder) -> tuple[bool, bool, datetime, uuid.UUID]:
    return (
        order.residence_id is None,
        order.consequence_id is None,
        order.opened_at,
        order.id,
    )


def _lighten(session: Session, kept: WorkOrder, left: WorkOrder) -> None:
    """Let an order be as grave and as soon as what still calls for it, if the other made it so."""
    session.flush()
    session.expire(kept, ["findings"])
    with_it = session.scalars(
        select(WorkOrder).where(WorkOrder.same_as_id == kept.id).order_by(WorkOrder.id)
    ).all()
    told: list[tuple[str | None, datetime | None]] = [
        *((one.severity, one.due_at) for one in kept.findings),
        *((one.severity, one.due_at) for one in with_it),
    ]
    if kept.said_severity is not None:
        told.append((kept.said_severity, kept.said_due_at))
    if not told:
        return
    ranks = list(Severity)
    if kept.severity == left.severity:
        kept.severity = min((Severity(one or "P") for one, _ in told), key=ranks.index)
    dates = [due_at for _, due_at in told if due_at is not None]
    if kept.due_at == left.due_at and dates:
        kept.due_at = min(dates)


def _settled(session: Session, *orders: WorkOrder) -> None:
    session.flush()
    for one in orders:
        session.expire(one, ["findings"])
    refresh_map(session, [one.dwelling_id for one in orders])


def _log(session: Session, order: WorkOrder, what: str, viewer: Viewer, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
