"""Commissions: a day, an agenda, decisions one by one, the minutes."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from visits.adaptations.files import log
from visits.adaptations.funding import plan_of
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.adaptations import (
    AdaptationDecision,
    AdaptationFile,
    AdaptationMove,
    Priority,
    Step,
)
from visits.models.commissions import Commission, CommissionItem
from visits.models.portfolio import Dwelling
from visits.sight import Viewer
from visits.sight.adaptations import visible_adaptations
from visits.sight.listing import Listed, Wanted, page_of

NOTE_LENGTH = 500
# One that was held may be written down afterwards, and one is called a year ahead at most.
BEFORE, AHEAD = timedelta(days=60), timedelta(days=366)
ORDER = {"held": Commission.held_on}


def list_commissions(session: Session, viewer: Viewer, *, wanted: Wanted) -> Listed[Commission]:
    """List the commissions of the viewer's organisation that decide on adaptations."""
    hers = commissions_of(viewer).where(Commission.programme.is_(None))
    return page_of(session, hers, wanted=wanted, order=ORDER, tie=Commission.id)


def commissions_of(viewer: Viewer) -> Select[Commission]:
    """Select the commissions of the viewer's organisation, whatever they decide on."""
    return select(Commission).where(Commission.organisation_id == viewer.organisation_id)


def call_commission(
    session: Session,
    held_on: date | None,
    *,
    programme: str | None = None,
    viewer: Viewer,
    now: datetime,
) -> Commission:
    """Call a commission for a day, perhaps on the places of a programme.

    Raises Invalid for no day, or one too far away.
    """
    today = today_in_paris(now)
    if held_on is None:
        raise Invalid({"held_on": "required"})
    if not today - BEFORE <= held_on <= today + AHEAD:
        raise Invalid({"held_on": "not_a_commission_day"})
    commission = Commission(
        id=new_id(),
        organisation_id=viewer.organisation_id,
        programme=programme,
        held_on=held_on,
        made_at=now,
        made_by_id=viewer.user_id,
    )
    session.add(commission)
    session.flush()
    return commission


def find_commission(
    session: Session, viewer: Viewer, commission_id: uuid.UUID, *, to_change: bool = False
) -> Commission:
    """Find a commission on adaptations of the viewer's organisation; `to_change` waits.

    Raises NotFound.
    """
    hers = commissions_of(viewer).where(Commission.programme.is_(None))
    return find_one_of(session, hers, commission_id, to_change=to_change)


def find_one_of(
    session: Session, hers: Select[Commission], commission_id: uuid.UUID, *, to_change: bool
) -> Commission:
    """Find a commission among some; `to_change` waits. Raises NotFound."""
    hers = hers.where(Commission.id == commission_id)
    if to_change:
        hers = hers.with_for_update(key_share=True)
    commission = session.scalars(hers).one_or_none()
    if commission is None:
        raise NotFound("commission_not_found")
    return commission


def agenda_of(session: Session, viewer: Viewer, commission: Commission) -> Sequence[CommissionItem]:
    """List what is on an agenda, of adaptations the viewer may see."""
    file = joinedload(CommissionItem.file)
    items = (
        select(CommissionItem)
        .join(CommissionItem.file)
        .join(AdaptationFile.person)
        .where(CommissionItem.commission_id == commission.id, visible_adaptations(viewer))
        .where(CommissionItem.taken_off_at.is_(None))
        .options(file.joinedload(AdaptationFile.person))
        .options(file.joinedload(AdaptationFile.dwelling).joinedload(Dwelling.residence))
        .options(joinedload(CommissionItem.decision).joinedload(AdaptationDecision.move))
        .order_by(CommissionItem.id)
    )
    return session.scalars(items).all()


def waiting_for_one(session: Session, viewer: Viewer) -> Sequence[AdaptationFile]:
    """List what waits for a decision and is on no agenda that is open, what is due first first."""
    waiting = (
        select(AdaptationFile)
        .join(AdaptationFile.person)
        .where(visible_adaptations(viewer), AdaptationFile.step == Step.DECISION)
        .where(AdaptationFile.id.not_in(_on_open_agendas()))
        .options(joinedload(AdaptationFile.person))
        .order_by(AdaptationFile.due_on, AdaptationFile.id)
    )
    return session.scalars(waiting).unique().all()


def _on_open_agendas() -> Select[uuid.UUID]:
    return (
        select(CommissionItem.file_id)
        .join(CommissionItem.commission)
        .where(Commission.closed_at.is_(None), CommissionItem.taken_off_at.is_(None))
    )


