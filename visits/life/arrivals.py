"""Somebody comes to live in a home of the stock: under a lease of her own, or with who is there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from visits.cases.stages import MOVED
from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.life.endings import Before, GivenBack, Told, end_cases, leave_homes, live_again
from visits.life.events import check_day, keep_event, log_event
from visits.life.moves import cases_that_follow, follow_home
from visits.mapping.points import refresh_map
from visits.models.cases import Case
from visits.models.life import EventKind, LifeEvent
from visits.models.people import AloneSaid, HouseholdContact, Occupancy, Person, RoleChange
from visits.models.portfolio import Dwelling, Tenancy
from visits.people.protection import protect_who_joined, wait_to_protect
from visits.transfers.wishes import end_by_moves, take_wishes_up

ROLES = ("holder", "spouse", "child", "other")


@dataclass(frozen=True)
class Arriving:
    """Somebody comes to live in a dwelling on a day, as what.

    With `joins` she comes to those who live there; otherwise under a lease of her own.
    """

    home: Dwelling
    on: date
    role: str = "holder"
    joins: bool = False


def record_arrival(
    session: Session, person: Person, arriving: Arriving, *, told: Told
) -> LifeEvent:
    """Note that a person came to live in a dwelling; she leaves where she lived until then.

    Her open cases come along with what is planned in them, and so do those that an earlier move
    had closed; the wish to move to this home is done. A home where somebody is protected protects
    her too. Raises Invalid for a home that is let to others when she does not join them.
    """
    wait_to_protect(session)
    take_turn(session, f"home {arriving.home.id}")
    check_day(arriving.on, now=told.now, field="arrived_on")
    if arriving.role not in ROLES:
        raise Invalid({"role": "bad_choice"})
    if arriving.home.landlord_id != person.landlord_id:
        raise Invalid({"home_reference": "home_not_found"})  # another landlord's tenant
    if person.died_on is not None:
        raise Conflict("already_died")
    old = _homes(session, person)
    if arriving.home.id in old:
        raise Conflict("lives_there_already")
    lease, new = _lease(session, arriving)
    before: Before = leave_homes(session, person.id, on=arriving.on)
    before |= {"joined": str(lease.id), "new_lease": new, "joined_alone": lease.lives_alone}
    lease.lives_alone = None
    stay, before["lived_there"] = _lodge(session, person, lease, arriving)
    before["occupancy"] = str(stay.id)
    cases = cases_that_follow(session, [person.id]).get(person.id, [])
    before["followed"] = [[str(one.id), _text(one.dwelling_id), one.is_open] for one in cases]
    concerned = follow_home(session, cases, arriving.home.id)
    protect_who_joined(session, {person.id: arriving.home.id}, now=told.now)
    before["transfers"] = end_by_moves(session, [person.id], now=told.now)
    event = keep_event(
        session, EventKind.MOVE_IN, person.id, home=arriving.home.id, on=arriving.on, told=told,
        undo=before,
    )  # fmt: skip
    session.flush()
    refresh_map(session, concerned | set(old))
    log_event(session, event)
    return event


def _homes(session: Session, person: Person) -> Sequence[uuid.UUID]:
    statement = (
        select(Tenancy.dwelling_id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person.id)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
        .distinct()
        .order_by(Tenancy.dwelling_id)
    )
    return session.scalars(statement).all()


def _lease(session: Session, arriving: Arriving) -> tuple[Tenancy, bool]:
    """Give the lease she comes under, and whether it is a new one."""
    open_ones = session.scalars(
        select(Tenancy)
        .where(Tenancy.dwelling_id == arriving.home.id, Tenancy.ended_on.is_(None))
        .order_by(Tenancy.started_on.desc(), Tenancy.id.desc())
    ).all()
    if arriving.joins:
        if not open_ones:
            raise Invalid({"joins": "nobody_there"})
        return open_ones[0], False
    if open_ones:
        raise Invalid({"home_reference": "home_is_let"})
    lease = Tenancy(dwelling_id=arriving.home.id, started_on=arriving.on)
    session.add(lease)
    session.flush()
    return lease, True


def _lodge(
    session: Session, person: Person, lease: Tenancy, arriving: Arriving
) -> tuple[Occupancy, list[str | None] | None]:
    """Let her live under a lease; whoever comes back has her stay of before again, as it was."""
    same = (Occupancy.person_id == person.id, Occupancy.tenancy_id == lease.id)
    stay, was = session.scalars(select(Occupancy).where(*same)).one_or_none(), None
    if stay is None:
        stay = Occupancy(person_id=person.id, tenancy_id=lease.id)
        session.add(stay)
    else:
        was = [stay.role, *(_text(day) for day in (stay.started_on, stay.ended_on))]
    stay.role, stay.started_on, stay.ended_on = arriving.role, arriving.on, None
    session.flush()
    return stay, was


def undo_arrival(session: Session, event: LifeEvent, *, by: uuid.UUID, now: datetime) -> GivenBack:
    """Let somebody live again where she lived before she came; who was protected stays so.

    Whoever was a contact of the household until then is one again.
    Cases that had been opened again for it are closed as they were. Raises Conflict when she has
    left again since.
    """
    before = event.undo or {}
    stay = session.get(Occupancy, uuid.UUID(before["occupancy"]))
    if stay is None or stay.ended_on is not None:
        raise Conflict("not_to_take_back")
    lease = stay.tenancy
    since = (RoleChange.occupancy_id == stay.id, RoleChange.noted_at >= event.noted_at)
    session.execute(delete(RoleChange).where(*since))
    if was := before.get("lived_there"):  # she had lived there before
        stay.role = was[0]
        stay.started_on, stay.ended_on = (date.fromisoformat(d) if d else None for d in was[1:])
    else:
        session.delete(stay)
    session.flush()
    others = select(Occupancy.id).where(Occupancy.tenancy_id == lease.id).limit(1)
    if session.scalar(others) is None and _began_by_hand(session, lease):
        session.execute(delete(AloneSaid).where(AloneSaid.tenancy_id == lease.id))
        session.delete(lease)
    elif lease.lives_alone is None:
        lease.lives_alone = before["joined_alone"]
    contact = update(HouseholdContact).where(HouseholdContact.moved_in_id == event.id)
    session.execute(contact.values(ended_at=None, ended_by_id=None, moved_in_id=None))
    back = GivenBack()
    live_again(session, before, back)
    take_wishes_up(session, before.get("transfers", ()), now=now)
    concerned: set[uuid.UUID | None] = {event.dwelling_id}
    told = Told(event.how, by, now, late=True)
    for number, home, was_open in before["followed"]:
        case = session.get_one(Case, uuid.UUID(number))
        if case.is_open and not was_open:
            end_cases(session, [case], MOVED, told, on=today_in_paris(told.now))
        if case.dwelling_id == event.dwelling_id:
            case.dwelling_id = uuid.UUID(home) if home else None
            concerned.add(case.dwelling_id)
    session.flush()
    refresh_map(session, concerned)
    return back


def _began_by_hand(session: Session, lease: Tenancy) -> bool:
    """Tell whether a lease is one that an arrival began, hers or that of who came with her."""
    told = select(LifeEvent).where(LifeEvent.dwelling_id == lease.dwelling_id)
    return any(
        event.undo["joined"] == str(lease.id) and event.undo["new_lease"]
        for event in session.scalars(told.order_by(LifeEvent.id))
        if event.kind is EventKind.MOVE_IN and event.undo
    )


def _text(said: uuid.UUID | date | None) -> str | None:
    return str(said) if said else None
