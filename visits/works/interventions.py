"""What a technician brings back from an order: kept first, then done as far as can be."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.ground.photo_kinds import LARGEST, MOST_AT_ONCE
from visits.models.interventions import (
    Intervention,
    InterventionFile,
    InterventionState,
    Moment,
    Outcome,
)
from visits.models.people import AccessedPerson, AccessEvent, AccessKind
from visits.models.works import HoldWhy, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.orders import visible_work_orders
from visits.stock.articles import find_article
from visits.works.costs import CostSaid, note_cost
from visits.works.moves import MoveSaid, move_work_order, moves_of
from visits.works.parts import use_part
from visits.works.photos import add_photos

# What the orders of a tablet are called in the access log.
ROUND = "tablet_orders"
MOST_FILES, MAX_NAME = MOST_AT_ONCE + 1, 255
MOST_PARTS = 50


@dataclass(frozen=True)
class SentFile:
    """A file as it came: `name` begins with what it is, `before-`, `after-` or `signature-`."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class PartUsed:
    """So many of a part, by the name the technician read; out of her own `bag`, or the stock."""

    article: uuid.UUID
    quantity: int
    name: str = ""
    bag: bool = False


@dataclass(frozen=True)
class InterventionSaid:
    """What a tablet tells of one time at an order; `content` is all of it as it was sent."""

    id: uuid.UUID
    content: bytes
    outcome: Outcome
    began_at: datetime
    ended_at: datetime
    note: str = ""
    parts: str = ""
    used: Sequence[PartUsed] = ()
    minutes: int | None = None
    hold_why: HoldWhy | None = None
    hold_until: date | None = None


def receive(
    session: Session,
    store: FileStore,
    order_id: uuid.UUID,
    said: InterventionSaid,
    files: Sequence[SentFile],
    *,
    more: bool,
    viewer: Viewer,
    now: datetime,
) -> Intervention:
    """Keep what a technician noted at an order, once; with no `more` files to come, do it.

    The same again changes nothing. What cannot be done with the order any more stays noted, with
    why. Raises NotFound for an order that was never hers, Conflict for other content under a known
    id, Invalid for files that are too many, too large or named badly.
    """
    _look_at(files)
    take_turn(session, f"intervention {said.id}")
    kept = session.get(Intervention, said.id)
    digest = hashlib.sha256(said.content).hexdigest()
    if kept is not None and (kept.by_id, kept.sha256) != (viewer.user_id, digest):
        raise Conflict("different_report")
    if kept is None:
        order = _carried(session, viewer, order_id)
        kept = _begun(session, order, said, digest, viewer, now)
    if kept.state is not InterventionState.INCOMPLETE:
        return kept
    came = _add_files(session, store, kept, files)
    if not more:
        _conclude(session, _Brought(kept, store, came, said.used), viewer, now)
    return kept


def _look_at(files: Sequence[SentFile]) -> None:
    if any(not file.name or len(file.name) > MAX_NAME for file in files):
        raise Invalid({"files": "bad_file_name"})
    if any(len(file.data) > LARGEST for file in files):
        raise Invalid({"files": "photo_too_large"})


def _carried(session: Session, viewer: Viewer, order_id: uuid.UUID) -> WorkOrder:
    """Find an order that the viewer sees, or had on her tablet when she set out."""
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.id == order_id, or_(visible_work_orders(viewer), _was_told(viewer)))
    )
    order = session.scalars(statement).one_or_none()
    if order is None:
        raise NotFound("work_order_not_found")
    return order


def _was_told(viewer: Viewer) -> ColumnElement[bool]:
    return exists().where(
        AccessEvent.user_id == viewer.user_id,
        AccessEvent.what == ROUND,
        AccessedPerson.event_id == AccessEvent.id,
        AccessedPerson.person_id == WorkOrder.person_id,
    )


