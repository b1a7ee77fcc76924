"""Who waits for such a place as one that is free: the longest first, with what it misses."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.admissions.path import rules_for, stay_in
from visits.homes.matching import Match, Needs, match, may_be_offered
from visits.homes.needs import needs_by_person
from visits.homes.register import tell
from visits.models.admissions import Admission, AdmissionStep
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.stays import Place
from visits.sight import Viewer
from visits.sight.admissions import of_case, visible_admissions
from visits.stays.days import is_too_young
from visits.stays.free import offered_to_anybody, taken_on


def who_waits_for(
    session: Session, viewer: Viewer, place: Place, *, today: date
) -> list[tuple[Admission, Match]]:
    """List who waits and may be offered a place, of those the viewer may see.

    Nobody while it is taken, withdrawn or offered; nobody whose programme lets places otherwise.
    """
    if place.contract is None or not _is_free(session, place, today):
        return []
    waiting = [
        one
        for one in _waiting(session, viewer, place)
        if stay_in(rules_for(session, one), place.contract)
        and not is_too_young(today, born_on=one.person.born_on, birth_year=one.person.birth_year)
    ]
    known = needs_by_person(session, {one.case.person_id for one in waiting})
    home = tell(session, [place.dwelling_id], today=today)[place.dwelling_id]
    told = [(one, known.get(one.case.person_id, Needs())) for one in waiting]
    return [
        (one, match(needs, home, place))
        for one, needs in told
        if may_be_offered(needs, home, place)
    ]


def _is_free(session: Session, place: Place, today: date) -> bool:
    free = select(Place.id).where(Place.id == place.id, Place.withdrawn_on.is_(None))
    free = free.where(~taken_on(today), Place.id.not_in(offered_to_anybody()))
    return session.scalar(free) is not None


def _waiting(session: Session, viewer: Viewer, place: Place) -> Sequence[Admission]:
    waiting = of_case().where(visible_admissions(viewer), Admission.step == AdmissionStep.WAITING)
    waiting = waiting.where(
        Case.closed_on.is_(None),
        Person.died_on.is_(None),
        Person.landlord_id == place.dwelling.landlord_id,
    )
    waiting = waiting.options(contains_eager(Admission.case).contains_eager(Case.person))
    return session.scalars(waiting.order_by(Admission.listed_on, Admission.id)).all()
