"""Where an order may go from where it stands, by whom, and what must be said: one table."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.mapping.points import refresh_map
from visits.models.duty import DutyCall, DutyTurn
from visits.models.people import AccessKind
from visits.models.stock import Article
from visits.models.works import (
    CORRECTED,
    OPEN_STATES,
    SAME,
    TAKEN_BACK,
    WAITING_STATES,
    CheckedHow,
    HoldWhy,
    OrderStep,
    ToldHow,
    WorkOrder,
    WorkOrderState,
)
from visits.models.works_history import WorkOrderLink
from visits.sight import Reach, Viewer
from visits.sight.access_log import log_access
from visits.works.history import Words, take_step
from visits.works.photos import photos_of, refuse_without_photos

NOTE_LENGTH = 500
MOST_OF_A_PART = 500
# The longest that somebody plans ahead, or lets an order wait.
FURTHEST = timedelta(days=366)
HOURS = tuple(f"{hour:02}:{minutes}" for hour in range(7, 20) for minutes in ("00", "30"))
PARTS = ("morning", "afternoon", *HOURS)
SCORES = range(1, 6)


@dataclass(frozen=True)
class Move:
    """How a state is reached: from which, and what must (`needs`) or may be said with it.

    `by_given`: whoever was given the order may do it; `by_owner`: whoever gives orders may.
    """

    since: tuple[WorkOrderState, ...]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    by_given: bool = True
    by_owner: bool = True


_S = WorkOrderState
BEGUN_OR_NOT = (_S.OPEN, _S.ACKNOWLEDGED, _S.PLANNED, _S.STARTED, _S.ON_HOLD)
# The life of an order. Whoever was given one does it or will not; that it is not wanted, done well,
# or not done after all, its owner says.
MOVES: Mapping[WorkOrderState, Move] = {
    _S.ACKNOWLEDGED: Move((_S.OPEN, _S.REFUSED), may=("note",)),
    _S.PLANNED: Move(
        (_S.OPEN, _S.ACKNOWLEDGED, _S.PLANNED, _S.ON_HOLD),
        needs=("planned_on", "planned_part"),
        may=("told_how", "told_on", "note"),
    ),
    _S.STARTED: Move((_S.OPEN, _S.ACKNOWLEDGED, _S.PLANNED, _S.ON_HOLD), may=("note",)),
    _S.ON_HOLD: Move(
        (_S.OPEN, _S.ACKNOWLEDGED, _S.PLANNED, _S.STARTED),
        needs=("hold_why", "hold_until"),
        may=("hold_article", "hold_number", "note"),
    ),
    _S.DONE: Move(BEGUN_OR_NOT, needs=("note",)),
    _S.CHECKED: Move(
        (_S.DONE,), needs=("checked_how",), may=("tenant_score", "note"), by_given=False
    ),
    _S.REFUSED: Move((_S.OPEN, _S.ACKNOWLEDGED, _S.PLANNED), needs=("note",), by_owner=False),
    _S.CANCELLED: Move(OPEN_STATES, needs=("note",), by_given=False),
    # Not refused after all, closed by mistake, or the trouble is back.
    _S.OPEN: Move((_S.REFUSED, _S.DONE, _S.CHECKED, _S.CANCELLED), needs=("note",), by_given=False),
}
# From where each state may be reached.
REACHED_FROM = {state: move.since for state, move in MOVES.items()}


@dataclass(frozen=True)
class MoveSaid:
    """What is said with a move, as it was typed; an empty field says nothing."""

    note: str = ""
    planned_on: date | None = None
    planned_part: str = ""
    told_how: str = ""
    told_on: date | None = None
    hold_why: str = ""
    hold_until: date | None = None
    hold_article: Article | None = None
    hold_number: int | None = None
    checked_how: str = ""
    tenant_score: int | None = None


def moves_of(order: WorkOrder, viewer: Viewer) -> list[WorkOrderState]:
    """List where a viewer may move an order; what closed by itself comes back so."""
    if not order.is_open and order.closing_note in (CORRECTED, SAME, TAKEN_BACK):
        return []
    given = viewer.reach is Reach.GIVEN
    return [
        state
        for state, move in MOVES.items()
        if leads_to(order, state, given=given) and (move.by_given if given else move.by_owner)
    ]


def leads_to(order: WorkOrder, state: WorkOrderState, *, given: bool) -> bool:
    """Tell whether an order may come to a state.

    Whoever was `given` it accepts it once, though the office had taken it on or planned it.
    """
    if given and state is _S.ACKNOWLEDGED and order.state in (_S.ACKNOWLEDGED, _S.PLANNED):
        return order.accepted_at is None
    return order.state in MOVES[state].since


def move_work_order(
    session: Session,
    order: WorkOrder,
    state: WorkOrderState,
    said: MoveSaid,
    *,
    viewer: Viewer,
    at: datetime | None = None,
    now: datetime,
) -> None:
    """Move an order to a state, with what is said of it; `at` is when that was, if not now.

    Raises Conflict when its state does not lead there or not for this viewer, Invalid, field by
    field, for what is missing or cannot be.
    """
    if state not in moves_of(order, viewer):
        taken = state is _S.ACKNOWLEDGED and order.is_open and order.acknowledged_at is not None
        code = "work_order_taken_already" if taken else "work_order_cannot_move"
        raise Conflict(code, state=order.state)
    if state is _S.ACKNOWLEDGED and viewer.reach is Reach.GIVEN:
        accept_order(session, order, said, by=viewer.user_id, now=now)
    else:
        carry_out(session, order, state, said, by=viewer.user_id, at=at, now=now)


def carry_out(
    session: Session,
    order: WorkOrder,
    state: WorkOrderState,
    said: MoveSaid,
    *,
    by: uuid.UUID | None,
    link: WorkOrderLink | None = None,
    at: datetime | None = None,
    now: datetime,
) -> None:
    """Move an order to a state it may reach, as an account or by a link. Raises Invalid."""
    said, at = checked_words(MOVES[state], said, order, now=now), at or now
    if state is _S.DONE:
        refuse_without_photos(session, order, now=now)
    if said.checked_how == CheckedHow.PHOTO and not photos_of(session, order):
        raise Invalid({"checked_how": "no_photo_to_check"})
    changes, words = _changes(order, state, said, by, at), _words(state, said)
    take_step(order, OrderStep(state), by=by, link=link, now=at, said=words, **changes)
    _reached_by_acting(session, order, by, now)
    _tell_moved(session, order, f"work_order_{state}", by, now)


def accept_order(
    session: Session,
    order: WorkOrder,
    said: MoveSaid,
    *,
    by: uuid.UUID | None,
    link: WorkOrderLink | None = None,
    now: datetime,
) -> None:
    """Keep that the contractor who has an order does it, which takes on one that waits."""
    said, state = checked_words(MOVES[_S.ACKNOWLEDGED], said, order, now=now), _S.ACKNOWLEDGED
    waits = order.state in WAITING_STATES
    changes = _changes(order, state, said, by, now) if waits else dict[str, Any]()
    changes["accepted_at"] = now
    words = _words(state, said)
    take_step(order, OrderStep.ACCEPTED, by=by, link=link, now=now, said=words, **changes)
    _tell_moved(session, order, "work_order_accepted", by, now)


def _reached_by_acting(
    session: Session, order: WorkOrder, by: uuid.UUID | None, now: datetime
) -> None:
    """Keep that whoever was called for an order was reached: she is the one who moves it."""
    if by is None or not order.is_urgent:
        return
    hers = select(DutyCall).join(DutyCall.turn).where(DutyTurn.user_id == by)
    hers = hers.where(DutyCall.work_order_id == order.id, DutyCall.reached_at.is_(None))
    for call in session.scalars(hers.order_by(DutyCall.id)):
        call.reached_at = now


def _tell_moved(
    session: Session, order: WorkOrder, what: str, by: uuid.UUID | None, now: datetime
) -> None:
    refresh_map(session, [order.dwelling_id])
    persons = [order.person_id] if order.person_id else []
    log_access(session, user_id=by, persons=persons, kind=AccessKind.WRITE, what=what, now=now)


def checked_words(move: Move, said: MoveSaid, order: WorkOrder, *, now: datetime) -> MoveSaid:
    """Give what counts of what was typed; raises Invalid, field by field."""
    asked = (*move.needs, *move.may)
    typed = {name: getattr(said, name) for name in asked}
    if "note" in typed:
        typed["note"] = typed["note"].strip()
    fields = {name: "required" for name in move.needs if not typed[name]}
    for name, value in typed.items():
        fault = _FAULTS[name](value, order, now) if value or value == 0 else None
        if fault is not None:
            fields[name] = fault
    if typed.get("told_on") and not typed["told_how"]:
        fields.setdefault("told_how", "required")
    if typed.get("hold_number") and not typed["hold_article"]:
        fields.setdefault("hold_article", "required")
    if typed.get("hold_article"):
        if typed["hold_why"] != HoldWhy.PART:
            fields.setdefault("hold_article", "part_not_awaited")
        typed["hold_number"] = typed["hold_number"] or 1
    if typed.get("hold_why") == HoldWhy.OTHER and not typed["note"]:
        fields.setdefault("note", "required")
    if fields:
        raise Invalid(fields)
    if typed.get("told_how") and not typed["told_on"]:
        typed["told_on"] = today_in_paris(now)
    return MoveSaid(**typed)


def _one_of(choices: Any) -> Callable[[Any, WorkOrder, datetime], str | None]:
    return lambda value, order, now: None if value in choices else "bad_choice"


def _to_come(day: date, order: WorkOrder, now: datetime) -> str | None:
    today = today_in_paris(now)
    if day < today:
        return "must_not_be_past"
    return "too_far_ahead" if day > today + FURTHEST else None


def _told(day: date, order: WorkOrder, now: datetime) -> str | None:
    if day > today_in_paris(now):
        return "must_not_be_future"
    return "before_it_was_found" if day < today_in_paris(order.opened_at) else None


_FAULTS: Mapping[str, Callable[[Any, WorkOrder, datetime], str | None]] = {
    "note": lambda text, order, now: "too_long" if len(text) > NOTE_LENGTH else None,
    "planned_on": _to_come,
    "planned_part": _one_of(PARTS),
    "told_how": _one_of(tuple(ToldHow)),
    "told_on": _told,
    "hold_why": _one_of(tuple(HoldWhy)),
    "hold_until": _to_come,
    "hold_article": lambda article, order, now: None if article.is_part else "bad_choice",
    "hold_number": lambda number, order, now: (
        None if 1 <= number <= MOST_OF_A_PART else "bad_part_number"
    ),
    "checked_how": _one_of(tuple(CheckedHow)),
    "tenant_score": _one_of(SCORES),
}


def _changes(
    order: WorkOrder, state: WorkOrderState, said: MoveSaid, by: uuid.UUID | None, at: datetime
) -> dict[str, Any]:
    """Give the columns that a move changes, with their new values."""
    changes: dict[str, Any] = {"state": state, "closing_note": said.note or order.closing_note}
    if state in (*BEGUN_OR_NOT[1:], _S.DONE):
        changes["acknowledged_at"] = order.acknowledged_at or at
    if state is _S.STARTED:
        changes["started_at"] = order.started_at or at
    if state in (_S.DONE, _S.CANCELLED):
        changes |= {"closed_at": at, "closed_by_id": by}
    if state is _S.OPEN:  # what it was closed with stays beside why it is open again
        changes["closing_note"] = " · ".join(one for one in (order.closing_note, said.note) if one)
    forgotten = _FORGOTTEN_WHEN.get(state, ()) + (_HOLD if order.state is _S.ON_HOLD else ())
    if order.hold_article_id is not None:
        forgotten += _HOLD_PART
    if state in (_S.REFUSED, _S.OPEN) and order.accepted_at is not None:
        forgotten += ("accepted_at",)
    if state in _ANSWERS_A_PROPOSAL and order.proposed_on is not None:
        forgotten += _PROPOSED
    return changes | dict.fromkeys(forgotten) | _told_with(state, said)


_HOLD = ("hold_why", "hold_until")
_HOLD_PART = ("hold_article_id", "hold_number")
_PLAN = ("planned_on", "planned_part", "told_how", "told_on")
_PROPOSED = ("proposed_on", "proposed_part")
# Once it is planned, or nobody is to come any more, no proposed day waits for an answer.
_ANSWERS_A_PROPOSAL = (_S.PLANNED, _S.REFUSED, _S.DONE, _S.CANCELLED)
_FORGOTTEN_WHEN: Mapping[WorkOrderState, tuple[str, ...]] = {
    _S.REFUSED: ("acknowledged_at", *_PLAN),
    _S.OPEN: (
        "acknowledged_at",
        "closed_at",
        "closed_by_id",
        "checked_how",
        "tenant_score",
        *_PLAN,
    ),
}


def _told_with(state: WorkOrderState, said: MoveSaid) -> dict[str, Any]:
    """Give what was said with a move for columns that only this move fills."""
    typed: dict[WorkOrderState, dict[str, Any]] = {
        _S.PLANNED: {
            "planned_on": said.planned_on,
            "planned_part": said.planned_part,
            "told_how": said.told_how or None,
            "told_on": said.told_on,
        },
        _S.ON_HOLD: {"hold_why": said.hold_why or None, "hold_until": said.hold_until}
        | _waits_for(said),
        _S.CHECKED: {"checked_how": said.checked_how or None, "tenant_score": said.tenant_score},
    }
    return typed.get(state, {})


def _waits_for(said: MoveSaid) -> dict[str, Any]:
    if said.hold_article is None:
        return {}
    return {"hold_article_id": said.hold_article.id, "hold_number": said.hold_number}


def _words(state: WorkOrderState, said: MoveSaid) -> Words:
    """Give what stands in the history of a move."""
    why = said.told_how or said.hold_why or said.checked_how
    day = said.planned_on or said.hold_until
    part = said.planned_part or None
    if said.hold_article is None:
        return Words(note=said.note, why=why or None, day=day, part=part, score=said.tenant_score)
    what = f"{said.hold_number} × {said.hold_article.name}"
    note = " · ".join(one for one in (what, said.note) if one)
    return Words(note=note, why=why or None, day=day, score=said.hold_number)
