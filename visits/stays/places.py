"""Places of a residence: added, changed, withdrawn by hand and put back; none is ever deleted."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.folding import fold
from visits.models.portfolio import Dwelling
from visits.models.stays import TO_STAY_IN, WHOLE, Contract, Place, PlaceKind, Stay
from visits.sight import Viewer
from visits.sight.places import visible_places
from visits.stays.contracts import wrong_terms

NAME_LENGTH, WHY_LENGTH = 60, 300
HIGHEST_FEE = 5_000_00
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class PlaceSaid:
    """A place as it was typed; `fee` in cents a month, None where nothing was."""

    kind: str
    name: str
    contract: str = ""
    months: int | None = None
    fee: int | None = None
    since_on: date | None = None


def add_place(
    session: Session, dwelling: Dwelling, said: PlaceSaid, *, viewer: Viewer, now: datetime
) -> Place:
    """Add a place to a dwelling that the viewer may see.

    Raises Invalid by field; Conflict where a place of that name is, or one that is the whole.
    """
    _check(said, today=today_in_paris(now))
    assert said.since_on is not None
    place = Place(
        id=new_id(),
        dwelling_id=dwelling.id,
        kind=PlaceKind(said.kind),
        since_on=said.since_on,
        turn=0,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    _put(place, said)
    _room_for(session, place)
    session.add(place)
    session.flush()
    return place


def change_place(
    session: Session, place: Place, said: PlaceSaid, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Change how a place is called, what it costs, for how long; it stays what it is.

    Whoever stays there keeps the contract she has. Raises Invalid by field, Conflict.
    """
    read_just_now(place, turn)
    if place.withdrawn_on is not None:
        raise Conflict("place_withdrawn")
    _check(said, today=today_in_paris(now))
    if said.kind != place.kind:
        raise Invalid({"kind": "place_kind_stays"})
    assert said.since_on is not None
    first = session.scalar(select(func.min(Stay.from_on)).where(*_counting(place)))
    if first is not None and said.since_on > first:
        raise Invalid({"since_on": "place_stayed_in_before"})
    _put(place, said)
    place.since_on = said.since_on
    _room_for(session, place)
    place.changed_at, place.changed_by_id = now, viewer.user_id
    place.turn += 1
    session.flush()


def withdraw_place(
    session: Session, place: Place, why: str, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Withdraw a place from today on, with a reason; it stays readable.

    Raises Invalid without a reason, Conflict while somebody stays there.
    """
    read_just_now(place, turn)
    if place.withdrawn_on is not None:
        raise Conflict("place_withdrawn")
    why = why.strip()
    if not why or len(why) > WHY_LENGTH:
        raise Invalid({"why": "place_why_too_long" if why else "required"})
    if _is_stayed_in(session, place):
        raise Conflict("place_is_taken")
    place.withdrawn_on, place.withdrawn_by_id = today_in_paris(now), viewer.user_id
    place.withdrawn_why = why
    place.turn += 1
    session.flush()


def put_place_back(session: Session, place: Place, *, turn: int) -> None:
    """Let a place that was withdrawn count again, as if it had never been.

    Raises Conflict when it counts already, or something else took its room.
    """
    read_just_now(place, turn)
    if place.withdrawn_on is None:
        raise Conflict("place_not_withdrawn")
    _room_for(session, place)
    place.withdrawn_on = place.withdrawn_by_id = place.withdrawn_why = None
    place.turn += 1
    session.flush()


def find_place(
    session: Session, viewer: Viewer, place_id: uuid.UUID, *, to_change: bool = False
) -> Place:
    """Find a place the viewer may see, else raise NotFound; `to_change` waits for others."""
    statement = (
        select(Place)
        .join(Place.dwelling)
        .join(Dwelling.residence)
        .where(Place.id == place_id, visible_places(viewer))
        .options(
            contains_eager(Place.dwelling).contains_eager(Dwelling.residence),
            *(joinedload(one) for one in (Place.noted_by, Place.changed_by, Place.withdrawn_by)),
        )
    )
    if to_change:
        statement = statement.with_for_update(of=Place, key_share=True)
    place = session.scalars(statement).one_or_none()
    if place is None:
        raise NotFound("place_not_found")
    return place


def read_just_now(place: Place, turn: int) -> None:
    """Raise Conflict when a place is not as it was when it was read."""
    if place.turn != turn:
        raise Conflict("place_changed_meanwhile")


def _put(place: Place, said: PlaceSaid) -> None:
    place.name, place.fee, place.months = said.name.strip(), said.fee, said.months
    place.contract = Contract(said.contract) if said.contract else None


def _room_for(session: Session, place: Place) -> None:
    """Raise Conflict when the dwelling has no room for a place beside those that are there."""
    take_turn(session, f"places of {place.dwelling_id}")
    others = _standing(session, place)
    if any(fold(one.name) == fold(place.name) for one in others):
        raise Conflict("place_name_taken")
    if others and (place.kind in WHOLE or any(one.kind in WHOLE for one in others)):
        raise Conflict("place_whole_dwelling")


def _is_stayed_in(session: Session, place: Place) -> bool:
    take_turn(session, f"stays in {place.id}")
    return bool(session.scalar(select(exists().where(*_counting(place), Stay.ended_on.is_(None)))))


def _counting(place: Place) -> tuple[ColumnElement[bool], ...]:
    return Stay.place_id == place.id, Stay.withdrawn_at.is_(None)


def _standing(session: Session, place: Place) -> Sequence[Place]:
    beside = (Place.dwelling_id == place.dwelling_id, Place.id != place.id)
    with session.no_autoflush:
        standing = select(Place).where(*beside, Place.withdrawn_on.is_(None))
        return session.scalars(standing.order_by(Place.id)).all()


def _check(said: PlaceSaid, *, today: date) -> None:
    fields: dict[str, str] = {}
    if said.kind not in tuple(PlaceKind):
        fields["kind"] = "bad_choice" if said.kind else "required"
    elif said.kind in TO_STAY_IN:
        fields |= _wrong_terms(said)
    else:
        told = {"contract": said.contract, "months": said.months, "fee": said.fee}
        fields |= {name: "place_none_to_stay" for name, value in told.items() if value}
    if not said.name.strip():
        fields["name"] = "required"
    elif len(said.name.strip()) > NAME_LENGTH:
        fields["name"] = "place_name_too_long"
    if said.since_on is None:
        fields["since_on"] = "required"
    elif said.since_on > today + FURTHEST:
        fields["since_on"] = "too_far_ahead"
    if fields:
        raise Invalid(fields)


def _wrong_terms(said: PlaceSaid) -> dict[str, str]:
    fields = {}
    if said.contract not in tuple(Contract):
        fields["contract"] = "bad_choice" if said.contract else "required"
    elif why := wrong_terms(Contract(said.contract), said.months):
        fields["months"] = why
    if said.fee is not None and not 0 <= said.fee <= HIGHEST_FEE:
        fields["fee"] = "place_fee_out_of_range"
    return fields
