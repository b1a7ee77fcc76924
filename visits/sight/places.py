"""Which places and stays a viewer may see: a place with its dwelling, a stay with who stays.

A place somebody stays in whom the viewer may not see is hidden with her, as a home is: it is in no
list and no count, neither free nor taken; so is one that is offered to somebody hidden.
"""

import uuid

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.stays import Place, Stay
from visits.sight.admissions import offered_and_hidden
from visits.sight.homes import STOCK, visible_homes
from visits.sight.reach import Viewer, hidden_homes, visible_cases, visible_persons


def visible_places(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Place`, `Dwelling` and `Residence` for what a viewer may see.

    Whoever reaches no stock sees the places of the homes she sees, and those of the stays.
    """
    standing = (Stay.ended_on.is_(None), Stay.withdrawn_at.is_(None))
    seen = select(Stay.place_id).join(Stay.person).where(*standing, _seen_with(viewer))
    hidden = select(Stay.place_id).join(Stay.person).where(*standing, ~_seen_with(viewer))
    whose = visible_persons(viewer) if viewer.reach in STOCK else visible_cases(viewer)
    unhidden = and_(Place.id.not_in(hidden), Place.id.not_in(offered_and_hidden(whose)))
    if viewer.reach in STOCK:
        return and_(visible_homes(viewer), unhidden)
    home_shut = Place.dwelling_id.in_(hidden_homes(viewer.user_id))
    return and_(or_(visible_homes(viewer), Place.id.in_(seen)), ~home_shut, unhidden)


def visible_stays(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Stay`, `Person`, `Dwelling` and `Residence` for those a viewer sees.

    Who reaches cases sees the stays of those cases; who reaches stock, those of it.
    """
    if viewer.reach in STOCK:
        return and_(_seen_with(viewer), visible_homes(viewer))
    return and_(_seen_with(viewer), Dwelling.id.not_in(hidden_homes(viewer.user_id)))


def seen_stays(viewer: Viewer) -> Select[uuid.UUID]:
    """Select the stays a viewer may see."""
    found = select(Stay.id).join(Stay.person).join(Stay.place).join(Place.dwelling)
    return found.join(Dwelling.residence).where(visible_stays(viewer))


def _seen_with(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Stay` and `Person` for whom a viewer may see, wherever that is."""
    if viewer.reach in STOCK:
        return visible_persons(viewer)
    return (
        exists()
        .where(Case.id == Stay.case_id, Case.person_id == Person.id, visible_cases(viewer))
        .correlate(Stay, Person)
    )
