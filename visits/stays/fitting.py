"""All that may be offered to one person, homes and places together, and what is not, with why."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from visits.homes.matching import Match, Needs, Offered, match, matches, never_for
from visits.homes.needs import needs_of
from visits.homes.register import tell
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.stays import TO_STAY_IN, Place
from visits.sight.homes import visible_homes
from visits.sight.reach import Viewer
from visits.stays.free import all_free
from visits.transfers.listing import other_homes


@dataclass(frozen=True)
class Fitting:
    """What may be offered, best first; by must, how many homes and places miss it.

    One that misses two musts counts under both; `never` counts each once.
    """

    needs: Needs
    matches: Sequence[Match]
    never: int
    missed: Mapping[str, int]


def fitting(
    session: Session, person: Person, *, homes: Viewer, places: Viewer | None, today: date
) -> Fitting:
    """Compare what is free or soon free with what she needs.

    `homes` and `places` are how far the viewer sees each; None sees no places. The dwellings of
    places are told as their places.
    """
    needs = needs_of(session, person.id)
    as_places = set(session.scalars(_with_places()))
    offered = [
        Offered(one)
        for one in other_homes(session, homes, person, today=today)
        if one.dwelling.id not in as_places
    ]
    if places is not None:
        offered += all_free(session, places, person, on=today, today=today)
    missed = [never_for(needs, one.home, one.place) for one in offered]
    return Fitting(
        needs,
        matches(needs, offered),
        sum(bool(names) for names in missed),
        Counter(name for names in missed for name in names),
    )


def home_today(session: Session, homes: Viewer, person: Person, *, today: date) -> Match | None:
    """Compare the home she lives in with what she needs, of a viewer who may see that home."""
    living = (
        select(Dwelling.id)
        .join(Dwelling.residence)
        .join(Tenancy, Tenancy.dwelling_id == Dwelling.id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .where(Occupancy.person_id == person.id, Occupancy.ended_on.is_(None))
        .where(Tenancy.ended_on.is_(None), visible_homes(homes))
        .order_by(Tenancy.started_on.desc(), Dwelling.id, Residence.id)
    )
    found = session.scalars(living.limit(1)).one_or_none()
    if found is None:
        return None
    return match(needs_of(session, person.id), tell(session, [found], today=today)[found])


def _with_places() -> Select[uuid.UUID]:
    standing = (Place.withdrawn_on.is_(None), Place.kind.in_(TO_STAY_IN))
    return select(Place.dwelling_id).where(*standing).distinct()
