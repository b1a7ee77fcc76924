"""What the landlord's own technicians have planned, and what a tablet of theirs brought back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.models.accounts import User
from visits.models.interventions import Outcome
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.works import OPEN_STATES, Severity, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderLink
from visits.sight import Viewer
from visits.sight.reach import hidden_homes
from visits.works.assigning import assign_order
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.interventions import InterventionSaid, SentFile, receive
from visits.works.moves import MoveSaid, move_work_order
from visits.works.teams import TeamSaid, add_team
from webapp.access.auth import Action
from webapp.demo.calendar import moment, working_days_after
from webapp.demo.cast import acting
from webapp.demo.photos import photo, signature
from webapp.demo.story import Story

TEAM = "Équipe Oise"
# In how many working days, and when in the day: today first.
PLANNED = ((0, "09:00"), (0, "11:00"), (0, "14:30"), (1, "10:00"), (2, "morning"), (4, "13:30"))


@dataclass(frozen=True)
class _Time:
    """One time that he was there: what was asked, what he noted; `cancelled` before it came."""

    asked: OrderSaid
    note: str
    parts: str
    minutes: int
    cancelled: str = ""


TIMES = (
    _Time(
        OrderSaid("plumbing", "U3", "kitchen", "L’évier fuit sous le meuble.", "tenant"),
        "Siphon remplacé, raccord resserré, essai sans fuite.",
        "1 siphon 40 mm, 1 joint",
        35,
    ),
    _Time(
        OrderSaid("electricity", "U3", "living_room", "Une prise du mur est descellée.", "tenant"),
        "Prise refixée et contrôlée.",
        "1 boîte d’encastrement",
        20,
        cancelled="Le locataire a dit que c’était réparé.",
    ),
)


def plan_some(session: Session, *, by: Viewer, mate: User, now: datetime) -> None:
    """Plan a few of the orders of our own service: today's are his, the others their team's."""
    members = frozenset({by.user_id, mate.id})
    ours = TeamSaid(TEAM, members, frozenset({"plumbing", "electricity"}), mate.organisation_id)
    team = add_team(session, ours, viewer=by, now=now)
    by_link = select(WorkOrderLink.work_order_id)
    waiting = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.state.in_(OPEN_STATES))
        .where(or_(Person.protected.is_(False), WorkOrder.residence_id.is_not(None)))
        .where(WorkOrder.severity.in_((Severity.U2, Severity.U3)))
        .where(WorkOrder.state.not_in((WorkOrderState.STARTED, WorkOrderState.REFUSED)))
        .where(WorkOrder.given_to_id.is_(None), WorkOrder.id.not_in(by_link))
        .order_by(WorkOrder.opened_at.desc(), WorkOrder.id)
    )
    today = today_in_paris(now)
    for order, (days, part) in zip(session.scalars(waiting), PLANNED, strict=False):
        on = working_days_after(today, days)
        told = "phone" if order.person_id is not None else ""
        said = MoveSaid(planned_on=on, planned_part=part, told_how=told)
        move_work_order(session, order, WorkOrderState.PLANNED, said, viewer=by, now=now)
        to_whom = team.id if days else by.user_id
        assign_order(session, order, to_whom, viewer=by, now=now)


def bring_back_some(story: Story) -> None:
    """Let his tablet tell of two orders: one is done, one was cancelled before the tablet told."""
    first = working_days_after(today_in_paris(story.now) - timedelta(days=7), 2)
    day = working_days_after(first, 1)
    for place, one in enumerate(TIMES):
        there = moment(day, time(10, 25 + 20 * place))
        story.timeline.at(moment(first, time(9, 10)), partial(_ask, story, place, one, there))


def _ask(story: Story, place: int, one: _Time, there: datetime, now: datetime) -> None:
    session, by = story.session, acting(story.cast.technician, Action.OPEN_WORKS)
    home, person = _homes(session)[place]
    order = open_by_hand(session, home, one.asked, person=person, viewer=by, now=now)
    plan = MoveSaid(planned_on=there.date(), planned_part="10:00", told_how="phone")
    moves = [(now + timedelta(minutes=35), WorkOrderState.PLANNED, plan)]
    if one.cancelled:
        call_off = there - timedelta(minutes=95)
        moves.append((call_off, WorkOrderState.CANCELLED, MoveSaid(note=one.cancelled)))
    for at, state, said in moves:
        story.timeline.at(at, partial(_move, story, order, state, said))
    story.timeline.at(there, partial(_tell, story, order, one))


def _move(
    story: Story, order: WorkOrder, state: WorkOrderState, said: MoveSaid, now: datetime
) -> None:
    by = acting(story.cast.technician, Action.OPEN_WORKS)
    move_work_order(story.session, order, state, said, viewer=by, now=now)


def _tell(story: Story, order: WorkOrder, one: _Time, now: datetime) -> None:
    told = InterventionSaid(
        id=uuid.uuid5(order.id, "intervention"),
        content=one.note.encode(),
        outcome=Outcome.DONE,
        began_at=now - timedelta(minutes=one.minutes),
        ended_at=now,
        note=one.note,
        parts=one.parts,
        minutes=one.minutes,
    )
    by = acting(story.cast.technician, Action.OPEN_WORKS)
    receive(story.session, story.store, order.id, told, FILES, more=False, viewer=by, now=now)


FILES = (
    SentFile("before-1.png", "image/png", photo(3)),
    SentFile("after-1.png", "image/png", photo(8)),
    SentFile("signature-1.png", "image/png", signature()),
)


def _homes(session: Session) -> Sequence[tuple[Dwelling, Person]]:
    """Give homes with somebody who lives there, none of them hidden."""
    lived_in = (
        select(Dwelling, Person)
        .join(Tenancy, Tenancy.dwelling_id == Dwelling.id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .join(Person, Person.id == Occupancy.person_id)
        .where(Tenancy.ended_on.is_(None), Occupancy.ended_on.is_(None))
        .where(Dwelling.id.not_in(hidden_homes()), Person.protected.is_(False))
        .order_by(Dwelling.reference.desc(), Dwelling.id, Person.id)
        .limit(len(TIMES))
    )
    return [(home, person) for home, person in session.execute(lived_in)]
