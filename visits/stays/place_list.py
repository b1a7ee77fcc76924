"""The places of a residence as its page lists them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session, contains_eager

from visits.homes.access import AccessClass
from visits.homes.register import tell
from visits.models.portfolio import Dwelling, Residence
from visits.models.stays import TO_STAY_IN, Place, PlaceKind
from visits.sight.homes import visible_homes
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.places import visible_places
from visits.sight.reach import Viewer

STANDING, WITHDRAWN, ALL = "standing", "withdrawn", "all"
RANK = case({one: rank for rank, one in enumerate(PlaceKind)}, value=Place.kind)
ORDER = {
    "dwelling": By(Dwelling.reference),
    "name": By(Place.name),
    "kind": By(RANK),
    "fee": By(Place.fee),
}
TIE = (Dwelling.reference, Place.name, Place.id)


@dataclass(frozen=True)
class PlaceFilter:
    """Which places of a residence: those that stand, those withdrawn, or all."""

    residence_id: uuid.UUID
    state: str = STANDING


@dataclass(frozen=True)
class Told:
    """A place as a list tells it, with how far a wheelchair gets there."""

    place: Place
    access: AccessClass


def list_places(
    session: Session, viewer: Viewer, *, only: PlaceFilter, wanted: Wanted, today: date
) -> Listed[Told]:
    """List the places of a residence that the viewer may see."""
    rows = select(Place).join(Place.dwelling).join(Dwelling.residence)
    rows = rows.options(contains_eager(Place.dwelling).contains_eager(Dwelling.residence))
    found = _found(viewer, only)
    listed = page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=TIE)
    homes = tell(session, [one.dwelling_id for one in listed.rows], today=today)
    told = [Told(one, homes[one.dwelling_id].access) for one in listed.rows]
    return Listed(told, listed.total, listed.wanted)


def count_to_stay_in(session: Session, viewer: Viewer, residence_id: uuid.UUID) -> int:
    """Count the places of a residence that somebody may stay in: a common room is none."""
    found = _found(viewer, PlaceFilter(residence_id)).where(Place.kind.in_(TO_STAY_IN))
    return count_found(session, found)


def homes_for_places(
    session: Session, viewer: Viewer, residence_id: uuid.UUID
) -> Sequence[Dwelling]:
    """List by reference the dwellings of a residence in which the viewer may add a place."""
    homes = select(Dwelling).join(Dwelling.residence)
    homes = homes.where(Dwelling.residence_id == residence_id, visible_homes(viewer))
    return session.scalars(homes.order_by(Dwelling.reference, Dwelling.id)).all()


def _found(viewer: Viewer, only: PlaceFilter) -> Select[uuid.UUID]:
    found = select(Place.id).join(Place.dwelling).join(Dwelling.residence)
    found = found.where(Residence.id == only.residence_id, visible_places(viewer))
    if only.state == WITHDRAWN:
        return found.where(Place.withdrawn_on.is_not(None))
    return found if only.state == ALL else found.where(Place.withdrawn_on.is_(None))
