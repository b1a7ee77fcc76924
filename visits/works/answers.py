"""What the maintenance system answers of orders: looked at, applied move by move, undone."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.ground.folding import fold
from visits.models.exchanges import AnswerLine, AnswerOutcome
from visits.models.works import WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent
from visits.portfolio.values import BadValue, read_date
from visits.sight import Viewer, visible_work_orders
from visits.works.answer_files import PARTS, STATES, Answer
from visits.works.costs import CostSaid, amount, note_cost
from visits.works.history import take_step_back
from visits.works.moves import MOVES, MoveSaid, carry_out, checked_words
from visits.works.photos import photos_missing
from visits.works.work_orders import find_work_order

_S = WorkOrderState
# Works end in the evening of the day that is named.
EVENING = timedelta(hours=18)


@dataclass(frozen=True)
class Judged:
    """What a line would do: where it moves its order, what it cost.

    Where it is left, `why` says so by a code, and `field` in which column, if it is one.
    """

    answer: Answer
    outcome: AnswerOutcome
    order: WorkOrder | None = None
    state: WorkOrderState | None = None
    said: MoveSaid = MoveSaid()
    done_on: date | None = None
    cost: str = ""
    why: str = ""
    field: str = ""


def judge_all(
    session: Session,
    answers: Sequence[Answer],
    *,
    viewer: Viewer,
    now: datetime,
    to_change: bool = False,
) -> list[Judged]:
    """Say of each line what it would do; an order that the viewer may not see reads as none.

    `to_change` waits until nobody else is changing these orders.
    """
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.reference.in_([one.reference for one in answers]))
        .where(visible_work_orders(viewer))
        .order_by(WorkOrder.id)
    )
    if to_change:
        statement = statement.with_for_update(of=WorkOrder, key_share=True)
    orders = {order.reference: order for order in session.scalars(statement)}
    told = _told_before(session, [order.id for order in orders.values()])
    missing = photos_missing(session, list(orders.values()), now=now)
    return [_judge(one, orders.get(one.reference), told, missing, now) for one in answers]


def _told_before(session: Session, orders: Iterable[uuid.UUID]) -> set[str]:
    """Find what was told of orders before, and stands: it is not done once more."""
    statement = select(AnswerLine.digest).where(
        AnswerLine.work_order_id.in_(list(orders)),
        AnswerLine.outcome == AnswerOutcome.DONE,
        AnswerLine.undone_at.is_(None),
    )
    return set(session.scalars(statement))


def _judge(
    answer: Answer,
    order: WorkOrder | None,
    told: set[str],
    missing: Mapping[uuid.UUID, int],
    now: datetime,
) -> Judged:
    try:
        if answer.fault:
            raise Conflict(answer.fault)
        if order is None:
            raise Conflict("work_order_not_found")
        if answer.digest in told:
            return Judged(answer, AnswerOutcome.NOTHING, order)
        state = _state(answer)
        planned_on = _day(answer, "planned_on", now) if state is _S.PLANNED else None
        done_on = _done_on(answer, order, now) if state is _S.DONE else None
        said = _said(answer, order, state, planned_on)
        if state is not None and _is_there(order, state, said):
            state = None
        if state is not None:
            if order.state not in MOVES[state].since or not MOVES[state].by_given:
                raise Conflict("work_order_cannot_move")
            checked_words(MOVES[state], said, order, now=now)
            if state is _S.DONE and missing.get(order.id):
                raise Conflict("photos_needed")
        cost = _cost(answer, order)
    except Invalid as refused:
        ((field, why), *_others) = refused.fields.items()
        return Judged(answer, AnswerOutcome.LEFT, order, why=why, field=field)
    except Refused as refused:
        return Judged(answer, AnswerOutcome.LEFT, order, why=refused.code)
    outcome = AnswerOutcome.DONE if state is not None or cost else AnswerOutcome.NOTHING
    return Judged(answer, outcome, order, state, said, done_on, cost)


def _state(answer: Answer) -> WorkOrderState | None:
    """Read which state is told; without one the days tell it. Raises Invalid."""
    if answer.state:
        if fold(answer.state) not in STATES:
            raise Invalid({"state": "answer_state_unknown"})
        return STATES[fold(answer.state)]
    if answer.done_on:
        return _S.DONE
    return _S.PLANNED if answer.planned_on else None


def _day(answer: Answer, field: str, now: datetime) -> date | None:
    """Read a day, the year of two digits too. Raises Invalid."""
    typed = getattr(answer, field)
    next_year = today_in_paris(now) + timedelta(days=366)
    try:
        return read_date(typed, today=next_year) if typed else None
    except BadValue:
        raise Invalid({field: "bad_date"}) from None


def _done_on(answer: Answer, order: WorkOrder, now: datetime) -> date | None:
    day = _day(answer, "done_on", now)
    if day is not None and day > today_in_paris(now):
        raise Invalid({"done_on": "must_not_be_future"})
    if day is not None and day < today_in_paris(order.opened_at):
        raise Invalid({"done_on": "before_it_was_found"})
    return day


def _said(
    answer: Answer, order: WorkOrder, state: WorkOrderState | None, planned_on: date | None
) -> MoveSaid:
    """Give what is said with a move: their reference stands before their words."""
    if state is _S.REFUSED and not answer.note:
        raise Invalid({"note": "required"})
    words = " · ".join(one for one in (answer.theirs, answer.note) if one)
    if state is _S.DONE and not words:
        words = order.reference
    part = PARTS.get(fold(answer.planned_part), answer.planned_part.replace("h", ":"))
    return MoveSaid(note=words, planned_on=planned_on, planned_part=part)


def _is_there(order: WorkOrder, state: WorkOrderState, said: MoveSaid) -> bool:
    """Tell whether an order stands already as a line says, or further on the same way."""
    if state is _S.PLANNED:
        planned = (order.planned_on, order.planned_part) == (said.planned_on, said.planned_part)
        return order.state is state and planned
    if state is _S.ACKNOWLEDGED and order.is_open and order.acknowledged_at is not None:
        return True
    return order.state is state or (state is _S.DONE and order.state is _S.CHECKED)


def _cost(answer: Answer, order: WorkOrder) -> str:
    """Give what an order cost, if that is new. Raises Invalid, Conflict."""
    if not answer.cost or amount(answer.cost, field="cost", least=0) == order.cost_cents:
        return ""
    if order.state is _S.CANCELLED:
        raise Conflict("work_order_cannot_move")
    return answer.cost


def apply_one(session: Session, judged: Judged, *, viewer: Viewer, now: datetime) -> list[str]:
    """Do what a line says, by the moves that there are; gives the ids of the steps taken."""
    order = judged.order
    assert order is not None  # what is done is done to an order
    before, latest = _steps(session, order)
    if judged.state is not None:
        at = now
        if judged.done_on is not None:
            # Never before what happened already: the latest step stays the one to take back.
            evening = midnight_in_paris(judged.done_on) + EVENING
            at = min(now, max(order.opened_at, evening, latest or order.opened_at))
        by = viewer.user_id
        carry_out(session, order, judged.state, judged.said, by=by, at=at, now=now)
    if judged.cost:
        note_cost(order, CostSaid(judged.cost), by=viewer.user_id, now=now)
    session.flush()
    after = select(WorkOrderEvent.id).where(
        WorkOrderEvent.work_order_id == order.id, WorkOrderEvent.id.not_in(before)
    )
    steps = session.scalars(after.order_by(WorkOrderEvent.at, WorkOrderEvent.id))
    return [str(one) for one in steps]


def _steps(session: Session, order: WorkOrder) -> tuple[Sequence[uuid.UUID], datetime | None]:
    of_order = WorkOrderEvent.work_order_id == order.id
    latest = session.scalar(select(func.max(WorkOrderEvent.at)).where(of_order))
    return session.scalars(select(WorkOrderEvent.id).where(of_order)).all(), latest


def undo_one(session: Session, line: AnswerLine, *, viewer: Viewer, now: datetime) -> None:
    """Take back what a line did, whole, the latest step first; it stays where another followed."""
    assert line.work_order_id is not None
    try:
        with session.begin_nested():
            order = find_work_order(session, viewer, line.work_order_id, to_change=True)
            for step in reversed(line.steps):
                take_step_back(session, order, uuid.UUID(step), viewer=viewer, now=now)
                session.flush()
    except Refused as refused:
        line.undone_why = refused.code
        return
    line.undone_at, line.undone_why = now, None
