"""Two who live together part, in one act: who stays keeps the lease, who leaves is gone.

Whoever leaves has the event of her own that any move is; it is part of that of who stays, so that
all of it is taken back together.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid
from visits.life.arrivals import ROLES as ROLES_OF_ARRIVAL
from visits.life.arrivals import Arriving, record_arrival
from visits.life.endings import Told
from visits.life.events import check_day, keep_event, log_event
from visits.life.moves import record_departure
from visits.models.life import EventKind, LifeEvent
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.people.roles import ROLES, note_role
from visits.sight import Viewer, visible_persons


@dataclass(frozen=True)
class Parting:
    """Who leaves whom on a day, who else leaves along, and where to as far as it is known.

    `role` is what who stays is from then on. `home` says which one is left, where they share
    several. With `joins` they come to those who live in the new dwelling.
    """

    leaves: Person
    stays: Person
    on: date
    role: str = "holder"
    along: Sequence[Person] = ()
    home: uuid.UUID | None = None
    to: Dwelling | None = None
    joins: bool = False
    where_to: str = ""


def record_separation(session: Session, parting: Parting, *, told: Told) -> LifeEvent:
    """Note that somebody left the home she shares; gives the event of who stays.

    For those who leave it is a move: into the new dwelling their cases come along, otherwise they
    end here. Raises Invalid, field by field, Conflict when they share no home.
    """
    assert told.by is not None  # a page, and nothing else, tells it
    check_day(parting.on, now=told.now)
    stay = _shared(session, parting)
    lease = stay.tenancy
    if lease.started_on is not None and parting.on < lease.started_on:
        raise Invalid({"on": "before_lease"})
    if parting.role not in ROLES:
        raise Invalid({"new_role": "bad_choice"})
    roles = []
    if stay.role != parting.role:
        roles.append(str(note_role(session, stay, parting.role, by=told.by, now=told.now).id))
    event = keep_event(
        session, EventKind.SEPARATION, parting.stays.id, home=lease.dwelling_id, on=parting.on,
        told=told, undo={"roles": roles},
    )  # fmt: skip
    session.flush()
    was = {one.person_id: one.role for one in _living(session, lease)}
    if any(one.id not in was for one in parting.along):
        raise Conflict("household_changed")
    for number, person in enumerate((parting.leaves, *parting.along)):
        follows = number > 0
        part = _leave(session, person, parting, lease, was[person.id], follows, told)
        part.part_of_id = event.id
    session.flush()
    log_event(session, event)
    return event


def _leave(
    session: Session,
    person: Person,
    parting: Parting,
    lease: Tenancy,
    role: str | None,
    follows: bool,
    told: Told,
) -> LifeEvent:
    if parting.to is None:
        return record_departure(
            session, person, lease.dwelling_id, on=parting.on, where_to=parting.where_to, told=told
        )
    as_before = role if role in ROLES_OF_ARRIVAL else "other"
    assert as_before is not None
    joins = parting.joins or follows
    arriving = Arriving(parting.to, parting.on, as_before if joins else "holder", joins)
    return record_arrival(session, person, arriving, told=told)


def _shared(session: Session, parting: Parting) -> Occupancy:
    """Give the stay of who stays, in the home that both live in."""
    theirs = select(Occupancy.tenancy_id).where(
        Occupancy.person_id == parting.leaves.id, Occupancy.ended_on.is_(None)
    )
    statement = (
        select(Occupancy)
        .join(Occupancy.tenancy)
        .where(Occupancy.person_id == parting.stays.id, Occupancy.ended_on.is_(None))
        .where(Occupancy.tenancy_id.in_(theirs), Tenancy.ended_on.is_(None))
        .options(joinedload(Occupancy.tenancy))
        .order_by(Occupancy.id)
    )
    if parting.home is not None:
        statement = statement.where(Tenancy.dwelling_id == parting.home)
    found = session.scalars(statement).all()
    if parting.leaves is parting.stays or not found:
        raise Conflict("do_not_live_together")
    if len(found) > 1:
        raise Invalid({"home": "required"})
    return found[0]


def _living(session: Session, lease: Tenancy) -> Sequence[Occupancy]:
    living = select(Occupancy).where(Occupancy.tenancy_id == lease.id)
    return session.scalars(living.where(Occupancy.ended_on.is_(None))).all()


def parted_with(
    session: Session, viewer: Viewer, events: Sequence[LifeEvent]
) -> Mapping[uuid.UUID, Sequence[Person]]:
    """Give by event of a separation the others it is about, of those the viewer may see."""
    acts = {one.id: one.part_of_id or one.id for one in events}
    statement = (
        select(LifeEvent.part_of_id, LifeEvent.id, Person)
        .join(LifeEvent.person)
        .where(or_(LifeEvent.id.in_(acts.values()), LifeEvent.part_of_id.in_(acts.values())))
        .where(visible_persons(viewer))
        .order_by(Person.name_key, Person.id)
    )
    by_act: dict[uuid.UUID, list[Person]] = {}
    for part_of, event_id, person in session.execute(statement):
        by_act.setdefault(part_of or event_id, []).append(person)
    return {
        one.id: [other for other in by_act.get(acts[one.id], ()) if other.id != one.person_id]
        for one in events
    }
