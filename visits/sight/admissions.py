"""Which admissions a viewer may see: with the case, and never with a place that is hidden."""

import uuid

from sqlalchemy import ColumnElement, Select, and_, exists, select

from visits.models.admissions import Admission, AdmissionOffer
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.stays import Place
from visits.sight.reach import Viewer, hidden_homes, visible_cases


def visible_admissions(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Admission`, its `Case` and `Person` for those the viewer may see.

    While a place in a home that is hidden from her is on offer, she does not see to whom.
    """
    offered = (
        exists()
        .where(AdmissionOffer.admission_id == Admission.id, AdmissionOffer.ended_at.is_(None))
        .where(Place.id == AdmissionOffer.place_id)
        .where(Place.dwelling_id.in_(hidden_homes(viewer.user_id)))
        .correlate(Admission)
    )
    return and_(visible_cases(viewer), ~offered)


def seen_offers(viewer: Viewer, admission: Admission) -> Select[AdmissionOffer]:
    """Select the offers of an admission that she sees, with places and dwellings."""
    return (
        select(AdmissionOffer)
        .join(AdmissionOffer.place)
        .join(Place.dwelling)
        .join(Dwelling.residence)
        .where(AdmissionOffer.admission_id == admission.id)
        .where(Dwelling.id.not_in(hidden_homes(viewer.user_id)))
    )


def of_case() -> Select[Admission]:
    """Select admissions with their cases and persons, for a condition on all three."""
    return select(Admission).join(Admission.case).join(Case.person)


def offered_and_hidden(seen: ColumnElement[bool]) -> Select[uuid.UUID]:
    """Select the places on offer to somebody for whom a condition on case and person fails."""
    return (
        select(AdmissionOffer.place_id)
        .join(AdmissionOffer.admission)
        .join(Admission.case)
        .join(Person, Person.id == Case.person_id)
        .where(AdmissionOffer.ended_at.is_(None), Case.closed_on.is_(None), ~seen)
    )
