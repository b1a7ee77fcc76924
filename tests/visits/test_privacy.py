"""A person's file: protection hides, and reach ends."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from visits.accounts.accounts import find_territory
from visits.ground.errors import Conflict, NotFound
from visits.models.accounts import Role
from visits.people.protection import name_for_access, protect, unprotect
from visits.sight import Reach, find_person


def test_a_protected_person_is_found_by_the_named_alone(session: Session, now: datetime) -> None:
    chief, named, other = (make_user(session) for _ in range(3))
    person = make_person(session)
    protect(session, person, by=chief.id, now=now)
    with pytest.raises(NotFound):
        find_person(session, make_viewer(named), person.id)
    name_for_access(session, person, user_id=named.id, by=chief.id, now=now)
    for user in (chief, named):
        assert find_person(session, make_viewer(user), person.id) is person
    with pytest.raises(NotFound):
        find_person(session, make_viewer(other), person.id)
    with pytest.raises(Conflict):
        protect(session, person, by=chief.id, now=now)
    unprotect(session, person, by=chief.id)
    assert find_person(session, make_viewer(other), person.id) is person


def test_reach_ends_at_the_territory(session: Session) -> None:
    north, south = find_territory(session, "Nord"), find_territory(session, "Sud")
    here = make_person(
        session,
        dwelling=make_dwelling(session, residence=make_residence(session, territory_id=north.id)),
    )
    user = make_user(session, territory_id=north.id)
    stranger = make_user(session, territory_id=south.id)
    nowhere = make_user(session)
    assert find_person(session, make_viewer(user, Reach.TERRITORY), here.id) is here
    for other in (stranger, nowhere):
        with pytest.raises(NotFound):
            find_person(session, make_viewer(other, Reach.TERRITORY), here.id)


def test_a_visitor_without_a_visit_finds_nobody(session: Session) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    person = make_person(session)
    for reach in (Reach.OWN, Reach.ORGANISATION):
        with pytest.raises(NotFound):
            find_person(session, make_viewer(visitor, reach), person.id)
