"""A work order that no visit called for: somebody rang, or saw what is broken."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from diagnostics.codes import HOME_OF_TRADE, RESIDENCE, TRADES
from visits.ground.db import new_id
from visits.ground.deadlines import due_at, midnight_in_paris, today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.mapping.points import refresh_map
from visits.models.people import AccessKind, Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.stays import Place as PlaceToStay
from visits.models.stays import Stay
from visits.models.works import (
    OPEN_STATES,
    URGENT,
    CameFrom,
    OrderStep,
    Place,
    Severity,
    WorkOrder,
    WorkOrderState,
)
from visits.sight import Viewer, visible_persons, visible_work_orders
from visits.sight.access_log import log_access
from visits.works.delays import chosen_end, latest_for
from visits.works.findings import ONE_IN_A_HOME
from visits.works.history import Words, take_step
from visits.works.moves import MoveSaid, move_work_order
from visits.works.work_orders import new_reference

DESCRIPTION_LENGTH = 500
ACCESS_LENGTH = 300
EARLIEST = timedelta(days=366)
IN_A_HOME = (
    Place.KITCHEN,
    Place.BATHROOM,
    Place.TOILET,
    Place.LIVING_ROOM,
    Place.BEDROOM,
    Place.HALLWAY,
    Place.BALCONY,
    Place.CELLAR,
    Place.ELSEWHERE,
)
IN_COMMON = (
    Place.ENTRANCE,
    Place.STAIRS,
    Place.LIFT,
    Place.LANDING,
    Place.CELLAR,
    Place.PARKING,
    Place.BINS,
    Place.OUTSIDE,
    Place.ROOF,
    Place.ELSEWHERE,
)
Home = Dwelling | Residence


@dataclass(frozen=True)
class OrderSaid:
    """A work order as it was typed; without a `due_on` it waits as long as its severity may.

    `found_on` is when somebody saw it, today if nothing is said.
    """

    trade: str
    severity: str
    place: str
    description: str
    came_from: str
    due_on: date | None = None
    found_on: date | None = None
    access: str = ""


def places_in(home: Home) -> tuple[Place, ...]:
    """List where in a dwelling, or in what is common in a residence, something may be to do."""
    return IN_A_HOME if isinstance(home, Dwelling) else IN_COMMON


def deadline_of(session: Session, said: OrderSaid, home: Home, *, now: datetime) -> datetime:
    """Give by when it must be done; raises Invalid for a day that cannot be.

    What is urgent never waits longer than its severity says.
    """
    today = today_in_paris(now)
    found_on = said.found_on or today
    if found_on > today:
        raise Invalid({"found_on": "must_not_be_future"})
    if found_on < today - EARLIEST:
        raise Invalid({"found_on": "found_too_long_ago"})
    since = min(now, due_at(midnight_in_paris(found_on), "0d")) if found_on < today else now
    severity = Severity(said.severity)
    latest = latest_for(session, severity, home.landlord_id, since=since)
    if said.due_on is None:
        return latest
    bound = latest if severity in URGENT else None
    return chosen_end(said.due_on, found_on=found_on, latest=bound, now=now)


def checked(session: Session, said: OrderSaid, home: Home, *, now: datetime) -> OrderSaid:
    """Give what was typed without its blanks; raises Invalid, field by field."""
    said = replace(said, description=said.description.strip(), access=said.access.strip())
    allowed = {
        "trade": tuple(TRADES),
        "severity": tuple(Severity),
        "place": places_in(home),
        "came_from": tuple(CameFrom),
    }
    fields = {}
    for name, choices in allowed.items():
        if getattr(said, name) not in choices:
            fields[name] = "bad_choice" if getattr(said, name) else "required"
    if not said.description:
        fields["description"] = "required"
    if len(said.description) > DESCRIPTION_LENGTH:
        fields["description"] = "too_long"
    if len(said.access) > ACCESS_LENGTH:
        fields["access"] = "too_long_for_access"
    if "severity" not in fields:
        try:
            deadline_of(session, said, home, now=now)
        except Invalid as refused:
            fields |= refused.fields
    if fields:
        raise Invalid(fields)
    return said


def tenants_of(session: Session, dwelling: Dwelling, viewer: Viewer) -> Sequence[Person]:
    """List who lives in a dwelling, under a lease or in a place, of those the viewer may see."""
    living_there = (
        select(Occupancy.person_id)
        .join(Occupancy.tenancy)
        .where(Tenancy.dwelling_id == dwelling.id, Tenancy.ended_on.is_(None))
        .where(Occupancy.ended_on.is_(None))
    )
    staying_there = (
        select(Stay.person_id)
        .join(Stay.place)
        .where(PlaceToStay.dwelling_id == dwelling.id)
        .where(Stay.ended_on.is_(None), Stay.withdrawn_at.is_(None))
    )
    there = or_(Person.id.in_(living_there), Person.id.in_(staying_there))
    seen = (there, Person.died_on.is_(None), visible_persons(viewer))
    return session.scalars(select(Person).where(*seen).order_by(Person.name_key, Person.id)).all()


def wait_for_home(session: Session, home: Home) -> None:
    """Wait until nobody else opens an order in a home: two would not know of each other."""
    model = type(home)
    session.execute(select(model.id).where(model.id == home.id).with_for_update(key_share=True))


def alike(
    session: Session, viewer: Viewer, home: Home, trade: str, place: str
) -> Sequence[WorkOrder]:
    """List the open orders that may be about the same, of those the viewer may see.

    Of a trade in a home: those of the same place, or of none that is known; for a dwelling, those
    of what is common in its residence as well; of a lift, those of all homes of its residence.
    """
    same_place = or_(WorkOrder.place.is_(None), WorkOrder.place.in_([place, Place.ELSEWHERE]))
    if place == Place.ELSEWHERE:
        same_place = WorkOrder.trade == trade
    house = home.residence_id if isinstance(home, Dwelling) else home.id
    of_house = HOME_OF_TRADE.get(trade) == RESIDENCE or isinstance(home, Residence)
    if of_house and trade in ONE_IN_A_HOME:
        homes = select(Dwelling.id).where(Dwelling.residence_id == house)
        here = or_(WorkOrder.residence_id == house, WorkOrder.dwelling_id.in_(homes))
    elif isinstance(home, Dwelling):
        of_residence = WorkOrder.residence_id == house
        here = or_((WorkOrder.dwelling_id == home.id) & same_place, of_residence)
    else:
        here = (WorkOrder.residence_id == house) & same_place
    statement = (
        select(WorkOrder)
        .outerjoin(WorkOrder.person)
        .where(here, WorkOrder.trade == trade, WorkOrder.state.in_(OPEN_STATES))
        .where(visible_work_orders(viewer))
        .options(joinedload(WorkOrder.consequence))
        .order_by(WorkOrder.opened_at, WorkOrder.id)
    )
    return session.scalars(statement).all()


def open_by_hand(
    session: Session,
    home: Home,
    said: OrderSaid,
    *,
    person: Person | None = None,
    viewer: Viewer,
    now: datetime,
) -> WorkOrder:
    """Open a work order that no visit called for, in a dwelling or in a residence.

    `person` lives there, and is whom to ring. Raises Invalid, field by field.
    """
    said = checked(session, said, home, now=now)
    due = deadline_of(session, said, home, now=now)
    order = WorkOrder(
        id=new_id(),
        reference=new_reference(),
        dwelling_id=home.id if isinstance(home, Dwelling) else None,
        residence_id=home.id if isinstance(home, Residence) else None,
        person_id=person.id if person else None,
        said_severity=Severity(said.severity),
        said_due_at=due,
        opened_by_id=viewer.user_id,
        came_from=CameFrom(said.came_from),
        place=Place(said.place),
        trade=said.trade,
        severity=Severity(said.severity),
        description=said.description,
        state=WorkOrderState.OPEN,
        opened_at=now,
        due_at=due,
        found_on=said.found_on,
        access=said.access or None,
    )
    session.add(order)
    refresh_map(session, [order.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person.id] if person else [],
        kind=AccessKind.WRITE,
        what="work_order_open",
        now=now,
    )
    return order


def may_take_back(order: WorkOrder) -> bool:
    """Tell whether an order was opened by hand, no visit found it too and nobody has begun it."""
    alone = order.opened_by_id is not None and not order.findings
    return alone and order.state is WorkOrderState.OPEN


def take_order_back(
    session: Session, order: WorkOrder, *, note: str, viewer: Viewer, now: datetime
) -> None:
    """Cancel an order that was opened by hand by mistake; `note` says why.

    Raises Invalid without a note, Conflict for one that a visit called for or somebody began.
    """
    if not may_take_back(order):
        raise Conflict("work_order_begun")
    cancelled, said = WorkOrderState.CANCELLED, MoveSaid(note=note)
    move_work_order(session, order, cancelled, said, viewer=viewer, now=now)


def find_tenant(
    session: Session, dwelling: Dwelling, viewer: Viewer, person_id: uuid.UUID
) -> Person:
    """Find who lives in a dwelling and may be seen; raises Invalid for anybody else."""
    for person in tenants_of(session, dwelling, viewer):
        if person.id == person_id:
            return person
    raise Invalid({"person": "bad_choice"})


def note_access(
    session: Session,
    order: WorkOrder,
    access: str,
    person: Person | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Note how to get in and when somebody is there, and whom to ring: a step as any other.

    Raises Invalid, Conflict for an order that is closed, or that answers are about somebody else.
    """
    access = access.strip()
    if len(access) > ACCESS_LENGTH:
        raise Invalid({"access": "too_long_for_access"})
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    changes: dict[str, Any] = {"access": access or None}
    if may_name_tenant(order):
        changes["person_id"] = person.id if person is not None else None
    persons = {order.person_id, changes.get("person_id")} - {None}
    if any(getattr(order, name) != value for name, value in changes.items()):
        said = Words(note=access)
        take_step(order, OrderStep.ACCESS, by=viewer.user_id, now=now, said=said, **changes)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=sorted(filter(None, persons)),
        kind=AccessKind.WRITE,
        what="work_order_access",
        now=now,
    )


def may_name_tenant(order: WorkOrder) -> bool:
    """Tell whether somebody may say whom to ring: answers say themselves whom they are about."""
    return order.dwelling_id is not None and order.consequence_id is None
