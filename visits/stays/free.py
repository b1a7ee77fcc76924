"""Free places that fit somebody: what is never offered to whom it does not fit."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, contains_eager

from visits.homes.matching import Offered, may_be_offered
from visits.homes.needs import needs_of
from visits.homes.register import Adapted, tell
from visits.models.admissions import Admission, AdmissionOffer
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.stays import TO_STAY_IN, Place, Stay
from visits.sight.places import visible_places
from visits.sight.reach import Viewer
from visits.sight.wording import dwellings_called

# So many homes are told of by one statement.
AT_ONCE = 500


def free_places(
    session: Session, viewer: Viewer, person: Person, *, on: date, text: str = "", today: date
) -> list[Offered]:
    """List the places within reach that are free from a day on and fit what she needs.

    They are of her landlord and offered to nobody else. With a `text`, those in the dwellings that
    it speaks of.
    """
    needs = needs_of(session, person.id)
    found = all_free(session, viewer, person, on=on, text=text, today=today)
    return [one for one in found if may_be_offered(needs, one.home, one.place)]


def all_free(
    session: Session, viewer: Viewer, person: Person, *, on: date, text: str = "", today: date
) -> list[Offered]:
    """List the places that `free_places` chooses from, whether they fit or not."""
    offered = Place.id.in_(offered_to_others(person.id))
    free = (
        select(Place)
        .join(Place.dwelling)
        .join(Dwelling.residence)
        .where(visible_places(viewer), Dwelling.landlord_id == person.landlord_id)
        .where(~taken_on(on), ~offered)
        .where(Place.kind.in_(TO_STAY_IN), Place.withdrawn_on.is_(None), Place.since_on <= on)
        .options(contains_eager(Place.dwelling).contains_eager(Dwelling.residence))
    )
    if text.strip():
        free = free.where(dwellings_called(session, text))
    order = (Residence.city, Residence.address, Dwelling.reference, Place.name, Place.id)
    found = session.scalars(free.order_by(*order)).all()
    homes = _told(session, found, today)
    return [Offered(homes[one.dwelling_id], one) for one in found]


def taken_on(day: date) -> ColumnElement[bool]:
    """Give the condition on `Place` for those that somebody stays in on a day, or later."""
    return exists().where(
        Stay.place_id == Place.id,
        Stay.withdrawn_at.is_(None),
        or_(Stay.ended_on.is_(None), Stay.ended_on > day),
    )


def offered_to_others(person_id: uuid.UUID) -> Select[uuid.UUID]:
    """Select the places that are offered to somebody else: they are nobody's to have meanwhile."""
    return offered_to_anybody().where(Case.person_id != person_id)


def offered_to_anybody() -> Select[uuid.UUID]:
    """Select the places that are on offer."""
    return (
        select(AdmissionOffer.place_id)
        .join(AdmissionOffer.admission)
        .join(Admission.case)
        .where(AdmissionOffer.ended_at.is_(None), Case.closed_on.is_(None))
    )


def _told(session: Session, places: Sequence[Place], today: date) -> dict[uuid.UUID, Adapted]:
    ids = list(dict.fromkeys(one.dwelling_id for one in places))
    told: dict[uuid.UUID, Adapted] = {}
    for first in range(0, len(ids), AT_ONCE):
        told |= tell(session, ids[first:][:AT_ONCE], today=today)
    return told
