"""Photos of the works: kept sealed, shown without metadata, withdrawn when they are a mistake."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.ground.photo_kinds import MOST, MOST_AT_ONCE, kinds_of
from visits.models.people import AccessKind, RefusedPart
from visits.models.works import DONE_STATES, OrderStep, WorkOrder
from visits.models.works_history import WorkOrderLink, WorkOrderPhoto
from visits.people.part_refusals import refused_parts, standing_refusals
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.works.history import Words, take_step


def add_photos(
    session: Session,
    store: FileStore,
    order: WorkOrder,
    photos: Sequence[bytes],
    *,
    by: uuid.UUID | None = None,
    link: WorkOrderLink | None = None,
    now: datetime,
) -> None:
    """Add photos to an order, by an account or by a link.

    Raises Invalid for what is no photo or too large, Conflict for too many, or where the person
    refused photos.
    """
    kinds = kinds_of(photos)
    counted = select(func.count()).where(WorkOrderPhoto.work_order_id == order.id)
    known = session.scalar(counted) or 0
    if len(photos) > MOST_AT_ONCE or known + len(photos) > MOST:
        raise Conflict("too_many_photos")
    if order.person_id and RefusedPart.PHOTOS in refused_parts(session, order.person_id):
        raise Conflict("photos_refused")
    for data, kind in zip(photos, kinds, strict=True):
        photo = WorkOrderPhoto(
            work_order_id=order.id,
            sha256=store.put(session, data),
            size=len(data),
            media_type=kind,
            added_at=now,
            by_id=by,
            link_id=link.id if link is not None else None,
        )
        session.add(photo)
    take_step(order, OrderStep.PHOTOS, by=by, link=link, now=now, said=Words(score=len(photos)))
    _log(session, order, "work_order_photos", by, now)


def photos_of(session: Session, order: WorkOrder) -> Sequence[WorkOrderPhoto]:
    """List the photos of an order that nobody withdrew, the latest first."""
    statement = (
        select(WorkOrderPhoto)
        .where(WorkOrderPhoto.work_order_id == order.id, WorkOrderPhoto.withdrawn_at.is_(None))
        .options(joinedload(WorkOrderPhoto.by), joinedload(WorkOrderPhoto.link))
        .order_by(WorkOrderPhoto.added_at.desc(), WorkOrderPhoto.id.desc())
    )
    return session.scalars(statement).all()


def photos_missing(
    session: Session, orders: Sequence[WorkOrder], *, now: datetime
) -> Mapping[uuid.UUID, int]:
    """Tell by order how many photos it lacks before it may be called done."""
    asked = photos_asked(session, orders, now=now)
    if not any(asked.values()):
        return asked
    counts = (
        select(WorkOrderPhoto.work_order_id, func.count())
        .where(WorkOrderPhoto.work_order_id.in_(asked), WorkOrderPhoto.withdrawn_at.is_(None))
        .group_by(WorkOrderPhoto.work_order_id)
    )
    there = {order_id: count for order_id, count in session.execute(counts)}
    return {one: max(0, number - there.get(one, 0)) for one, number in asked.items()}


def photos_asked(
    session: Session, orders: Sequence[WorkOrder], *, now: datetime
) -> Mapping[uuid.UUID, int]:
    """Tell by order how many photos of works that are done the rule book asks for, by severity.

    None where the tenant refuses photos.
    """
    rules, today = parameters_in_force(session), today_in_paris(now)
    asked = {
        one.id: round(rules.find(f"works_photos_{one.severity.lower()}", on=today).value)
        for one in orders
    }
    if not any(asked.values()):
        return asked
    refused = standing_refusals(session, {one.person_id for one in orders if one.person_id})
    spared = {
        one.id
        for one in orders
        if one.person_id
        and RefusedPart.PHOTOS in {said.part for said in refused.get(one.person_id, ())}
    }
    return {one: 0 if one in spared else number for one, number in asked.items()}


def refuse_without_photos(session: Session, order: WorkOrder, *, now: datetime) -> None:
    """Refuse to call an order done that lacks photos the rule book asks for; raises Invalid."""
    if photos_missing(session, [order], now=now)[order.id]:
        raise Invalid({"photos": "photos_needed"})


def find_photo(session: Session, order: WorkOrder, photo_id: uuid.UUID) -> WorkOrderPhoto:
    """Find a photo of an order that nobody withdrew, else raise NotFound."""
    photo = session.get(WorkOrderPhoto, photo_id)
    if photo is None or photo.work_order_id != order.id or photo.withdrawn_at is not None:
        raise NotFound("file_not_found")
    return photo


def withdraw_photo(
    session: Session, order: WorkOrder, photo_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Show a photo to nobody any more.

    Raises NotFound, and Conflict for one that works called done were asked for: another comes
    first, or the order is opened again.
    """
    photo = find_photo(session, order, photo_id)
    rest = max(0, len(photos_of(session, order)) - 1)
    if order.state in DONE_STATES and rest < photos_asked(session, [order], now=now)[order.id]:
        raise Conflict("photo_asked_for")
    photo.withdrawn_at, photo.withdrawn_by_id = now, viewer.user_id
    _log(session, order, "work_order_photo_withdrawn", viewer.user_id, now)


def _log(
    session: Session, order: WorkOrder, what: str, user_id: uuid.UUID | None, now: datetime
) -> None:
    log_access(
        session,
        user_id=user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
