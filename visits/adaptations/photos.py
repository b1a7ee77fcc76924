"""Photos of a reception: kept sealed, shown without metadata, withdrawn when they are a mistake."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from visits.adaptations.files import log
from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, NotFound
from visits.ground.file_store import FileStore
from visits.ground.photo_kinds import MOST, MOST_AT_ONCE, kinds_of
from visits.models.adaptations import AdaptationFile, AdaptationOrder, AdaptationPhoto, Step
from visits.models.people import RefusedPart
from visits.models.works_history import WorkOrderPhoto
from visits.people.part_refusals import refused_parts
from visits.sight import Viewer

# From when on there is something to take photos of.
RECEIVED = (Step.RECEPTION, Step.FIRST_FOLLOW_UP, Step.LAST_FOLLOW_UP, Step.ACCOUNTS)


def add_photos(
    session: Session,
    store: FileStore,
    file: AdaptationFile,
    photos: Sequence[bytes],
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Add photos of what was received.

    Raises Invalid for what is no photo or too large, Conflict for too many, before there is
    anything to receive, or where the person refused photos.
    """
    kinds = kinds_of(photos)
    if file.step not in RECEIVED:
        raise Conflict("adaptation_not_received")
    counted = select(func.count()).where(AdaptationPhoto.file_id == file.id)
    known = session.scalar(counted) or 0
    if len(photos) > MOST_AT_ONCE or known + len(photos) > MOST:
        raise Conflict("too_many_photos")
    if RefusedPart.PHOTOS in refused_parts(session, file.person_id):
        raise Conflict("photos_refused")
    for data, kind in zip(photos, kinds, strict=True):
        photo = AdaptationPhoto(
            file_id=file.id,
            sha256=store.put(session, data),
            size=len(data),
            media_type=kind,
            added_at=now,
            by_id=viewer.user_id,
        )
        session.add(photo)
    session.flush()
    log(session, file, "adaptation_photos", viewer=viewer, now=now)


def photos_of(session: Session, file: AdaptationFile) -> Sequence[AdaptationPhoto]:
    """List the photos of a reception that nobody withdrew, the latest first."""
    statement = (
        select(AdaptationPhoto)
        .where(AdaptationPhoto.file_id == file.id, AdaptationPhoto.withdrawn_at.is_(None))
        .options(joinedload(AdaptationPhoto.by))
        .order_by(AdaptationPhoto.added_at.desc(), AdaptationPhoto.id.desc())
    )
    return session.scalars(statement).all()


def photos_missing(session: Session, file: AdaptationFile) -> int:
    """Count the photos that a reception lacks; those of its work orders count as well.

    The rule book says how many are asked for; none where the tenant refuses photos.
    """
    rules = parameters_in_force(session)
    asked = round(rules.find("adaptation_reception_photos", on=today_in_paris(file.since)).value)
    if not asked or RefusedPart.PHOTOS in refused_parts(session, file.person_id):
        return 0
    orders = select(AdaptationOrder.work_order_id).where(
        AdaptationOrder.file_id == file.id, AdaptationOrder.step == Step.WORKS
    )
    of_orders = (
        select(func.count())
        .where(WorkOrderPhoto.work_order_id.in_(orders))
        .where(WorkOrderPhoto.withdrawn_at.is_(None))
    )
    there = len(photos_of(session, file)) + (session.scalar(of_orders) or 0)
    return max(0, asked - there)


def find_photo(session: Session, file: AdaptationFile, photo_id: uuid.UUID) -> AdaptationPhoto:
    """Find a photo of a reception that nobody withdrew, else raise NotFound."""
    photo = session.get(AdaptationPhoto, photo_id)
    if photo is None or photo.file_id != file.id or photo.withdrawn_at is not None:
        raise NotFound("file_not_found")
    return photo


def withdraw_photo(
    session: Session, file: AdaptationFile, photo_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Show a photo to nobody any more; raises NotFound."""
    photo = find_photo(session, file, photo_id)
    photo.withdrawn_at, photo.withdrawn_by_id = now, viewer.user_id
    log(session, file, "adaptation_photo_withdrawn", viewer=viewer, now=now)
