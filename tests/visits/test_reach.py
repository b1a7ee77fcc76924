"""How far a viewer sees: her territory as it is today, her own visits alone."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from visits.accounts.accounts import find_territory
from visits.ground.errors import NotFound
from visits.intake.visit_file import visitors_of_visits
from visits.models.accounts import Role
from visits.models.people import Occupancy
from visits.sight import Reach, find_person


def test_who_left_a_territory_is_not_seen_from_there_any_more(session: Session) -> None:
    here = find_territory(session, "Nord").id
    home = make_dwelling(session, residence=make_residence(session, territory_id=here))
    person = make_person(session, dwelling=home)
    viewer = make_viewer(make_user(session, territory_id=here), Reach.TERRITORY)
    assert find_person(session, viewer, person.id) is person
    person.occupancies[0].ended_on = date(2025, 12, 31)
    session.flush()
    # Nobody knows yet where she lives: whoever noted it can still take it back.
    assert find_person(session, viewer, person.id) is person
    new = make_person(session).occupancies[0].tenancy_id
    session.add(Occupancy(person_id=person.id, tenancy_id=new))
    session.flush()
    with pytest.raises(NotFound):
        find_person(session, viewer, person.id)


def test_a_visitor_is_told_of_no_colleague_who_visits_the_same_person(session: Session) -> None:
    own, colleague = (make_user(session, role=Role.VISITOR) for _ in range(2))
    case = make_case(session, by=make_user(session))
    for visitor in (own, colleague):
        make_visit(session, case=case, visitor=visitor)
    assert visitors_of_visits(session, make_viewer(own, Reach.OWN)) == [own]
    assert len(visitors_of_visits(session, make_viewer(own))) == 2
