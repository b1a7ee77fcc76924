"""What came and went, in the central stock and in bags; and where what was given and fitted is."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from visits.ground.errors import NotFound
from visits.models.accounts import Role, User
from visits.models.cases import Case
from visits.models.portfolio import Dwelling
from visits.models.stock import Article, Given, KitMovement, MovementKind
from visits.models.visits import Submission, SubmissionState, Visit
from visits.models.works import WorkOrder
from visits.sight.homes import STOCK, took_place_in, visible_homes
from visits.sight.landlords import may_work_for
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.orders import visible_work_orders
from visits.sight.reach import BY_MANDATE, Viewer, open_to
from visits.stock.central import STANDS, TOLD_ELSEWHERE

HOLDER = aliased(User)
ORDER = {
    "at": KitMovement.at,
    "kind": KitMovement.kind,
    "item": KitMovement.item,
    "quantity": KitMovement.quantity,
    "where": HOLDER.name,
}
# What answers that were set aside say of items counts no more.
COUNTS = or_(KitMovement.submission_id.is_(None), Submission.state != SubmissionState.SET_ASIDE)


def part_carriers(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name the technicians in whose bags parts of the viewer's own stock are."""
    statement = select(User).where(
        User.role == Role.TECHNICIAN,
        User.active,
        User.organisation_id == viewer.organisation_id,
    )
    if viewer.territory_id is not None:
        statement = statement.where(_goes_there(viewer.territory_id))
    return session.scalars(statement.order_by(User.name, User.id)).all()


def _goes_there(territory_id: uuid.UUID) -> ColumnElement[bool]:
    """Select who works in a territory; whoever has none goes everywhere."""
    return or_(User.territory_id.is_(None), User.territory_id == territory_id)