def put_on_agenda(
    session: Session,
    commission: Commission,
    file: AdaptationFile,
    *,
    viewer: Viewer,
    now: datetime,
) -> CommissionItem:
    """Put an adaptation on an agenda. Raises Conflict unless it waits to be decided, and alone."""
    refuse_closed(commission)
    if file.step is not Step.DECISION:
        raise Conflict("adaptation_not_to_decide")
    if file.id in session.scalars(_on_open_agendas()).all():
        raise Conflict("on_an_agenda_already")
    item = CommissionItem(
        id=new_id(),
        commission_id=commission.id,
        file_id=file.id,
        put_at=now,
        put_by_id=viewer.user_id,
    )
    session.add(item)
    session.flush()
    log(session, file, "adaptation_on_agenda", viewer=viewer, now=now)
    return item


def take_off_agenda(
    session: Session,
    commission: Commission,
    item_id: uuid.UUID,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take an adaptation off an agenda; raises NotFound, Conflict for one that was decided."""
    refuse_closed(commission)
    for item in agenda_of(session, viewer, commission):
        if item.id == item_id:
            if item.decided:
                raise Conflict("decided_already")
            item.taken_off_at, item.taken_off_by_id = now, viewer.user_id
            session.flush()
            log(session, item.file, "adaptation_off_agenda", viewer=viewer, now=now)
            return
    raise NotFound("not_on_this_agenda")


def agenda_item_of(session: Session, file: AdaptationFile) -> CommissionItem | None:
    """Give where an adaptation stands on the agenda of a commission that is open."""
    standing = (
        select(CommissionItem)
        .join(CommissionItem.commission)
        .where(CommissionItem.file_id == file.id, CommissionItem.taken_off_at.is_(None))
        .where(Commission.closed_at.is_(None))
        .options(joinedload(CommissionItem.commission))
        .order_by(CommissionItem.id)
    )
    return session.scalars(standing).first()


def close_minutes(
    session: Session,
    commission: Commission,
    note: str,
    *,
    cancel: bool = False,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Close the minutes of a commission on adaptations; see `close_with`.

    They keep the cost and the priority of that day, and no decision in them is taken back before
    they are opened again.
    """
    items = [one for one in commission.items if one.taken_off_at is None]
    decided = any(one.decided for one in items)
    close_with(session, commission, note, decided=decided, cancel=cancel, viewer=viewer, now=now)
    for item in items:
        item.cost_cents, item.priority = plan_of(session, item.file).cost_cents, item.file.priority
    session.flush()


def as_minuted(session: Session, item: CommissionItem) -> tuple[int | None, Priority | None]:
    """Give the cost and the priority of an adaptation: as minutes were closed, else as of now."""
    if item.commission.is_open:
        return plan_of(session, item.file).cost_cents, item.file.priority
    return item.cost_cents, item.priority


def minutes_that_hold(session: Session, move: AdaptationMove) -> Commission | None:
    """Give the commission that decided a move and whose minutes are closed."""
    closed = (
        select(Commission)
        .join(Commission.items)
        .join(CommissionItem.decision)
        .where(AdaptationDecision.move_id == move.id, Commission.closed_at.is_not(None))
    )
    return session.scalars(closed.order_by(Commission.id)).first()


def close_with(
    session: Session,
    commission: Commission,
    note: str,
    *,
    decided: bool,
    cancel: bool = False,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Close the minutes; what was not decided waits for another commission.

    Before its day nothing was minuted: a commission is cancelled so, as is one that is said to
    have never met, and `note` says why. Raises Invalid for a note too long, or without one then,
    Conflict when they are closed already, or for one that is cancelled and `decided` something.
    """
    refuse_closed(commission)
    if len(note.strip()) > NOTE_LENGTH:
        raise Invalid({"note": "too_long"})
    early = today_in_paris(now) < commission.held_on
    if early or cancel:
        if decided:
            raise Conflict("commission_not_met" if early else "commission_decided")
        if not note.strip():
            raise Invalid({"note": "say_why_cancelled"})
    commission.note = note.strip() or None
    commission.closed_at, commission.closed_by_id = now, viewer.user_id
    commission.cancelled = early or cancel
    session.flush()


def open_minutes_again(session: Session, commission: Commission) -> None:
    """Open minutes again that were closed too soon; raises Conflict when they are open.

    What was put on another agenda meanwhile stays there and leaves this one.
    """
    if commission.is_open:
        raise Conflict("minutes_are_open")
    elsewhere = set(session.scalars(_on_open_agendas()))
    for item in commission.items:
        if item.file_id in elsewhere and item.taken_off_at is None and not item.decided:
            item.taken_off_at, item.taken_off_by_id = commission.closed_at, commission.closed_by_id
    open_again(commission)
    session.flush()


def open_again(commission: Commission) -> None:
    """Let a commission be as if its minutes were not closed, nor itself cancelled."""
    commission.closed_at = commission.closed_by_id = None
    commission.cancelled = False


def refuse_closed(commission: Commission) -> None:
    """Refuse to change what a commission did whose minutes are closed; raises Conflict."""
    if not commission.is_open:
        raise Conflict("minutes_are_closed")