def _begun(
    session: Session,
    order: WorkOrder,
    said: InterventionSaid,
    digest: str,
    viewer: Viewer,
    now: datetime,
) -> Intervention:
    kept = Intervention(
        id=said.id,
        work_order_id=order.id,
        by_id=viewer.user_id,
        content=said.content,
        sha256=digest,
        size=len(said.content),
        outcome=said.outcome,
        note=said.note.strip(),
        parts=said.parts.strip(),
        minutes=said.minutes,
        hold_why=said.hold_why,
        hold_until=said.hold_until,
        began_at=said.began_at,
        ended_at=said.ended_at,
        received_at=now,
        state=InterventionState.INCOMPLETE,
        files=[],
    )
    session.add(kept)
    session.flush()
    _log(session, order, "work_intervention", viewer, now)
    return kept


def _log(session: Session, order: WorkOrder, what: str, viewer: Viewer, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )


def _add_files(
    session: Session, store: FileStore, kept: Intervention, files: Sequence[SentFile]
) -> dict[str, bytes]:
    """Keep files; gives those of this request by their digest: the store has them on commit."""
    known, came = {(file.name, file.sha256) for file in kept.files}, dict[str, bytes]()
    for file in files:
        digest = store.put(session, file.data)
        came[digest] = file.data
        if (file.name, digest) in known:
            continue
        known.add((file.name, digest))
        kept.files.append(
            InterventionFile(
                name=file.name,
                sha256=digest,
                size=len(file.data),
                media_type=file.media_type[:100],
            )
        )
    if len(kept.files) > MOST_FILES:
        raise Invalid({"files": "too_many_files"})
    session.flush()
    return came


@dataclass(frozen=True)
class _Brought:
    """An intervention that is whole, and where the bytes of its files are."""

    kept: Intervention
    store: FileStore
    came: Mapping[str, bytes]
    used: Sequence[PartUsed]

    def photos(self) -> list[bytes]:
        shown = [one for one in self.kept.files if one.moment in (Moment.BEFORE, Moment.AFTER)]
        return [self.came.get(one.sha256) or self.store.get(one.sha256) for one in shown]


def _conclude(session: Session, brought: _Brought, viewer: Viewer, now: datetime) -> None:
    """Do with the order what was noted: each part by itself, whatever became of the others."""
    kept = brought.kept
    parts = [(name, partial(part, session, brought, viewer, now)) for name, part in _PARTS]
    for one in brought.used:
        parts.append(("stock", partial(_take_part, session, kept, one, viewer, now)))
    refused = [f"{name}:{why}" for name, part in parts if (why := _tried(session, part))]
    kept.unapplied = " ".join(dict.fromkeys(refused))
    kept.state = InterventionState.TO_REVIEW if refused else InterventionState.CHECKED
    kept.reviewed_at = kept.reviewed_by_id = None  # whoever looked saw less than there is now
    session.flush()


def _tried(session: Session, part: Callable[[], None]) -> str:
    """Do a part or nothing of it; gives the code of why it could not be done."""
    try:
        with session.begin_nested():
            part()
    except Invalid as refused:
        return next(iter(refused.fields.values()))
    except (Conflict, NotFound) as refused:
        return refused.code
    return ""


def _seen(session: Session, kept: Intervention, viewer: Viewer) -> WorkOrder:
    """Give the order to change; raises NotFound for one that is hidden from her by now."""
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.id == kept.work_order_id, visible_work_orders(viewer))
        .with_for_update(of=WorkOrder, key_share=True)
        .execution_options(populate_existing=True)
    )
    order = session.scalars(statement).one_or_none()
    if order is None:
        raise NotFound("work_order_not_found")
    return order


def _add_its_photos(session: Session, brought: _Brought, viewer: Viewer, now: datetime) -> None:
    photos = brought.photos()
    if photos:
        order = _seen(session, brought.kept, viewer)
        add_photos(session, brought.store, order, photos, by=viewer.user_id, now=now)