def bag_holders(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name the active visitors of the viewer's reach: with mandates, her colleagues."""
    statement = select(User).where(User.role == Role.VISITOR, User.active.is_(True))
    statement = statement.where(may_work_for(viewer.landlord_id))
    if viewer.reach in BY_MANDATE:
        statement = statement.where(User.organisation_id == viewer.organisation_id)
    if viewer.territory_id is not None:
        statement = statement.where(_goes_there(viewer.territory_id))
    return session.scalars(statement.order_by(User.name, User.id)).all()


def find_carrier(session: Session, viewer: Viewer, holder_id: uuid.UUID) -> User:
    """Find whose bag the viewer looks after; raises NotFound for anybody else's."""
    for holder in (*bag_holders(session, viewer), *part_carriers(session, viewer)):
        if holder.id == holder_id:
            return holder
    raise NotFound("visitor_not_found")


@dataclass(frozen=True)
class MovementFilter:
    """Which movements; an empty field does not filter."""

    kind: str = ""
    item: str = ""
    batch: str = ""
    visitor_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Movement:
    """A movement as it is listed; `aside` ones count no more, `homes` were given it.

    `order` is the number of the work order that took it, for whoever may see that.
    """

    moved: KitMovement
    aside: bool
    homes: int
    order: str = ""

    @property
    def may_be_withdrawn(self) -> bool:
        """Tell whether somebody noted it, and it stands: an act of the stock there, once."""
        moved = self.moved
        of_stock = moved.organisation_id is not None and moved.kind not in TOLD_ELSEWHERE
        return (of_stock or moved.is_bag_count) and moved.withdrawn_at is None


def list_movements(
    session: Session, viewer: Viewer, *, only: MovementFilter, wanted: Wanted
) -> Listed[Movement]:
    """List the movements of the viewer's own central stock and of the bags she looks after."""
    carriers = *bag_holders(session, viewer), *part_carriers(session, viewer)
    holders = [holder.id for holder in carriers]
    statement = (
        select(KitMovement)
        .outerjoin(HOLDER, HOLDER.id == KitMovement.visitor_id)
        .where(
            or_(
                KitMovement.organisation_id == viewer.organisation_id,
                KitMovement.visitor_id.in_(holders),
            )
        )
        .options(
            joinedload(KitMovement.article),
            joinedload(KitMovement.visitor),
            joinedload(KitMovement.by),
        )
    )
    statement = statement.where(*_conditions(only))
    tie = (KitMovement.at.desc(), KitMovement.id.desc())
    listed = page_of(session, statement, wanted=wanted, order=ORDER, tie=tie)
    return Listed(_with_more(session, viewer, listed.rows), listed.total, listed.wanted)


def _conditions(only: MovementFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if only.kind in tuple(MovementKind):
        conditions.append(KitMovement.kind == MovementKind(only.kind))
    if only.item:
        conditions.append(KitMovement.item == only.item)
    if only.batch.strip():
        conditions.append(func.lower(KitMovement.batch) == only.batch.strip().lower())
    if only.visitor_id is not None:
        conditions.append(KitMovement.visitor_id == only.visitor_id)
    return conditions


def _with_more(session: Session, viewer: Viewer, rows: Sequence[KitMovement]) -> list[Movement]:
    ids = [one.id for one in rows]
    aside = set(
        session.scalars(
            select(KitMovement.id)
            .join(Submission, Submission.id == KitMovement.submission_id)
            .where(KitMovement.id.in_(ids), Submission.state == SubmissionState.SET_ASIDE)
        )
    )
    counted = select(Given.movement_id, func.count()).where(Given.movement_id.in_(ids))
    homes = {one: number for one, number in session.execute(counted.group_by(Given.movement_id))}
    numbered = _orders_seen(session, viewer, rows)
    return [
        Movement(one, one.id in aside, homes.get(one.id, 0), numbered.get(one.work_order_id, ""))
        for one in rows
    ]


def _orders_seen(
    session: Session, viewer: Viewer, rows: Sequence[KitMovement]
) -> Mapping[uuid.UUID | None, str]:
    """Give by id the numbers of the orders that took something, of those one may see."""
    of_rows = {one.work_order_id for one in rows if one.work_order_id is not None}
    statement = (
        select(WorkOrder.id, WorkOrder.reference)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.id.in_(of_rows), visible_work_orders(viewer))
    )
    return {order_id: reference for order_id, reference in session.execute(statement)}


@dataclass(frozen=True)
class InHome:
    """Items that a visit or an order fitted in a dwelling, which it names, or that were given."""

    dwelling: Dwelling
    item: str
    article: Article | None
    batch: str
    quantity: int
    at: datetime
    visit_id: uuid.UUID | None = None
    order: WorkOrder | None = None

    @property
    def how(self) -> MovementKind:
        """Tell how it came there."""
        if self.order is not None:
            return MovementKind.USED
        return MovementKind.FITTED if self.visit_id else MovementKind.GIVEN


def in_home(session: Session, viewer: Viewer, dwelling: Dwelling) -> list[InHome]:
    """List what was fitted in a dwelling or given there, the latest first."""
    here = Dwelling.id == dwelling.id
    of_visits, given = _fitted(session, viewer, here), _given(session, viewer, here)
    found = [*of_visits, *given, *_used(session, viewer, here)]
    return sorted(found, key=lambda one: (one.at, one.item), reverse=True)


def fitted_at_home(viewer: Viewer, *columns: Any) -> Select[Any]:
    """Ask for columns of what visits fitted in the homes that one may see.

    Two forms of a visit tell of an item twice: the larger number comes last and counts.
    """
    return (
        select(*columns)
        .select_from(KitMovement)
        .join(Submission, Submission.id == KitMovement.submission_id)
        .join(Visit, Visit.id == Submission.visit_id)
        .join(Case, Case.id == Visit.case_id)
        .join(Dwelling, Dwelling.id == took_place_in)
        .join(Dwelling.residence)
        .join(Case.person)
        .where(COUNTS, visible_homes(viewer), open_to(viewer.user_id))
        .order_by(KitMovement.quantity.desc(), KitMovement.id)
    )


def _fitted(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> list[InHome]:
    """List what visits fitted; of what two forms of a visit tell of an item, the larger number."""
    statement = (
        fitted_at_home(viewer, KitMovement, Dwelling, Visit.id)
        .where(which)
        .options(contains_eager(Dwelling.residence))
    )
    told = {
        (visit_id, one.item): InHome(home, one.item, None, "", -one.quantity, one.at, visit_id)
        for one, home, visit_id in session.execute(statement)
    }
    return list(told.values())


def _given(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> list[InHome]:
    statement = (
        select(KitMovement, Dwelling, Given.quantity)
        .join(Given, Given.movement_id == KitMovement.id)
        .join(Dwelling, Dwelling.id == Given.dwelling_id)
        .join(Dwelling.residence)
        .where(STANDS, which, visible_homes(viewer))
        .options(contains_eager(Dwelling.residence), joinedload(KitMovement.article))
        .order_by(KitMovement.id)
    )
    return [
        InHome(home, one.item, one.article, one.batch, number, one.at)
        for one, home, number in session.execute(statement)
    ]


def _used(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> list[InHome]:
    """List what orders took, of those one may see; works are told to who looks after homes."""
    if viewer.reach not in STOCK:
        return []
    statement = (
        select(KitMovement, Dwelling, WorkOrder)
        .join(WorkOrder, WorkOrder.id == KitMovement.work_order_id)
        .outerjoin(WorkOrder.person)
        .join(Dwelling, Dwelling.id == WorkOrder.dwelling_id)
        .join(Dwelling.residence)
        .where(STANDS, which, visible_homes(viewer), visible_work_orders(viewer))
        .options(contains_eager(Dwelling.residence), joinedload(KitMovement.article))
        .order_by(KitMovement.id)
    )
    return [
        InHome(home, one.item, one.article, one.batch, -one.quantity, one.at, order=order)
        for one, home, order in session.execute(statement)
    ]


def recall(session: Session, viewer: Viewer, article: Article, batch: str) -> list[InHome]:
    """List the dwellings, of those one may see, in which items of a batch may be.

    A form tells the item that was fitted, not its batch: since the batch came, all that left a bag
    or the central stock may be of it, unless another batch was named when it was handed out. Of a
    part it is all that orders took since.
    """
    batch = batch.strip().lower()
    of_article = and_(STANDS, KitMovement.article_id == article.id)
    came = select(func.min(KitMovement.at)).where(
        of_article,
        KitMovement.kind == MovementKind.RECEIVED,
        func.lower(KitMovement.batch) == batch,
    )
    since = session.scalar(came)
    if not batch or since is None:
        return []
    perhaps = and_(
        of_article, KitMovement.at >= since, func.lower(KitMovement.batch).in_((batch, ""))
    )
    handed = (
        select(KitMovement.visitor_id, func.min(KitMovement.at))
        .where(perhaps, KitMovement.visitor_id.is_not(None), KitMovement.quantity > 0)
        .group_by(KitMovement.visitor_id)
    )
    found = _given(session, viewer, perhaps)
    found += _used(
        session, viewer, and_(KitMovement.article_id == article.id, KitMovement.at >= since)
    )
    if article.is_part:
        return _by_home(found)
    for visitor_id, came_at in session.execute(handed).all():
        bag = KitMovement.visitor_id == visitor_id, KitMovement.item == article.item
        found += _fitted(session, viewer, and_(*bag, KitMovement.at >= came_at))
    return _by_home(found)


def _by_home(found: list[InHome]) -> list[InHome]:
    return sorted(found, key=lambda one: (one.dwelling.reference, one.at))
