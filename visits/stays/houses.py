"""The residences that have places to stay in, and how many of them are taken on a day."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from visits.models.portfolio import Dwelling, Residence
from visits.models.stays import TO_STAY_IN, Place, Stay
from visits.sight.homes import visible_homes
from visits.sight.listing import By, Listed, Wanted, page_of_found
from visits.sight.places import visible_places
from visits.sight.reach import Viewer

ORDER = {"city": By(Residence.city, known=True), "address": By(Residence.address, known=True)}
TIE = (Residence.city, Residence.address, Residence.id)


@dataclass(frozen=True)
class House:
    """A residence with its places to stay in, and those of them that are taken."""

    residence: Residence
    places: int
    taken: int

    @property
    def free(self) -> int:
        """How many are free."""
        return self.places - self.taken


def list_houses(session: Session, viewer: Viewer, *, wanted: Wanted, on: date) -> Listed[House]:
    """List the residences with places that the viewer may see; each counts those places alone."""
    seen = _seen(viewer).subquery()
    found = select(Residence.id).where(Residence.id.in_(select(seen.c.residence_id)))
    listed = page_of_found(session, found, select(Residence), wanted=wanted, order=ORDER, tie=TIE)
    there = exists().where(Stay.place_id == Place.id, _fills(on))
    counted = (
        _seen(viewer)
        .where(Dwelling.residence_id.in_([one.id for one in listed.rows]))
        .with_only_columns(
            Dwelling.residence_id,
            func.count(Place.id),
            func.count(case((there, Place.id))),
            maintain_column_froms=True,
        )
        .group_by(Dwelling.residence_id)
    )
    counts = {row[0]: row[1:] for row in session.execute(counted)}
    rows = [House(one, *counts[one.id]) for one in listed.rows]
    return Listed(rows, listed.total, listed.wanted)


def _seen(viewer: Viewer) -> Select[uuid.UUID]:
    """Select the residences of the places to stay in that a viewer may see, in homes she may."""
    return (
        select(Dwelling.residence_id)
        .join(Place, Place.dwelling_id == Dwelling.id)
        .join(Dwelling.residence)
        .where(visible_places(viewer), visible_homes(viewer))
        .where(Place.kind.in_(TO_STAY_IN), Place.withdrawn_on.is_(None))
    )


def _fills(on: date) -> ColumnElement[bool]:
    """Give the condition on `Stay` for those that fill a day, as `days_of` tells it."""
    until = or_(Stay.ended_on.is_(None), Stay.ended_on > on)
    return and_(Stay.withdrawn_at.is_(None), Stay.from_on <= on, until)
