"""Which adaptations a viewer may see: with the person, and never with a home that is hidden."""

from sqlalchemy import ColumnElement, and_, select

from visits.models.adaptations import AdaptationFile
from visits.models.cases import Case
from visits.models.people import Person
from visits.sight.reach import BY_MANDATE, Viewer, hidden_homes, visible_cases, visible_persons


def visible_adaptations(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `AdaptationFile` and its `Person` for those the viewer may see.

    Whoever sees a person by a mandate sees what came of the cases it opens, and no other.
    """
    in_the_open = AdaptationFile.dwelling_id.not_in(hidden_homes(viewer.user_id))
    seen = visible_persons(viewer)
    if viewer.reach in BY_MANDATE:
        cases = select(Case.id).join(Person, Person.id == Case.person_id)
        seen = AdaptationFile.case_id.in_(cases.where(visible_cases(viewer)))
    return and_(seen, in_the_open)
