"""What became of an order, step by step: each is kept with how things stood, and taken back."""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, object_session

from visits.ground.errors import Conflict, NotFound
from visits.mapping.points import refresh_map
from visits.messages.of_orders import Day, day_told, tell_of_order, tell_of_step_back
from visits.models.accounts import User
from visits.models.people import AccessKind
from visits.models.works import CheckedHow, HoldWhy, OrderStep, ToldHow, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent, WorkOrderLink
from visits.sight import Reach, Viewer
from visits.sight.access_log import log_access

# What a step may change of an order, and how it is read again from how things stood.
CHANGED_BY_STEPS: dict[str, Callable[[str], Any]] = {
    "state": WorkOrderState,
    "acknowledged_at": datetime.fromisoformat,
    "accepted_at": datetime.fromisoformat,
    "started_at": datetime.fromisoformat,
    "closed_at": datetime.fromisoformat,
    "closed_by_id": uuid.UUID,
    "closing_note": str,
    "planned_on": date.fromisoformat,
    "planned_part": str,
    "told_how": ToldHow,
    "told_on": date.fromisoformat,
    "proposed_on": date.fromisoformat,
    "proposed_part": str,
    "hold_why": HoldWhy,
    "hold_until": date.fromisoformat,
    "hold_article_id": uuid.UUID,
    "hold_number": int,
    "checked_how": CheckedHow,
    "tenant_score": int,
    "due_at": datetime.fromisoformat,
    "estimate_cents": int,
    "ceiling_cents": int,
    "cost_cents": int,
    "labour_minutes": int,
    "parts": str,
    "given_to_id": uuid.UUID,
    "given_at": datetime.fromisoformat,
    "given_by_id": uuid.UUID,
    "assigned_to_id": uuid.UUID,
    "team_id": uuid.UUID,
    "access": str,
    "person_id": uuid.UUID,
}


@dataclass(frozen=True)
class Words:
    """What is said with a step: a note, a code for why, the day and part of day that it names."""

    note: str = ""
    why: str | None = None
    day: date | None = None
    part: str | None = None
    score: int | None = None
    cents: int | None = None


SILENT = Words()
# How things stood before a step that only tells: nothing is undone with it.
CHANGED_NOTHING = json.dumps({})
# What an order may cost, takes out of our stock, and what others ask for it, is not told to
# whoever was given it.
OURS_ALONE = (
    OrderStep.COUNTED,
    OrderStep.UNCOUNTED,
    OrderStep.ESTIMATE,
    OrderStep.CEILING,
    OrderStep.QUOTED,
    OrderStep.QUOTE_WITHDRAWN,
    OrderStep.QUOTE_BACK,
    OrderStep.QUOTE_ACCEPTED,
    OrderStep.QUOTE_UNACCEPTED,
    OrderStep.PART_USED,
    OrderStep.PART_BACK,
)


def take_step(
    order: WorkOrder,
    what: OrderStep,
    *,
    by: uuid.UUID | None,
    now: datetime,
    link: WorkOrderLink | None = None,
    said: Words = SILENT,
    for_good: bool = False,
    **changes: Any,
) -> WorkOrderEvent:
    """Change an order and keep what was done: the one place where its state is set.

    `by` is None for what follows by itself, and for what is done by a `link`. `changes` are columns
    of `CHANGED_BY_STEPS`. What is `for_good` changed more than the order: no step back undoes it.
    A step to another state or day is told to whoever lives there.
    """
    session = object_session(order)
    assert session is not None  # an order is kept before anything happens to it
    before, former = {name: _written(getattr(order, name)) for name in changes}, day_told(order)
    event = WorkOrderEvent(
        work_order_id=order.id,
        at=now,
        by_id=by,
        link_id=link.id if link is not None else None,
        what=what,
        was=order.state,
        note=said.note or None,
        why=said.why,
        day=said.day,
        part=said.part,
        score=said.score,
        cents=said.cents,
        given_to_id=changes.get("given_to_id"),
        assigned_to_id=changes.get("assigned_to_id"),
        team_id=changes.get("team_id"),
        before=None if for_good else json.dumps(before),
    )
    for name, value in changes.items():
        setattr(order, name, value)
    session.add(event)
    if "state" in changes:
        tell_of_order(session, order, now=now, former=former)
    return event


