"""The address of a residence, corrected by hand and placed anew: no later file replaces it."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.corrections import ADDRESS
from visits.mapping.points import refresh_map
from visits.models.homes import HomeChange, Placing
from visits.models.portfolio import Dwelling, Residence
from visits.portfolio.addresses import address_key, city_key
from visits.portfolio.new_home import ADDRESS_LENGTH, CITY_LENGTH
from visits.sight import Viewer

# What an address is, column by column: it is corrected and put back together.
PLACED = ("address", "address_key", "postcode", "city", "insee", "lat", "lon", "h3")


@dataclass(frozen=True)
class AddressSaid:
    """An address as it was typed, with where it is in degrees, where somebody knows."""

    address: str
    postcode: str
    city: str
    lat: str = ""
    lon: str = ""


def correct_address(
    session: Session, residence: Residence, said: AddressSaid, *, viewer: Viewer, now: datetime
) -> HomeChange:
    """Correct where a residence is; it is placed as typed, or as another one at that address.

    Otherwise it is on no map until somebody says where it is: its old place was another's. Raises
    Invalid, field by field, Conflict when nothing would change.
    """
    address, postcode, city, place = _checked(said)
    was = {name: getattr(residence, name) for name in PLACED}
    same_place = (address_key(address), postcode) == (was["address_key"], was["postcode"])
    same_place = same_place and city_key(city) == city_key(was["city"])
    if (address, postcode, city) == (was["address"], was["postcode"], was["city"]) and place in (
        None, (was["lat"], was["lon"]),
    ):  # fmt: skip
        raise Conflict("nothing_changes")
    residence.address, residence.address_key = address, address_key(address)
    residence.postcode, residence.city = postcode, city
    if place is not None:
        residence.lat, residence.lon, residence.h3 = *place, None
        session.execute(delete(Placing).where(Placing.residence_id == residence.id))
    if not same_place:
        _place(session, residence, placed=place is not None)
    change = HomeChange(
        residence_id=residence.id, field=ADDRESS, before=_text(was),
        after=_text({name: getattr(residence, name) for name in PLACED}), undo=was, noted_at=now,
        noted_by_id=viewer.user_id,
    )  # fmt: skip
    session.add(change)
    _refresh(session, residence)
    return change


def _checked(said: AddressSaid) -> tuple[str, str, str, tuple[float, float] | None]:
    address, postcode, city = said.address.strip(), said.postcode.strip(), said.city.strip()
    fields = {}
    for name, text, most in (("address", address, ADDRESS_LENGTH), ("city", city, CITY_LENGTH)):
        if not text:
            fields[name] = "required"
        elif len(text) > most:
            fields[name] = "too_long"
    if not re.fullmatch(r"\d{5}", postcode):
        fields["postcode"] = "bad_postcode" if postcode else "required"
    place = None
    typed = {"lat": said.lat.strip(), "lon": said.lon.strip()}
    if any(typed.values()):
        numbers = {}
        for name, most in (("lat", 90), ("lon", 180)):
            try:
                numbers[name] = float(typed[name].replace(",", "."))
                if not -most <= numbers[name] <= most:
                    raise ValueError("out of range")
            except ValueError:
                fields[name] = "bad_degrees"
        place = (numbers.get("lat", 0.0), numbers.get("lon", 0.0))
    if fields:
        raise Invalid(fields)
    return address, postcode, city, place


def _place(session: Session, residence: Residence, *, placed: bool) -> None:
    """Take from the landlord's other residences what is known of an address and its commune."""
    others = (
        select(Residence)
        .where(Residence.landlord_id == residence.landlord_id, Residence.id != residence.id)
        .where(Residence.postcode == residence.postcode)
        .order_by(Residence.id)
    )
    near = [
        one for one in session.scalars(others) if city_key(one.city) == city_key(residence.city)
    ]
    residence.insee = next((one.insee for one in near if one.insee), None)
    if placed:
        return
    there = [
        one for one in near if one.address_key == residence.address_key and one.lat is not None
    ]
    same = there[0] if there else None
    residence.lat, residence.lon = (same.lat, same.lon) if same else (None, None)
    residence.h3 = same.h3 if same else None


def addresses_of(session: Session, residence: Residence) -> Sequence[HomeChange]:
    """List the corrections of a residence's address, the latest first."""
    statement = (
        select(HomeChange)
        .where(HomeChange.residence_id == residence.id, HomeChange.field == ADDRESS)
        .options(joinedload(HomeChange.noted_by))
        .order_by(HomeChange.noted_at.desc(), HomeChange.id.desc())
    )
    return session.scalars(statement).all()


def addresses_corrected(
    session: Session, landlord_id: uuid.UUID
) -> list[tuple[uuid.UUID, str, str]]:
    """Give the residences whose address was corrected, each with a key and postcode of before."""
    statement = (
        select(Residence.id, HomeChange.undo)
        .join(HomeChange, HomeChange.residence_id == Residence.id)
        .where(Residence.landlord_id == landlord_id)
        .where(HomeChange.field == ADDRESS, HomeChange.taken_back_at.is_(None))
        .order_by(HomeChange.noted_at, HomeChange.id)
    )
    return [
        (residence_id, undo["address_key"], undo["postcode"])
        for residence_id, undo in session.execute(statement)
        if undo is not None
    ]


def take_address_back(
    session: Session, residence: Residence, change_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a residence be where it was before; files count again for it.

    Raises NotFound, Conflict for a correction that another one followed.
    """
    changes = addresses_of(session, residence)
    one = next((one for one in changes if one.id == change_id), None)
    if one is None:
        raise NotFound("not_found")
    if one is not next((one for one in changes if one.taken_back_at is None), None):
        raise Conflict("not_to_take_back")
    one.taken_back_at, one.taken_back_by_id = now, viewer.user_id
    for name in PLACED:
        setattr(residence, name, (one.undo or {})[name])
    _refresh(session, residence)


def _refresh(session: Session, residence: Residence) -> None:
    session.flush()
    homes = select(Dwelling.id).where(Dwelling.residence_id == residence.id)
    refresh_map(session, session.scalars(homes).all())


def _text(stands: dict[str, Any]) -> str:
    text = f"{stands['address']}, {stands['postcode']} {stands['city']}"
    if stands["lat"] is None:
        return text
    return f"{text} ({stands['lat']:.5f}, {stands['lon']:.5f})"
