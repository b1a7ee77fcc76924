"""What is in bags: kit items with visitors, fitted in homes; parts for works with technicians."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from diagnostics.kits import ITEMS
from visits.ground.db import take_turn
from visits.ground.errors import Invalid
from visits.models.accounts import Role, User
from visits.models.stock import PART, Article, KitMovement, MovementKind
from visits.models.visits import Submission, SubmissionState
from visits.sight import Viewer

MOST_AT_ONCE = 500
Bag = dict[str, int]


def put_in_bag(
    session: Session,
    visitor_id: uuid.UUID,
    item: str,
    quantity: int,
    *,
    viewer: Viewer,
    now: datetime,
) -> KitMovement:
    """Hand kit items to a visitor, or take some back when `quantity` is below zero.

    Raises Invalid for an unknown visitor or item, a quantity of 0 or over 500, and for taking back
    more than is in the bag.
    """
    if item not in ITEMS:
        raise Invalid({"item": "bad_choice"})
    if not 1 <= abs(quantity) <= MOST_AT_ONCE:
        raise Invalid({"quantity": "bad_quantity"})
    hold_bag(session, visitor_id, item)
    if quantity < 0 and bag_of(session, visitor_id).get(item, 0) + quantity < 0:
        raise Invalid({"quantity": "more_than_in_bag"})
    movement = KitMovement(
        kind=MovementKind.HANDED,
        visitor_id=visitor_id,
        item=item,
        quantity=quantity,
        at=now,
        by_id=viewer.user_id,
    )
    session.add(movement)
    session.flush()
    return movement


def hold_bag(session: Session, holder_id: uuid.UUID, item: str = "") -> None:
    """Let nobody else move what is in a bag meanwhile.

    Raises Invalid when nobody carries it, or it is not one for the item: visitors carry what is of
    kits, technicians carry parts.
    """
    holder = session.get(User, holder_id)
    if holder is None or holder.role not in (Role.VISITOR, Role.TECHNICIAN):
        raise Invalid({"visitor_id": "unknown_visitor"})
    if (holder.role is Role.TECHNICIAN) is not (item == PART):
        raise Invalid({"visitor_id": "not_for_this_bag"})
    take_turn(session, f"bag {holder_id}")


def parts_in_bags(
    session: Session, technician_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[uuid.UUID, int]]:
    """Count the parts in technicians' bags, by article; below zero, more were used than handed."""
    statement = (
        select(KitMovement.visitor_id, KitMovement.article_id, func.sum(KitMovement.quantity))
        .where(KitMovement.visitor_id.in_(technician_ids), KitMovement.item == PART)
        .where(KitMovement.withdrawn_at.is_(None))
        .group_by(KitMovement.visitor_id, KitMovement.article_id)
    )
    bags: dict[uuid.UUID, dict[uuid.UUID, int]] = {}
    for technician_id, article_id, quantity in session.execute(statement):
        assert technician_id is not None and article_id is not None  # asked for; parts are of one
        bags.setdefault(technician_id, {})[article_id] = int(quantity)
    return bags


def in_bag(session: Session, holder_id: uuid.UUID, article: Article) -> int:
    """Count an article in a bag: a part by itself, what is of kits with all of its item."""
    if article.is_part:
        return parts_in_bags(session, [holder_id]).get(holder_id, {}).get(article.id, 0)
    return bag_of(session, holder_id).get(article.item, 0)


def record_fitted(
    session: Session, submission: Submission, used: Mapping[str, int], *, now: datetime
) -> None:
    """Take out of the bag what a submission says was fitted, by item, once.

    A bag may fall below zero: what is in homes is true, the handing out was not noted.
    """
    known = select(KitMovement.id).where(KitMovement.submission_id == submission.id)
    if not used or session.scalars(known.limit(1)).first() is not None:
        return
    for item, number in used.items():
        session.add(
            KitMovement(
                kind=MovementKind.FITTED,
                visitor_id=submission.sent_by_id,
                item=item,
                quantity=-number,
                at=now,
                by_id=submission.sent_by_id,
                submission_id=submission.id,
            )
        )
    session.flush()


def fitted_at(session: Session, visit_id: uuid.UUID) -> dict[str, int]:
    """Count by item what a visit fitted or gave; of what two of its forms tell, the larger one."""
    statement = (
        select(KitMovement.item, KitMovement.quantity)
        .join(Submission, Submission.id == KitMovement.submission_id)
        .where(Submission.visit_id == visit_id, Submission.state != SubmissionState.SET_ASIDE)
        .order_by(KitMovement.quantity.desc(), KitMovement.id)
    )
    return {item: -quantity for item, quantity in session.execute(statement)}


def fitted_by(session: Session, submission_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Tell which of some submissions say that items of a kit were fitted or given."""
    statement = select(KitMovement.submission_id).where(
        KitMovement.submission_id.in_(submission_ids)
    )
    return {one for one in session.scalars(statement) if one is not None}


def bag_of(session: Session, visitor_id: uuid.UUID) -> Bag:
    """Count what is in a visitor's bag, by item; items she never had are left out."""
    return bags_of(session, [visitor_id]).get(visitor_id, {})


def bags_of(session: Session, visitor_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Bag]:
    """Count what is in visitors' bags; answers that were set aside took nothing out.

    What two forms of one visit tell of an item is the same: the larger number counts.
    """
    counted = or_(
        KitMovement.submission_id.is_(None), Submission.state != SubmissionState.SET_ASIDE
    )
    visit = func.coalesce(Submission.visit_id, KitMovement.submission_id, KitMovement.id)
    told = (
        select(KitMovement.visitor_id, KitMovement.item, visit.label("visit"))
        .add_columns(func.sum(KitMovement.quantity).label("quantity"))
        .outerjoin(Submission, Submission.id == KitMovement.submission_id)
        .where(KitMovement.visitor_id.in_(visitor_ids), KitMovement.withdrawn_at.is_(None), counted)
        .group_by(KitMovement.visitor_id, KitMovement.item, visit, KitMovement.submission_id)
        .subquery()
    )
    once = (
        select(told.c.visitor_id, told.c.item, func.min(told.c.quantity).label("quantity"))
        .group_by(told.c.visitor_id, told.c.item, told.c.visit)
        .subquery()
    )
    statement = select(once.c.visitor_id, once.c.item, func.sum(once.c.quantity)).group_by(
        once.c.visitor_id, once.c.item
    )
    bags: dict[uuid.UUID, Bag] = {}
    for visitor_id, item, quantity in session.execute(statement):
        bags.setdefault(visitor_id, {})[item] = int(quantity)
    return bags
