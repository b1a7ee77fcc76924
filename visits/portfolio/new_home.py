"""A dwelling written down by hand, with its residence: for one that no file has told of yet."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.corrections import OF_RESIDENCE, changes_of
from visits.mapping.points import leave_map, refresh_map
from visits.models.cases import Case
from visits.models.homes import HomeChange
from visits.models.life import LifeEvent
from visits.models.people import LeaseToCome
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.stays import Place
from visits.models.traits import HomeTrait
from visits.models.visits import Visit
from visits.models.works import WorkOrder
from visits.portfolio.addresses import address_key
from visits.sight import Viewer
from visits.sight.homes import stock_of
from visits.sight.landlords import landlord_for

REFERENCE_LENGTH, ADDRESS_LENGTH, CITY_LENGTH = 40, 200, 100
MADE, WITH_RESIDENCE = "made", "with_residence"
# What may hang on a dwelling: then it is not taken back any more.
HANGING = (
    Tenancy.dwelling_id,
    HomeTrait.dwelling_id,
    Place.dwelling_id,
    Case.dwelling_id,
    Visit.was_in_id,
    WorkOrder.dwelling_id,
    LeaseToCome.dwelling_id,
    LifeEvent.dwelling_id,
)


@dataclass(frozen=True)
class HomeSaid:
    """A dwelling as it was typed: in the residence of a reference or at an address.

    `landlord_id` is None where there is but one whose stock she writes down.
    """

    reference: str
    residence_reference: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    landlord_id: uuid.UUID | None = None


def make_home(
    session: Session, said: HomeSaid, details: Mapping[str, Any], *, viewer: Viewer, now: datetime
) -> Dwelling:
    """Make a dwelling whom no file has told of, in a residence that is known or made with it.

    Raises Invalid, field by field. A later file that names its reference speaks of it.
    """
    said = _checked(said)
    landlord_id = landlord_for(session, viewer.user_id, said.landlord_id, on=today_in_paris(now))
    same = (Dwelling.reference == said.reference, Dwelling.landlord_id == landlord_id)
    if session.scalar(select(exists().where(*same))):
        raise Invalid({"reference": "reference_taken"})
    residence = _residence(session, said, landlord_id, viewer)
    made_both = residence is None
    if residence is None:
        residence = _new_residence(session, said, landlord_id, viewer)
    dwelling = Dwelling(
        reference=said.reference, residence_id=residence.id, landlord_id=landlord_id
    )
    for name, value in details.items():
        if value is not None:
            setattr(residence if name in OF_RESIDENCE else dwelling, name, value)
    session.add(dwelling)
    session.flush()
    session.add(
        HomeChange(
            dwelling_id=dwelling.id, field=MADE, before=WITH_RESIDENCE if made_both else None,
            after=dwelling.reference, noted_at=now, noted_by_id=viewer.user_id,
        )
    )  # fmt: skip
    session.flush()
    refresh_map(session, {dwelling.id})
    return dwelling


def _checked(said: HomeSaid) -> HomeSaid:
    said = HomeSaid(
        said.reference.strip(), said.residence_reference.strip(), said.address.strip(),
        said.postcode.strip(), said.city.strip(), said.landlord_id,
    )  # fmt: skip
    fields = {}
    if not said.reference:
        fields["reference"] = "required"
    for name, most in (
        ("reference", REFERENCE_LENGTH),
        ("residence_reference", REFERENCE_LENGTH),
        ("address", ADDRESS_LENGTH),
        ("city", CITY_LENGTH),
    ):
        if len(getattr(said, name)) > most:
            fields[name] = "too_long"
    if said.postcode and not re.fullmatch(r"\d{5}", said.postcode):
        fields["postcode"] = "bad_postcode"
    if not said.residence_reference and not said.address:
        fields["address"] = "required"
    if fields:
        raise Invalid(fields)
    return said


def _residence(
    session: Session, said: HomeSaid, landlord_id: uuid.UUID, viewer: Viewer
) -> Residence | None:
    """Find the landlord's residence meant within reach: by its reference, else by its address."""
    same: ColumnElement[bool] = Residence.reference == said.residence_reference
    if not said.residence_reference:
        same = Residence.address_key == address_key(said.address)
        same &= Residence.postcode == said.postcode
    of_landlord = select(Residence).where(Residence.landlord_id == landlord_id, same)
    found = session.scalars(of_landlord.order_by(Residence.id).limit(1)).first()
    if found is None:
        return None
    within = select(exists().where(Residence.id == found.id, stock_of(viewer)))
    if not session.scalar(within):
        name = "residence_reference" if said.residence_reference else "address"
        raise Invalid({name: "residence_elsewhere"})
    return found


def _new_residence(
    session: Session, said: HomeSaid, landlord_id: uuid.UUID, viewer: Viewer
) -> Residence:
    fields = {
        name: "required" for name in ("address", "postcode", "city") if not getattr(said, name)
    }
    if fields:
        raise Invalid(fields)
    residence = Residence(
        landlord_id=landlord_id,
        reference=said.residence_reference or None,
        address=said.address,
        address_key=address_key(said.address),
        postcode=said.postcode,
        city=said.city,
        territory_id=viewer.territory_id,
    )
    session.add(residence)
    session.flush()
    return residence


def _last_home_of_works(session: Session, dwelling: Dwelling) -> bool:
    """Tell whether works are ordered for a residence in which no other dwelling is."""
    here = dwelling.residence_id
    another = exists().where(Dwelling.residence_id == here, Dwelling.id != dwelling.id)
    ordered = exists().where(WorkOrder.residence_id == here)
    return bool(session.scalar(select(and_(ordered, ~another))))


def take_home_back(session: Session, dwelling: Dwelling, *, viewer: Viewer, now: datetime) -> None:
    """Let a dwelling that was made by hand be no more, and the residence that was made with it.

    Raises NotFound for one that a file brought, Conflict when something hangs on it meanwhile.
    """
    changes = [one for one in changes_of(session, dwelling) if one.dwelling_id == dwelling.id]
    made = next((one for one in changes if one.field == MADE), None)
    if made is None:
        raise NotFound("not_found")
    hangs = [session.scalar(select(exists().where(column == dwelling.id))) for column in HANGING]
    if any(hangs) or _last_home_of_works(session, dwelling):
        raise Conflict("home_in_use")
    made.taken_back_at, made.taken_back_by_id = now, viewer.user_id
    for one in changes:
        one.dwelling_id = None
    residence = dwelling.residence
    leave_map(session, dwelling.id)
    session.delete(dwelling)
    session.flush()
    others = select(exists().where(Dwelling.residence_id == residence.id))
    if made.before == WITH_RESIDENCE and not session.scalar(others):
        session.execute(
            update(HomeChange)
            .where(HomeChange.residence_id == residence.id)
            .values(residence_id=None)
        )
        session.delete(residence)
    session.flush()