def _move(session: Session, brought: _Brought, viewer: Viewer, now: datetime) -> None:
    kept = brought.kept
    order, state = _seen(session, kept, viewer), WorkOrderState(kept.outcome)
    taking = state is WorkOrderState.ACKNOWLEDGED
    if taking and order.is_open and state not in moves_of(order, viewer):
        return  # it is taken on by now, or more than that
    # It is dated when it was done; nothing before what somebody else did meanwhile, nor ahead.
    last = _last_step(session, order)
    began, ended = (min(max(last, at), now) for at in (kept.began_at, kept.ended_at))
    if not taking and WorkOrderState.STARTED in moves_of(order, viewer):
        move_work_order(
            session, order, WorkOrderState.STARTED, MoveSaid(), viewer=viewer, at=began, now=now
        )
        session.flush()
    # One that waited on the tablet until the day it named was over waits no longer than today.
    until = max(kept.hold_until, today_in_paris(now)) if kept.hold_until else None
    said = MoveSaid(note=kept.note, hold_why=kept.hold_why or "", hold_until=until)
    move_work_order(session, order, state, said, viewer=viewer, at=ended, now=now)


def _last_step(session: Session, order: WorkOrder) -> datetime:
    """Tell when something was done with an order last."""
    of = select(func.max(WorkOrderEvent.at)).where(WorkOrderEvent.work_order_id == order.id)
    return max(order.opened_at, session.scalar(of) or order.opened_at)


def _add_its_cost(session: Session, brought: _Brought, viewer: Viewer, now: datetime) -> None:
    """Add the time and the parts to what former times took."""
    kept = brought.kept
    if not kept.minutes and not kept.parts:
        return
    order = _seen(session, kept, viewer)
    minutes = (order.labour_minutes or 0) + kept.minutes if kept.minutes else ""
    parts = " · ".join(one for one in (order.parts, kept.parts) if one) if kept.parts else ""
    said = CostSaid(labour=str(minutes), parts=parts)
    note_cost(order, said, by=viewer.user_id, now=now)


def _take_part(
    session: Session, kept: Intervention, used: PartUsed, viewer: Viewer, now: datetime
) -> None:
    """Take a part out of stock: what cannot be is told of it alone, the others are taken."""
    order, article = _seen(session, kept, viewer), find_article(session, viewer, used.article)
    use_part(session, order, article, used.quantity, from_bag=used.bag, viewer=viewer, now=now)


_PARTS = (("photos", _add_its_photos), ("move", _move), ("cost", _add_its_cost))


def interventions_of(session: Session, order: WorkOrder) -> Sequence[Intervention]:
    """List what technicians brought back from an order, the latest first."""
    statement = (
        select(Intervention)
        .where(Intervention.work_order_id == order.id)
        .options(joinedload(Intervention.by), joinedload(Intervention.reviewed_by))
        .options(selectinload(Intervention.files))
        .order_by(Intervention.ended_at.desc(), Intervention.id.desc())
    )
    return session.scalars(statement).all()


def review(
    session: Session,
    order: WorkOrder,
    intervention_id: uuid.UUID,
    *,
    seen: bool,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note that somebody looked at what could not be done with an order, or let it wait again.

    Who looked first stays. Raises NotFound for what does not wait for anybody.
    """
    kept = session.get(Intervention, intervention_id)
    if kept is None or kept.work_order_id != order.id:
        raise NotFound("intervention_not_found")
    if kept.state is InterventionState.CHECKED:
        raise NotFound("intervention_not_found")
    if seen is (kept.reviewed_at is not None):
        return
    kept.reviewed_at, kept.reviewed_by_id = (now, viewer.user_id) if seen else (None, None)
    _log(session, order, "work_intervention_reviewed", viewer, now)


def find_signature(session: Session, order: WorkOrder, file_id: uuid.UUID) -> InterventionFile:
    """Find the signature that came from an order, else raise NotFound."""
    file = session.get(InterventionFile, file_id)
    if file is None or file.intervention.work_order_id != order.id:
        raise NotFound("file_not_found")
    if file.moment is not Moment.SIGNATURE:
        raise NotFound("file_not_found")
    return file