def open_again(
    order: WorkOrder,
    state: WorkOrderState = WorkOrderState.OPEN,
    *,
    by: uuid.UUID | None,
    now: datetime,
    why: str | None = None,
) -> None:
    """Let an order be to do again because of what became of others: it is for good."""
    nothing = dict.fromkeys(("closing_note", "closed_at", "closed_by_id", "hold_why", "hold_until"))
    if order.hold_article_id is not None:
        nothing |= dict.fromkeys(("hold_article_id", "hold_number"))
    step, said = OrderStep(state), Words(why=why)
    take_step(order, step, by=by, now=now, said=said, for_good=True, state=state, **nothing)


def close_for(order: WorkOrder, because: str, *, by: uuid.UUID, now: datetime) -> None:
    """Cancel an order because of what became of others or of the answers: it is for good."""
    closed: dict[str, Any] = {"closing_note": because, "closed_at": now, "closed_by_id": by}
    state, said = WorkOrderState.CANCELLED, Words(note=because)
    take_step(
        order, OrderStep(state), by=by, now=now, said=said, for_good=True, state=state, **closed
    )


def _written(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def steps_of(session: Session, order: WorkOrder, viewer: Viewer) -> Sequence[WorkOrderEvent]:
    """List what happened to an order, the latest first.

    Whoever was given it reads what happened since, but for what it may cost us and what others ask.
    """
    statement = (
        select(WorkOrderEvent)
        .where(WorkOrderEvent.work_order_id == order.id)
        .options(joinedload(WorkOrderEvent.by).joinedload(User.organisation))
        .options(joinedload(WorkOrderEvent.given_to), joinedload(WorkOrderEvent.link))
        .options(joinedload(WorkOrderEvent.assigned_to), joinedload(WorkOrderEvent.team))
        .options(joinedload(WorkOrderEvent.taken_back_by))
        .order_by(WorkOrderEvent.at.desc(), WorkOrderEvent.id.desc())
    )
    if viewer.reach is Reach.GIVEN:
        statement = statement.where(
            WorkOrderEvent.at >= (order.given_at or order.opened_at),
            WorkOrderEvent.what.not_in(OURS_ALONE),
        )
    return session.scalars(statement).all()


def turn_of(session: Session, order: WorkOrder) -> int:
    """Count what was done to an order, and taken back: what a page was made of tells by it."""
    counts = func.count(WorkOrderEvent.id) + func.count(WorkOrderEvent.taken_back_at)
    return session.scalar(select(counts).where(WorkOrderEvent.work_order_id == order.id)) or 0


def read_just_now(session: Session, order: WorkOrder, turn: int) -> None:
    """Refuse what was decided on a page that something was done after. Raises Conflict."""
    if turn != turn_of(session, order):
        raise Conflict("work_order_moved_on", reference=order.reference)


def may_take_back(steps: Sequence[WorkOrderEvent], viewer: Viewer) -> WorkOrderEvent | None:
    """Give the step that a viewer may take back: the latest that changed something and stands.

    Whoever was given an order takes back what her own people did, but for being given it.
    """
    latest = next((one for one in steps if one.stands and one.before != CHANGED_NOTHING), None)
    if latest is None or latest.before is None or not (latest.by or latest.link):
        return None
    hers = latest.by is not None and latest.by.organisation_id == viewer.organisation_id
    return latest if hers or viewer.reach is not Reach.GIVEN else None


def _revive_link_of(order: WorkOrder, step: WorkOrderEvent) -> None:
    """Let the link by which an order was refused show it again. Raises Conflict beside another."""
    if step.link is None or step.link.used_up_at is None:
        return
    if order.standing_links:
        raise Conflict("order_sent_by_link")
    step.link.used_up_at = None


def _was_told(step: WorkOrderEvent) -> bool:
    """Tell whether somebody said with a step how she told its day."""
    return step.what is OrderStep.PLANNED and step.why is not None


def take_step_back(
    session: Session, order: WorkOrder, step_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Undo the latest step of an order: all stands as before it; both stay in its history.

    Raises NotFound for a step of another order, Conflict for one that something else followed, or
    for a refusal by a link once another contractor has one.
    """
    steps = steps_of(session, order, viewer)
    step = next((one for one in steps if one.id == step_id), None)
    if step is None:
        raise NotFound("work_order_not_found")
    if step is not may_take_back(steps, viewer):
        raise Conflict("step_not_latest")
    for name, value in json.loads(step.before or "{}").items():
        setattr(order, name, None if value is None else CHANGED_BY_STEPS[name](value))
    _revive_link_of(order, step)
    step.taken_back_at, step.taken_back_by_id = now, viewer.user_id
    typed = Day(step.day, step.part or "morning") if _was_told(step) and step.day else None
    tell_of_step_back(session, order, since=step.at, typed=typed, now=now)
    refresh_map(session, [order.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what="work_order_step_back",
        now=now,
    )
