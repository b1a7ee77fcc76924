"""An hour that fell free: who could have it, by the rules of planning and of what one may see."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from tests.factories import LANDLORD, make_mandate, make_user, make_viewer
from tests.visits.test_absences import TUESDAY, at
from tests.visits.test_slots import FAR, HERE, NEAR, case_at, planned
from visits.agenda.freed import who_could_take
from visits.agenda.planning import cancel_visit, plan_visit
from visits.cases.pauses import pause
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState
from visits.models.portfolio import Territory
from visits.models.visits import Visit
from visits.people.protection import protect
from visits.sight import Reach, Viewer, mandates_held


@pytest.fixture
def office(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def visitor(session: Session) -> User:
    return make_user(session, role=Role.VISITOR, organisation=LANDLORD)


@pytest.fixture
def freed(session: Session, visitor: User, office: Viewer, now: datetime) -> Visit:
    visit = planned(session, visitor, HERE, at(TUESDAY, 10))
    planned(session, visitor, HERE, at(TUESDAY, 14))
    cancel_visit(session, visit, reason="malade", viewer=office, now=now)
    return visit


def could(session: Session, visit: Visit, office: Viewer, now: datetime) -> list[Case] | None:
    found = who_could_take(session, visit, travel=Geodesic(), viewer=office, now=now)
    return None if found is None else [one.case for one in found]


def test_who_lives_on_the_way_comes_first_and_may_be_planned(
    session: Session, freed: Visit, visitor: User, office: Viewer, now: datetime
) -> None:
    far, near = (case_at(session, visitor, where) for where in (FAR, NEAR))
    case_at(session, visitor, NEAR, state=CaseState.TO_CALL)
    assert freed.case.state is CaseState.AGREED  # who called it off is not asked again
    found = who_could_take(session, freed, travel=Geodesic(), viewer=office, now=now)
    assert found is not None
    assert [one.case for one in found] == [near, far]
    assert found[0].added < found[1].added
    plan_visit(
        session, near, visitor_id=visitor.id, start_at=freed.planned_start_at, minutes=60,
        viewer=office, now=now,
    )  # fmt: skip
    assert could(session, freed, office, now) is None  # the hour is taken


def test_an_hour_that_is_over_or_not_called_off_is_not_free(
    session: Session, freed: Visit, visitor: User, office: Viewer, now: datetime
) -> None:
    case_at(session, visitor, NEAR)
    assert could(session, freed, office, freed.planned_start_at + timedelta(minutes=1)) is None
    stands = planned(session, visitor, HERE, at(TUESDAY, 16))
    assert could(session, stands, office, now) is None


def test_nobody_who_rests_or_is_of_another_area_is_named(
    session: Session, freed: Visit, visitor: User, office: Viewer, now: datetime
) -> None:
    north, south = Territory(name="Nord"), Territory(name="Sud")
    session.add_all([north, south])
    session.flush()
    visitor.territory_id = north.id
    elsewhere, rests = (case_at(session, visitor, NEAR) for _ in range(2))
    assert elsewhere.residence is not None
    elsewhere.residence.territory_id = south.id
    pause(session, rests, from_on=TUESDAY, until_on=TUESDAY, why="absente", viewer=office, now=now)
    session.flush()
    assert could(session, freed, office, now) == []


def test_nobody_is_named_whom_one_may_not_see(
    session: Session, freed: Visit, visitor: User, office: Viewer, now: datetime
) -> None:
    case = case_at(session, visitor, NEAR)
    assert could(session, freed, office, now) == [case]
    protect(session, case.person, by=make_user(session).id, now=now)
    assert could(session, freed, office, now) == []
    other = make_viewer(make_user(session, organisation="Ailleurs"), Reach.ORGANISATION)
    assert could(session, freed, other, now) is None


def test_a_partner_is_offered_no_case_of_others(
    session: Session, office: Viewer, now: datetime
) -> None:
    theirs = make_user(session, role=Role.VISITOR, organisation="Relais")
    visit = planned(session, theirs, HERE, at(TUESDAY, 10))
    cancel_visit(session, visit, reason="malade", viewer=office, now=now)
    case = case_at(session, theirs, NEAR, programme="residences")

    def partner() -> Viewer:
        held = mandates_held(session, theirs.organisation_id, on=TUESDAY)
        user = make_user(session, organisation="Relais")
        return replace(make_viewer(user, Reach.ORGANISATION), mandates=held)

    make_mandate(session, theirs)
    assert could(session, visit, partner(), now) == []
    assert could(session, visit, office, now) == []  # whoever is seen, its visitor may not go there
    make_mandate(session, theirs, programme="residences")
    assert could(session, visit, partner(), now) == [case]
    assert could(session, visit, office, now) == [case]
