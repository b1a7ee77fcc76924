"""Which referrals a viewer may see: with the person they are about."""

from sqlalchemy import ColumnElement, select

from visits.models.cases import Case
from visits.models.people import Person
from visits.models.referrals import Referral
from visits.sight.reach import BY_MANDATE, Viewer, visible_cases, visible_persons


def visible_referrals(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Referral` and its `Person` for those the viewer may see.

    Whoever sees a person by a mandate sees what came of the cases it opens, and no other.
    """
    if viewer.reach in BY_MANDATE:
        cases = select(Case.id).join(Person, Person.id == Case.person_id)
        return Referral.case_id.in_(cases.where(visible_cases(viewer)))
    return visible_persons(viewer)
