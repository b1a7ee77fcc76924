"""What several homes of a residence tell: proposed as one order of the residence, in their place.

It comes apart again like any orders put together. Where somebody found that each home has a cause
of its own, nothing is proposed until more homes tell.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import OPEN_STATES, Severity, WorkOrder
from visits.models.works_history import OwnCauses
from visits.sight import Viewer, visible_work_orders
from visits.sight.listing import Listed, Wanted
from visits.sight.reach import hidden_homes
from visits.works.by_hand import OrderSaid, checked, open_by_hand, wait_for_home
from visits.works.findings import asked_by
from visits.works.same_order import join
from visits.works.work_list import URGENCY

# Told from so many homes, something may be the building's; a lift is, whoever tells of it.
HOMES = 3
HOMES_OF: Mapping[str, int] = {"lift": 2}
WHY_LENGTH = 200
SORTED_BY = ("urgency", "homes", "since")
_ENOUGH = case(HOMES_OF, value=WorkOrder.trade, else_=HOMES)


@dataclass(frozen=True)
class InCommon:
    """Open orders of one trade from several homes of a residence: how many, of how many homes."""

    residence: Residence
    trade: str
    homes: int
    orders: int
    severity: Severity
    since: datetime


def list_in_common(
    session: Session, viewer: Viewer, *, trade: str = "", aside: bool = False, wanted: Wanted
) -> Listed[InCommon]:
    """List the residences of which several homes tell of a trade, of orders the viewer may see.

    `aside` lists those whose homes have each a cause of their own instead.
    """
    found = (
        _of_homes(viewer)
        .with_only_columns(
            Dwelling.residence_id,
            WorkOrder.trade,
            func.count(WorkOrder.dwelling_id.distinct()).label("homes"),
            func.count().label("orders"),
            func.min(URGENCY).label("urgency"),
            func.min(WorkOrder.opened_at).label("since"),
        )
        .group_by(Dwelling.residence_id, WorkOrder.trade)
        .having(func.count(WorkOrder.dwelling_id.distinct()) >= _ENOUGH)
    )
    if trade:
        found = found.where(WorkOrder.trade == trade)
    told = found.subquery()
    explained = exists().where(
        OwnCauses.residence_id == told.c.residence_id,
        OwnCauses.trade == told.c.trade,
        OwnCauses.homes >= told.c.homes,
        OwnCauses.withdrawn_at.is_(None),
    )
    each = select(told).where(explained if aside else ~explained).subquery()
    total = session.scalar(select(func.count()).select_from(each)) or 0
    wanted = wanted.within(total)
    by = each.c[wanted.sort if wanted.sort in SORTED_BY else "urgency"]
    rows = (
        select(Residence, each.c.trade, each.c.homes, each.c.orders, each.c.urgency, each.c.since)
        .join(each, each.c.residence_id == Residence.id)
        .order_by(by.desc() if wanted.descending else by.asc(), Residence.id, each.c.trade)
        .limit(wanted.size)
        .offset(wanted.offset)
    )
    ranks = list(Severity)
    return Listed(
        [
            InCommon(residence, trade, homes, orders, ranks[rank], since)
            for residence, trade, homes, orders, rank, since in session.execute(rows)
        ],
        total,
        wanted,
    )


def told_in_common(
    session: Session, viewer: Viewer, residence: Residence, trade: str, *, to_change: bool = False
) -> Sequence[WorkOrder]:
    """List what the homes of a residence tell of a trade, the oldest first; `to_change` waits.

    What is of a protected person or home stays out: one order is read by all who do the works.
    """
    found = (
        _of_homes(viewer)
        .where(Dwelling.residence_id == residence.id, WorkOrder.trade == trade)
        .options(contains_eager(WorkOrder.dwelling), joinedload(WorkOrder.consequence))
        .order_by(WorkOrder.opened_at, WorkOrder.id)
    )
    if to_change:
        found = found.with_for_update(of=WorkOrder, key_share=True)
    return session.scalars(found).unique().all()


def most_alike(orders: Sequence[WorkOrder]) -> set[uuid.UUID]:
    """Give those of some orders that one question of one form called for: the most of them."""
    asked = {one.id: asked_by(one.consequence) for one in orders if one.consequence is not None}
    most = Counter(asked.values()).most_common(1)
    return {one for one, question in asked.items() if most and question == most[0][0]}


def gather_in_residence(
    session: Session,
    residence: Residence,
    said: OrderSaid,
    chosen: Collection[uuid.UUID],
    *,
    viewer: Viewer,
    seeing: Viewer,
    now: datetime,
) -> WorkOrder:
    """Open one order of a residence for what its homes tell; theirs go into it, cancelled.

    `seeing` is the viewer as she sees orders. Raises Invalid by field, also for fewer than two
    homes; Conflict where two of them are with different contractors.
    """
    wait_for_home(session, residence)
    told = told_in_common(session, seeing, residence, said.trade, to_change=True)
    taken = [one for one in told if one.id in chosen]
    fields = {} if len({one.dwelling_id for one in taken}) > 1 else {"orders": "two_homes_at_least"}
    try:
        checked(session, said, residence, now=now)
    except Invalid as refused:
        fields |= refused.fields
    if fields:
        raise Invalid(fields)
    order = open_by_hand(session, residence, said, viewer=viewer, now=now)
    session.flush()
    for one in taken:
        join(session, order, one, viewer=viewer, now=now)
    return order


def own_causes(session: Session, residence: Residence, trade: str) -> OwnCauses | None:
    """Give what somebody found of the homes that tell of a trade, if it stands."""
    standing = select(OwnCauses).where(
        OwnCauses.residence_id == residence.id,
        OwnCauses.trade == trade,
        OwnCauses.withdrawn_at.is_(None),
    )
    return session.scalars(standing.options(joinedload(OwnCauses.noted_by))).one_or_none()


def set_aside(
    session: Session,
    residence: Residence,
    trade: str,
    why: str,
    *,
    viewer: Viewer,
    seeing: Viewer,
    now: datetime,
) -> OwnCauses:
    """Note that the homes which tell of a trade have each a cause of their own, and why.

    Raises Invalid by field, Conflict when as many were set aside already or nothing is proposed.
    """
    wait_for_home(session, residence)
    told = told_in_common(session, seeing, residence, trade)
    homes = len({one.dwelling_id for one in told})
    before = own_causes(session, residence, trade)
    if not why.strip():
        raise Invalid({"why": "required"})
    if len(why.strip()) > WHY_LENGTH:
        raise Invalid({"why": "why_too_long"})
    if homes < HOMES_OF.get(trade, HOMES) or (before is not None and before.homes >= homes):
        raise Conflict("in_common_not_proposed")
    if before is not None:
        propose_again(session, residence, trade, viewer=viewer, now=now)
    noted = OwnCauses(
        residence_id=residence.id,
        trade=trade,
        homes=homes,
        why=why.strip(),
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(noted)
    session.flush()
    return noted


def propose_again(
    session: Session, residence: Residence, trade: str, *, viewer: Viewer, now: datetime
) -> None:
    """Propose again what was set aside. Raises NotFound when nothing was."""
    wait_for_home(session, residence)
    noted = own_causes(session, residence, trade)
    if noted is None:
        raise NotFound("in_common_not_aside")
    noted.withdrawn_at, noted.withdrawn_by_id = now, viewer.user_id
    session.flush()


def _of_homes(viewer: Viewer) -> Select[WorkOrder]:
    return (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .join(WorkOrder.dwelling)
        .where(WorkOrder.state.in_(OPEN_STATES), visible_work_orders(viewer))
        .where(WorkOrder.dwelling_id.not_in(hidden_homes()))
        .where(or_(WorkOrder.person_id.is_(None), Person.protected.is_(False)))
    )
