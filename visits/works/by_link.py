"""What a contractor without an account does with an order, by the link that shows it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.ground.file_store import FileStore
from visits.models.works import OrderStep, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderLink
from visits.works.costs import CostSaid, note_cost, quote_order, withdraw_quote
from visits.works.history import Words, take_step
from visits.works.moves import Move, MoveSaid, accept_order, carry_out, checked_words, leads_to
from visits.works.photos import add_photos

# She accepts, will not, or has done it: the rest is for who gave it to her.
MOVED_BY_LINK = (WorkOrderState.ACKNOWLEDGED, WorkOrderState.REFUSED, WorkOrderState.DONE)
PROPOSAL = Move((), needs=("planned_on", "planned_part"), may=("note",))


@dataclass(frozen=True)
class Handed:
    """What is handed in when works are done: what was done, what it cost, photos of it."""

    note: str
    cost: str = ""
    photos: Sequence[bytes] = ()


def moves_by_link(order: WorkOrder) -> list[WorkOrderState]:
    """List where an order may go by its link."""
    return [state for state in MOVED_BY_LINK if leads_to(order, state, given=True)]


def accept(session: Session, link: WorkOrderLink, *, now: datetime) -> None:
    """Say yes to an order, whoever of the office had taken it on."""
    _refuse_unless_it_leads_to(link, WorkOrderState.ACKNOWLEDGED)
    accept_order(session, link.order, MoveSaid(), by=None, link=link, now=now)


def refuse(session: Session, link: WorkOrderLink, why: str, *, now: datetime) -> None:
    """Say no to an order: it waits for another, and the link is used up. Raises Invalid."""
    _move(session, link, WorkOrderState.REFUSED, why, now)
    link.used_up_at = now


def propose_day(session: Session, link: WorkOrderLink, said: MoveSaid, *, now: datetime) -> None:
    """Propose a day and a time of day: who gave the order agrees it with the tenant."""
    if not link.order.is_open:
        raise Conflict("work_order_cannot_move", state=link.order.state)
    said = checked_words(PROPOSAL, said, link.order, now=now)
    words = Words(note=said.note, day=said.planned_on, part=said.planned_part)
    proposed: dict[str, Any] = {"proposed_on": said.planned_on, "proposed_part": said.planned_part}
    step = OrderStep.DATE_PROPOSED
    take_step(link.order, step, by=None, link=link, now=now, said=words, **proposed)


def quote(session: Session, link: WorkOrderLink, typed: str, note: str, *, now: datetime) -> None:
    """Say what the works would cost."""
    whose = link.contractor
    quote_order(session, link.order, typed, note, contractor=whose, link=link, now=now)


def unquote(session: Session, link: WorkOrderLink, quote_id: uuid.UUID, *, now: datetime) -> None:
    """Withdraw a quote that was sent by this link."""
    withdraw_quote(session, link.order, quote_id, reader=link, now=now)


def show_photos(
    session: Session,
    store: FileStore,
    link: WorkOrderLink,
    photos: Sequence[bytes],
    *,
    now: datetime,
) -> None:
    """Add photos to an order."""
    add_photos(session, store, link.order, photos, link=link, now=now)


def hand_in(
    session: Session, store: FileStore, link: WorkOrderLink, handed: Handed, *, now: datetime
) -> None:
    """Say that an order is done, with what it cost and photos if there are any."""
    if handed.photos:
        show_photos(session, store, link, handed.photos, now=now)
    if handed.cost.strip():
        note_cost(link.order, CostSaid(handed.cost), link=link, now=now)
    _move(session, link, WorkOrderState.DONE, handed.note, now)


def _move(
    session: Session, link: WorkOrderLink, state: WorkOrderState, note: str, now: datetime
) -> None:
    _refuse_unless_it_leads_to(link, state)
    carry_out(session, link.order, state, MoveSaid(note=note), by=None, link=link, now=now)


def _refuse_unless_it_leads_to(link: WorkOrderLink, state: WorkOrderState) -> None:
    if state not in moves_by_link(link.order):
        raise Conflict("work_order_cannot_move", state=link.order.state)
