"""How far somebody gets in a home: each demand as one expression that is true, false, not known.

The register filters by these, a label asks for some, a transfer is matched against them: what is
shown as met or missing is what was asked of the database. The classes are those of the form of
accessibility. Widths: arrêté of 24 December 2015, art. 11, as dated parameters.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, null, or_, select
from sqlalchemy.orm import Session, aliased

from visits.forms.parameters import parameters_in_force
from visits.homes.traits import ENTRANCE_DOOR, INNER_DOOR, LEAVING, STEPS, current
from visits.models.people import LeaseToCome
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.traits import HomeTrait


class Demand(enum.StrEnum):
    """What a home may have to offer."""

    REACH = "reach"
    NO_STEPS = "no_steps"
    DOORS = "doors"
    SHOWER = "shower"
    GRAB_BARS = "grab_bars"
    RAISED_WC = "raised_wc"
    HANDRAIL = "handrail"
    MOTOR_SHUTTERS = "motor_shutters"


# By which notes a demand is met, each row one way to it; any other by the note of its own name.
MADE_BY: Mapping[str, tuple[tuple[str, ...], ...]] = {
    Demand.REACH: (),
    Demand.NO_STEPS: (("lift_access",), (STEPS,)),
    Demand.DOORS: ((ENTRANCE_DOOR, INNER_DOOR),),
    Demand.SHOWER: (("shower",), ("bathroom",)),
}


def made_by(name: str) -> tuple[tuple[str, ...], ...]:
    """Give the ways in which notes meet a demand, or a trait that is fitted."""
    return MADE_BY.get(name, ((name,),))


class AccessClass(enum.StrEnum):
    """How far a wheelchair gets."""

    USABLE = "usable"
    REACHABLE = "reachable"
    NOT_REACHABLE = "not_reachable"
    UNKNOWN = "unknown"


class Letting(enum.StrEnum):
    """Whether a home is let; `soon` when its lease ends or somebody said from when it is free.

    Of a home whose leases no file tells nobody knows, unless somebody said so.
    """

    FREE = "free"
    SOON = "soon"
    LET = "let"
    UNKNOWN = "unknown"


VACANT = (Letting.FREE, Letting.SOON)


@dataclass(frozen=True)
class Widths:
    """From which clear width, in mm, a door lets a wheelchair through."""

    entrance: int
    inner: int


def widths_on(session: Session, on: date) -> Widths:
    """Give the widths that count on a day."""
    numbers = parameters_in_force(session)
    entrance = numbers.find("wheelchair_entrance_door", on=on)
    inner = numbers.find("wheelchair_inner_door", on=on)
    return Widths(int(entrance.value), int(inner.value))


# A statement is never changed, and these cost more to build than to ask.
@cache
def value_of(trait: str) -> Any:
    """Give the value of a trait that counts for `Dwelling`, NULL where none is noted."""
    noted = aliased(HomeTrait)
    found = select(noted.value).where(
        noted.dwelling_id == Dwelling.id, noted.trait == trait, current(noted)
    )
    return found.limit(1).correlate(Dwelling).scalar_subquery()


def demands(widths: Widths) -> Mapping[Demand, ColumnElement[Any]]:
    """Give each demand as a condition on `Dwelling` and `Residence` that may be not known."""
    fitted = (Demand.GRAB_BARS, Demand.RAISED_WC, Demand.HANDRAIL, Demand.MOTOR_SHUTTERS)
    return {
        Demand.REACH: reached(),
        Demand.NO_STEPS: case(
            (value_of("lift_access") > 0, literal(True)), else_=value_of(STEPS) == 0
        ),
        Demand.DOORS: and_(
            value_of(ENTRANCE_DOOR) >= widths.entrance, value_of(INNER_DOOR) >= widths.inner
        ),
        Demand.SHOWER: _showered(),
        **{one: value_of(one.value) > 0 for one in fitted},
    }


def reached() -> ColumnElement[Any]:
    """Tell whether no stairs lead to a home: it is on the ground floor, or there is a lift."""
    return case(
        (Dwelling.floor == 0, literal(True)),
        (Residence.has_lift.is_(True), literal(True)),
        (and_(Dwelling.floor != 0, Residence.has_lift.is_(False)), literal(False)),
        else_=null(),
    )


def _showered() -> ColumnElement[Any]:
    """Tell whether a shower was fitted instead of a bath; of a home that has a bath, it was not."""
    return case(
        (or_(value_of("shower") > 0, value_of("bathroom") > 0), literal(True)),
        (Dwelling.has_bath.is_(True), literal(False)),
        else_=null(),
    )


def class_of(asked: Mapping[Demand, ColumnElement[Any]]) -> ColumnElement[Any]:
    """Give the class of a home."""
    there = and_(asked[Demand.REACH], asked[Demand.NO_STEPS])
    within = and_(asked[Demand.DOORS], asked[Demand.SHOWER])
    return case(
        (and_(there, within), literal(AccessClass.USABLE.value)),
        (there, literal(AccessClass.REACHABLE.value)),
        (~there, literal(AccessClass.NOT_REACHABLE.value)),
        else_=literal(AccessClass.UNKNOWN.value),
    )


@cache
def leaves_on() -> ColumnElement[Any]:
    """Give the day from which a home is or was free, as its leases say or, without, somebody.

    NULL where nobody said when.
    """
    lease = aliased(Tenancy)
    ended = select(func.max(lease.ended_on)).where(lease.dwelling_id == Dwelling.id)
    ever_let = exists().where(lease.dwelling_id == Dwelling.id).correlate(Dwelling)
    noted = aliased(HomeTrait)
    announced = select(func.max(noted.since)).where(
        noted.dwelling_id == Dwelling.id, noted.trait == LEAVING, current(noted), noted.value > 0
    )
    return case(
        (and_(ever_let, ~_let_without_end()), ended.correlate(Dwelling).scalar_subquery()),
        else_=announced.where(noted.since > _began()).scalar_subquery(),
    )


def letting_of(today: date) -> ColumnElement[Any]:
    """Tell whether a home is free, soon free or let on a day; one let again already is let."""
    coming = exists().where(
        LeaseToCome.dwelling_id == Dwelling.id,
        LeaseToCome.withdrawn_at.is_(None),
        LeaseToCome.starts_on >= today,
    )
    on = leaves_on()
    return case(
        (coming, literal(Letting.LET.value)),
        (and_(_let_without_end(), on.is_(None)), literal(Letting.LET.value)),
        (on.is_(None), literal(Letting.UNKNOWN.value)),
        (or_(_let_without_end(), on > today), literal(Letting.SOON.value)),
        else_=literal(Letting.FREE.value),
    )


@cache
def _let_without_end() -> ColumnElement[bool]:
    lease = aliased(Tenancy)
    running = (lease.dwelling_id == Dwelling.id, lease.ended_on.is_(None))
    return exists().where(*running).correlate(Dwelling)


@cache
def _began() -> Any:
    """Give when the last lease began: what was announced before is of another household."""
    lease = aliased(Tenancy)
    began = select(func.max(lease.started_on)).where(lease.dwelling_id == Dwelling.id)
    return func.coalesce(began.correlate(Dwelling).scalar_subquery(), date.min)
