"""Works that come again: every so many months, counted from the plan or from when they were done.

A job opens the next order before it is due, once for each turn.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id
from visits.ground.deadlines import (
    due_at,
    midnight_in_paris,
    months_after,
    today_in_paris,
)
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.mapping.points import refresh_map
from visits.models.portfolio import Dwelling, Residence
from visits.models.recurring import CountedFrom, RecurringWork
from visits.models.works import (
    DONE_STATES,
    URGENT,
    CameFrom,
    WorkOrder,
    WorkOrderState,
)
from visits.sight import Viewer
from visits.sight.homes import residences_run, visible_homes
from visits.sight.listing import Listed, Wanted, page_of
from visits.works.work_orders import new_reference

# The next order is opened so long before it is due; one may be noted so far ahead.
HORIZON, FURTHEST = timedelta(days=45), timedelta(days=5 * 366)
EVERY = (1, 2, 3, 6, 12, 24, 36, 60)
STATES = ("running", "paused", "ended")
ORDER = {
    "next": RecurringWork.next_on,
    "trade": RecurringWork.trade,
    "every": RecurringWork.every_months,
    "city": Residence.city,
}


@dataclass(frozen=True)
class TurnsSaid:
    """How works come again, as it was typed: every so many months, from which day, first when."""

    every_months: int
    counted_from: str
    next_on: date | None


def let_come_again(
    session: Session, order: WorkOrder, said: TurnsSaid, *, viewer: Viewer, now: datetime
) -> RecurringWork:
    """Let works like those of an order come again; that order is their first turn.

    Raises Invalid, field by field, Conflict for one that comes again already, is urgent, or is of
    no known home.
    """
    if order.recurring_id is not None:
        raise Conflict("comes_again_already")
    if order.stands_in is None or order.severity in URGENT:
        raise Conflict("may_not_come_again")
    today, fields = today_in_paris(now), dict[str, str]()
    if said.every_months not in EVERY:
        fields["every_months"] = "bad_choice" if said.every_months else "required"
    if said.counted_from not in tuple(CountedFrom):
        fields["counted_from"] = "bad_choice" if said.counted_from else "required"
    if said.next_on is None:
        fields["next_on"] = "required"
    elif said.next_on <= today:
        fields["next_on"] = "must_be_to_come"
    elif said.next_on > today + FURTHEST:
        fields["next_on"] = "comes_too_far_ahead"
    if fields:
        raise Invalid(fields)
    work = RecurringWork(
        id=new_id(),
        dwelling_id=order.dwelling_id,
        residence_id=order.residence_id,
        trade=order.trade,
        place=order.place,
        severity=order.severity,
        description=order.label["fr"].replace("**", ""),
        access=order.access,
        every_months=said.every_months,
        counted_from=CountedFrom(said.counted_from),
        next_on=said.next_on,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(work)
    session.flush()
    order.recurring_id = work.id
    return work


def make_recurring_orders(session: Session, *, now: datetime) -> int:
    """Open the orders of works that come again and are due within 45 days; gives how many.

    Each turn has one order, however often this runs; a turn that was missed is not made up for.
    """
    running = (RecurringWork.paused_at.is_(None), RecurringWork.ended_at.is_(None))
    last_day = today_in_paris(now) + HORIZON
    due = or_(RecurringWork.next_on <= last_day, RecurringWork.next_on.is_(None))
    statement = select(RecurringWork).where(*running, due).order_by(RecurringWork.id)
    made = 0
    for work in session.scalars(statement.with_for_update(of=RecurringWork, key_share=True)).all():
        if work.next_on is None:
            _count_from_done(session, work)
        if work.next_on is not None and work.next_on <= last_day:
            _open(session, work, work.next_on, now)
            made += 1
    session.flush()
    return made


def _count_from_done(session: Session, work: RecurringWork) -> None:
    """Say when the next turn is, once the one that is open is closed; before, nobody knows."""
    last = last_order(session, work)
    if last is None or last.is_open or last.closed_at is None:
        return
    done = last.state in DONE_STATES
    counted = today_in_paris(last.closed_at) if done else last.recurring_for
    work.next_on = months_after(counted or today_in_paris(last.closed_at), work.every_months)


def _open(session: Session, work: RecurringWork, day: date, now: datetime) -> None:
    order = WorkOrder(
        id=new_id(),
        reference=new_reference(),
        dwelling_id=work.dwelling_id,
        residence_id=work.residence_id,
        said_severity=work.severity,
        said_due_at=due_at(midnight_in_paris(day), "0d"),
        opened_by_id=work.noted_by_id,
        came_from=CameFrom.STAFF,
        place=work.place,
        trade=work.trade,
        severity=work.severity,
        description=work.description,
        state=WorkOrderState.OPEN,
        opened_at=now,
        due_at=due_at(midnight_in_paris(day), "0d"),
        access=work.access,
        recurring_id=work.id,
        recurring_for=day,
    )
    session.add(order)
    refresh_map(session, [order.dwelling_id])
    work.next_on = None
    if work.counted_from is CountedFrom.PLANNED:
        work.next_on = _after(day, work.every_months, today_in_paris(now))


def _after(day: date, months: int, today: date) -> date:
    """Give the next turn after a day that is still to come."""
    turns = 1
    while (coming := months_after(day, months * turns)) <= today:
        turns += 1
    return coming


def last_order(session: Session, work: RecurringWork) -> WorkOrder | None:
    """Give the latest order of works that come again."""
    latest = select(WorkOrder).where(WorkOrder.recurring_id == work.id)
    latest = latest.order_by(WorkOrder.opened_at.desc(), WorkOrder.id.desc()).limit(1)
    return session.scalars(latest).one_or_none()


def last_orders(session: Session, works: Sequence[RecurringWork]) -> dict[uuid.UUID, WorkOrder]:
    """Give by works that come again their latest order."""
    statement = (
        select(WorkOrder)
        .where(WorkOrder.recurring_id.in_([one.id for one in works]))
        .order_by(WorkOrder.opened_at, WorkOrder.id)
    )
    return {one.recurring_id: one for one in session.scalars(statement) if one.recurring_id}


def list_recurring(
    session: Session, viewer: Viewer, *, state: str, trade: str, wanted: Wanted
) -> Listed[RecurringWork]:
    """List the works that come again in homes the viewer may see."""
    statement = _seen(viewer)
    stands = {
        "running": (RecurringWork.paused_at.is_(None), RecurringWork.ended_at.is_(None)),
        "paused": (RecurringWork.paused_at.is_not(None), RecurringWork.ended_at.is_(None)),
        "ended": (RecurringWork.ended_at.is_not(None),),
    }
    statement = statement.where(*stands.get(state, ()))
    if trade:
        statement = statement.where(RecurringWork.trade == trade)
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=RecurringWork.id)


def _seen(viewer: Viewer) -> Select[RecurringWork]:
    return (
        select(RecurringWork)
        .outerjoin(RecurringWork.dwelling)
        .join(
            Residence,
            or_(
                Residence.id == RecurringWork.residence_id,
                Residence.id == Dwelling.residence_id,
            ),
        )
        .where(_within_sight(viewer))
        .options(joinedload(RecurringWork.dwelling).joinedload(Dwelling.residence))
        .options(joinedload(RecurringWork.residence), joinedload(RecurringWork.noted_by))
    )


def _within_sight(viewer: Viewer) -> ColumnElement[bool]:
    of_residence = RecurringWork.dwelling_id.is_(None) & residences_run(viewer)
    return or_(of_residence, RecurringWork.dwelling_id.is_not(None) & visible_homes(viewer))


def find_recurring(
    session: Session, work_id: uuid.UUID, *, viewer: Viewer, to_change: bool = False
) -> RecurringWork:
    """Find works that come again in a home the viewer may see, else raise NotFound."""
    work = session.scalars(_seen(viewer).where(RecurringWork.id == work_id)).unique().one_or_none()
    if work is None:
        raise NotFound("recurring_not_found")
    if to_change:
        hold = select(RecurringWork).where(RecurringWork.id == work.id)
        hold = hold.with_for_update(key_share=True)  # alone: what it is joined to may be missing
        session.scalars(hold.execution_options(populate_existing=True)).one()
    return work


# What may be done with works that come again, from where each stands.
ACTS = {
    "pause": ("running",),
    "resume": ("paused",),
    "end": ("running", "paused"),
    "again": ("ended",),
}


def acts_on(work: RecurringWork) -> list[str]:
    """List what may be done with works that come again, as they stand."""
    return [act for act, since in ACTS.items() if work.state in since]


def change_recurring(
    session: Session, work: RecurringWork, act: str, *, viewer: Viewer, now: datetime
) -> None:
    """Pause works that come again, let them go on, end them, or take them up again.

    Taken up after their day, the next turn is the first that is still to come. Raises Invalid,
    Conflict when they stand elsewhere by now.
    """
    if act not in ACTS:
        raise Invalid({"act": "bad_choice"})
    if act not in acts_on(work):
        raise Conflict("recurring_elsewhere")
    work.paused_at = now if act == "pause" else None
    work.ended_at = now if act == "end" else None
    work.changed_by_id = viewer.user_id
    today = today_in_paris(now)
    if act in ("resume", "again") and work.next_on is not None and work.next_on < today:
        work.next_on = _after(work.next_on, work.every_months, today)
