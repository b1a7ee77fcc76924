"""Who is in which place on a day, and how many place-days were filled: computed, never typed.

All of it over the places and stays that the viewer may see.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from visits.models.portfolio import Dwelling, Residence
from visits.models.stays import TO_STAY_IN, Place, Stay
from visits.sight.places import visible_places
from visits.sight.reach import Viewer
from visits.stays.days import Days, days_of
from visits.stays.stays import seen


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both counted."""

    first: date
    last: date


@dataclass(frozen=True)
class Filled:
    """One place: who is there on the day, its days in the period, those of them that are filled."""

    stay: Stay | None
    is_one: bool
    days: int
    filled: int


@dataclass(frozen=True)
class Occupancy:
    """The places of a residence by their ids, on a day and in a period."""

    by_place: Mapping[uuid.UUID, Filled]

    @property
    def taken(self) -> int:
        """Count the places where somebody is on the day."""
        return sum(one.stay is not None for one in self.by_place.values())

    @property
    def free(self) -> int:
        """Count the places that are places on the day, and where nobody is."""
        return sum(one.is_one and one.stay is None for one in self.by_place.values())

    @property
    def days(self) -> int:
        """Count the place-days of the period."""
        return sum(one.days for one in self.by_place.values())

    @property
    def filled(self) -> int:
        """Count those of them that are filled."""
        return sum(one.filled for one in self.by_place.values())

    @property
    def rate(self) -> float | None:
        """Give the part of the place-days that is filled, 0 to 1; None without any."""
        return self.filled / self.days if self.days else None


def occupancy(
    session: Session, viewer: Viewer, residence_id: uuid.UUID, *, day: date, period: Period
) -> Occupancy:
    """Compute who is where on a day, and what was filled in a period, in one residence."""
    places = (
        select(Place)
        .join(Place.dwelling)
        .join(Dwelling.residence)
        .where(Residence.id == residence_id, visible_places(viewer))
        .where(Place.kind.in_(TO_STAY_IN))
        .order_by(Place.id)
    )
    found = session.scalars(places).all()
    stays = _stays(session, viewer, residence_id, day, period)
    return Occupancy({one.id: _filled(one, stays.get(one.id, ()), day, period) for one in found})


def _stays(
    session: Session, viewer: Viewer, residence_id: uuid.UUID, day: date, period: Period
) -> Mapping[uuid.UUID, Sequence[Stay]]:
    """Give by place the stays that fill the day or a day of the period."""
    first, last = min(day, period.first), max(day, period.last)
    there = seen(viewer).where(Residence.id == residence_id, Stay.withdrawn_at.is_(None))
    there = there.where(Stay.from_on <= last, or_(Stay.ended_on.is_(None), Stay.ended_on > first))
    found: dict[uuid.UUID, list[Stay]] = {}
    for stay in session.scalars(there.order_by(Stay.from_on, Stay.id)):
        found.setdefault(stay.place_id, []).append(stay)
    return found


def _filled(place: Place, stays: Sequence[Stay], day: date, period: Period) -> Filled:
    whole = Days(place.since_on, place.withdrawn_on)
    return Filled(
        stay=next((one for one in stays if days_of(one).hold(day)), None),
        is_one=whole.hold(day),
        days=whole.count_within(period.first, period.last),
        filled=sum(days_of(one).count_within(period.first, period.last) for one in stays),
    )
