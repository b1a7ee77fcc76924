"""What a list asks is what the rule says: of whoever looks, however much there is to see."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from visits.accounts.accounts import find_territory
from visits.calls.call_list import ALL, CaseFilter, cities_of, count_cases, list_cases
from visits.calls.desk import next_up
from visits.ground.db import start_reading
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState
from visits.models.mandates import Right
from visits.models.people import NamedAccess, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.models.visits import VisitState
from visits.sight import Held, Reach, Viewer, listing, lists, visible_cases, visible_persons
from visits.sight.listing import Wanted
from visits.steering.outcomes import outcomes, standing

pytestmark = pytest.mark.slow

EVERY = CaseFilter(state=ALL)
RIGHTS = frozenset({Right.CALL})


@dataclass
class World:
    """Persons north and south, who moved, are protected, share a protected home; their visits."""

    session: Session
    office: User
    colleague: User
    north: uuid.UUID
    south: uuid.UUID
    landlord_id: uuid.UUID

    def viewers(self) -> Iterator[Viewer]:
        """Give one of each reach, with and without a territory and mandates."""
        for user in (self.office, self.colleague):
            for reach in Reach:
                for area in (None, self.north):
                    eyes = replace(make_viewer(user, reach), territory_id=area)
                    yield eyes
                    for landlord_id in (self.landlord_id, user.id):
                        yield replace(eyes, landlord_id=landlord_id)
                    for held in (None, self.south):
                        for whose in (self.landlord_id, user.id):
                            mandate = Held(whose, "seniors", held, RIGHTS)
                            yield replace(eyes, mandates=(mandate,))


@pytest.fixture
def world(session: Session) -> World:
    north, south = (find_territory(session, name).id for name in ("Nord", "Sud"))
    office = make_user(session)
    colleague = make_user(session, role=Role.VISITOR, organisation="Association")
    for number, area in enumerate((north, south)):
        residence = make_residence(session, territory_id=area, city=f"Ville {number}")
        homes = [make_dwelling(session, residence=residence) for _ in range(4)]
        for home, programme in zip(homes, ("seniors", "seniors", "isolated_tenants"), strict=False):
            make_case(session, by=office, dwelling=home, programme=programme)
        shut = make_case(session, by=office, dwelling=homes[3])
        shut.person.protected = True
        # Of somebody who lived there before her nothing is told either.
        gone = make_case(session, by=office, dwelling=homes[3], person=make_person(session))
        session.flush()
        make_visit(session, case=gone, visitor=colleague)
        make_visit(session, case=shut, visitor=colleague)
    named = {"person_id": shut.person_id, "user_id": office.id}
    session.add(NamedAccess(**named, named_at=NOW, named_by_id=office.id))
    moved = make_case(session, by=office, dwelling=homes[0])
    make_visit(session, case=moved, visitor=colleague, state=VisitState.CANCELLED)
    last = session.scalars(select(Occupancy).where(Occupancy.person_id == moved.person_id)).one()
    last.ended_on = date(2026, 1, 1)
    other = make_dwelling(session, residence=make_residence(session, territory_id=north))
    tenancy = Tenancy(dwelling_id=other.id, started_on=date(2026, 1, 2))
    session.add(tenancy)
    session.flush()
    session.add(Occupancy(person_id=moved.person_id, tenancy_id=tenancy.id))
    charged = make_case(
        session, by=office, dwelling=homes[1], organisation_id=office.organisation_id
    )
    make_visit(session, case=charged, visitor=colleague)
    session.flush()
    landlord_id = last.person.landlord_id
    return World(session, office, colleague, north, south, landlord_id)


@pytest.mark.parametrize("few", [0, listing.FEW])
def test_a_list_is_of_those_the_rule_lets_its_reader_see(
    world: World, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    session, numbers = world.session, set()
    for eyes in world.viewers():
        rule = select(Case.id).join(Case.person).where(visible_cases(eyes))
        cases = set(session.scalars(rule))
        assert set(session.scalars(select(Case.id).where(lists.cases_seen(session, eyes)))) == cases
        persons = set(session.scalars(select(Person.id).where(visible_persons(eyes))))
        seen = select(Person.id).where(lists.persons_seen(session, eyes))
        assert set(session.scalars(seen)) == persons
        listed = list_cases(session, eyes, only=EVERY, wanted=Wanted(), now=NOW)
        assert {one.id for one in listed.rows} == cases
        assert count_cases(session, eyes, only=EVERY, now=NOW) == listed.total == len(cases)
        numbers.add(len(cases))
    assert len(numbers) > 5  # they do not all see the same


def test_what_is_seen_is_found_once_a_page_and_anew_where_it_may_change(
    world: World, session_factory: sessionmaker[Session]
) -> None:
    eyes = replace(make_viewer(world.colleague, Reach.OWN))
    case = make_case(world.session, by=world.office)
    only = CaseFilter(case.programme, ALL)
    before = count_cases(world.session, eyes, only=only, now=NOW)
    make_visit(world.session, case=case, visitor=world.colleague)
    assert count_cases(world.session, eyes, only=only, now=NOW) == before + 1
    world.session.commit()
    with session_factory() as page:
        start_reading(page)
        lists.cases_seen(page, eyes)
        lists.persons_seen(page, eyes)
        assert len(page.info["seen"]) == 2
        assert count_cases(page, eyes, only=only, now=NOW) == before + 1
        assert len(page.info["seen"]) == 2


def test_every_page_of_a_list_goes_on_where_the_one_before_ended(world: World) -> None:
    eyes = make_viewer(world.office)
    cases = world.session.scalars(select(Case)).all()
    for number, case in enumerate(cases):
        case.score = number // 3
    world.session.flush()
    for sort in ("urgency", "name", "born", "city", "score", "attempts", "state", "call_back"):
        for descending in (False, True):
            whole = Wanted(sort=sort, descending=descending)
            every = list_cases(world.session, eyes, only=EVERY, wanted=whole, now=NOW)
            pages = [
                list_cases(
                    world.session, eyes, only=EVERY, now=NOW,
                    wanted=replace(whole, size=2, page=page),
                ).rows
                for page in range(1, -(-every.total // 2) + 1)
            ]  # fmt: skip
            assert [one for page in pages for one in page] == every.rows, sort
    scores = list_cases(world.session, eyes, only=EVERY, wanted=Wanted(sort="score"), now=NOW).rows
    assert [one.score for one in scores] == sorted(one.score for one in scores)


def test_the_call_list_says_where_its_programme_stands_as_the_outcomes_do(world: World) -> None:
    eyes = make_viewer(world.office)
    cases = world.session.scalars(select(Case).where(Case.programme == "seniors")).all()
    states = (CaseState.REFUSED, CaseState.NOT_ELIGIBLE, CaseState.CALL_BACK, CaseState.VISITED)
    for case, state in zip(cases, states, strict=False):
        case.state = state
        make_visit(world.session, case=case, visitor=world.colleague, state=VisitState.DONE)
    cases[-1].state = CaseState.REFUSED
    world.session.flush()
    told, whole = (of(world.session, "seniors", viewer=eyes) for of in (standing, outcomes))
    assert told.by_state == whole.by_state
    assert told.enrolled == whole.enrolled


def test_the_cities_of_a_programme_are_those_of_its_cases(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, eyes = world.session, make_viewer(world.office)
    make_residence(session, city="Nulle part")
    assert cities_of(session, eyes, "isolated_tenants") == ["Ville 0", "Ville 1"]
    south = replace(make_viewer(world.office, Reach.TERRITORY), territory_id=world.south)
    assert cities_of(session, south, "isolated_tenants") == ["Ville 1"]
    monkeypatch.setattr("visits.calls.call_list.MANY", 2)
    assert cities_of(session, eyes, "isolated_tenants") == [
        "Beauvais", "Nulle part", "Ville 0", "Ville 1",
    ]  # fmt: skip
    assert cities_of(session, south, "isolated_tenants") == ["Ville 1"]


def test_nobody_follows_whoever_is_alone_on_the_list(world: World) -> None:
    alone = make_case(world.session, by=world.office, programme="young_tenants")
    eyes = make_viewer(world.office)
    following = next_up(world.session, eyes, programme=alone.programme, after=alone, now=NOW)
    assert following is None
