"""Whom to visit first, and why."""

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import (
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
)
from tests.visits.candidates import NOW, SENIORS, house, somebody
from visits.choosing.survey import Filters
from visits.choosing.targeting import enrol, enrol_top, rank_candidates
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Territory
from visits.models.cases import Case, CaseState
from visits.models.map import MapPoint
from visits.models.people import NamedAccess, Occupancy
from visits.models.portfolio import Tenancy
from visits.programmes import Tier
from visits.programmes.published import find_programme
from visits.sight import Reach, Viewer


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


def listed(session: Session, viewer: Viewer, **filters: Any) -> list[uuid.UUID]:
    ranking = rank_candidates(session, SENIORS, viewer, now=NOW, filters=Filters(**filters))
    assert ranking.total == len(ranking.candidates)
    return [candidate.person.id for candidate in ranking.candidates]


def test_an_unknown_programme_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        find_programme(session, "juniors")


def test_the_list_goes_by_score_then_age_then_name(session: Session, viewer: Viewer) -> None:
    young = somebody(session, 71, last_name="ABEL")
    namesakes = [somebody(session, 86, last_name=name) for name in ("ZOLA", "BLOT")]
    older = somebody(session, 92, last_name="YVON")
    high = somebody(session, 72, dwelling=house(session, floor=4, has_bath=True))
    assert listed(session, viewer) == [
        person.id for person in (older, namesakes[1], namesakes[0], high, young)
    ]


def test_a_candidate_comes_with_home_score_and_reasons(session: Session, viewer: Viewer) -> None:
    flat = house(session, floor=3, residence={"priority_district": "QN06", "built_year": 1960})
    person = somebody(session, 84, dwelling=flat, lives_alone=True)
    (candidate,) = rank_candidates(session, SENIORS, viewer, now=NOW).candidates
    assert (candidate.person.id, candidate.dwelling.id) == (person.id, flat.id)
    assert candidate.residence.id == flat.residence_id
    assert (candidate.age, candidate.enrolled, candidate.case_id) == (84, False, None)
    assert {r.criterion: r.value for r in candidate.score.reasons} == {
        "age_80": 84,
        "lives_alone": True,
        "second_floor_no_lift": 3,
        "long_tenancy_old_building": 35,
        "priority_district": True,
    }


def test_those_out_of_the_audience_are_not_listed(session: Session, viewer: Viewer) -> None:
    somebody(session, 69)
    make_person(session, born_on=None)
    somebody(session, 80, died_on=date(2026, 1, 1))
    somebody(session, 80, do_not_contact=True)
    gone = somebody(session, 80)
    session.scalars(select(Occupancy).where(Occupancy.person_id == gone.id)).one().ended_on = date(
        2026, 2, 1
    )
    session.flush()
    birthday = make_person(session, born_on=date(1956, 3, 10))
    make_person(session, born_on=date(1956, 3, 11))
    assert listed(session, viewer) == [birthday.id]


def test_a_protected_person_is_listed_only_for_those_named(
    session: Session, viewer: Viewer
) -> None:
    person = somebody(session, 84, protected=True)
    assert listed(session, viewer) == []
    session.add(
        NamedAccess(
            person_id=person.id, user_id=viewer.user_id, named_at=NOW, named_by_id=viewer.user_id
        )
    )
    session.flush()
    assert listed(session, viewer) == [person.id]


def test_filters_narrow_the_list(session: Session, viewer: Viewer) -> None:
    territory = Territory(name="Creil")
    session.add(territory)
    session.flush()
    creil = house(
        session, residence={"city": "Creil", "address": "3 Allée des Érables",
                            "territory_id": territory.id},
    )  # fmt: skip
    one = somebody(session, 86, dwelling=creil, last_name="MÉRIEL", name_key="meriel odette")
    other = somebody(session, 71, last_name="ROY", name_key="roy odette")
    assert listed(session, viewer, city="Creil") == [one.id]
    assert listed(session, viewer, territory_id=territory.id) == [one.id]
    assert listed(session, viewer, minimum_score=40) == [one.id]
    assert listed(session, viewer, text="mériel") == [one.id]
    assert listed(session, viewer, text="erables CREIL") == [one.id]
    assert listed(session, viewer, text="odette roy") == [other.id]
    assert listed(session, viewer, text="nobody") == []
    everywhere = rank_candidates(session, SENIORS, viewer, now=NOW, filters=Filters(text="nobody"))
    assert (everywhere.cities, everywhere.everybody) == (("Beauvais", "Creil"), 2)
    enrol(session, SENIORS, [one.id], viewer=viewer, now=NOW)
    assert listed(session, viewer, enrolled=True) == [one.id]
    assert listed(session, viewer, enrolled=False) == [other.id]


def test_pages_follow_each_other(session: Session, viewer: Viewer) -> None:
    people = [somebody(session, age).id for age in (90, 81, 77, 71)]
    pages = [
        rank_candidates(session, SENIORS, viewer, now=NOW, limit=2, offset=offset)
        for offset in (0, 2, 4)
    ]
    assert [page.total for page in pages] == [4, 4, 4]
    assert [c.person.id for page in pages for c in page.candidates] == people


def test_enrolling_keeps_the_score_and_its_reasons(session: Session, viewer: Viewer) -> None:
    flat = house(session, residence={"h3": 0x8C1FB4664D601FF})
    person = somebody(session, 84, dwelling=flat)
    (case,) = enrol(session, SENIORS, [person.id], viewer=viewer, now=NOW)
    assert (case.programme, case.state) == ("seniors", CaseState.TO_CALL)
    assert (case.score, case.dwelling_id) == (40, flat.id)
    assert case.reasons[0]["criterion"] == "age_80"
    assert case.opened_by_id == viewer.user_id
    on_map = select(MapPoint.status).where(MapPoint.programme == "seniors")
    assert session.scalars(on_map).all() == ["to_call"]


def test_enrolling_twice_is_harmless(session: Session, viewer: Viewer) -> None:
    people = [somebody(session, age).id for age in (90, 81)]
    first = enrol(session, SENIORS, people, viewer=viewer, now=NOW)
    first[0].state = CaseState.REFUSED
    again = enrol(session, SENIORS, [*people, people[0]], viewer=viewer, now=NOW)
    assert {e.id for e in again} == {e.id for e in first}
    assert session.get_one(Case, first[0].id).state is CaseState.REFUSED
    assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_nobody_is_enrolled_when_one_may_not_be(session: Session, viewer: Viewer) -> None:
    fine = somebody(session, 84)
    for wrong in (somebody(session, 60), somebody(session, 84, protected=True)):
        with pytest.raises(NotFound):
            enrol(session, SENIORS, [fine.id, wrong.id], viewer=viewer, now=NOW)
    with pytest.raises(NotFound):
        enrol(session, SENIORS, [uuid.uuid4()], viewer=viewer, now=NOW)
    assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_a_territory_enrols_its_own_only(session: Session) -> None:
    territory = Territory(name="Creil")
    session.add(territory)
    session.flush()
    own = somebody(session, 80, dwelling=house(session, residence={"territory_id": territory.id}))
    other = somebody(session, 90)
    viewer = make_viewer(make_user(session, territory_id=territory.id), Reach.TERRITORY)
    assert listed(session, viewer) == [own.id]
    with pytest.raises(NotFound):
        enrol(session, SENIORS, [other.id], viewer=viewer, now=NOW)


def test_the_most_fragile_are_enrolled_first(session: Session, viewer: Viewer) -> None:
    people = [somebody(session, age).id for age in (71, 90, 81)]
    enrolled = enrol_top(session, SENIORS, 2, viewer=viewer, now=NOW)
    assert [case.person_id for case in enrolled] == [people[1], people[2]]
    more = enrol_top(session, SENIORS, 2, viewer=viewer, now=NOW)
    assert [case.person_id for case in more] == [people[0]]
    assert enrol_top(session, SENIORS, 2, viewer=viewer, now=NOW) == []


@pytest.mark.parametrize("number", [0, -1, 5_001])
def test_how_many_to_enrol_has_bounds(session: Session, viewer: Viewer, number: int) -> None:
    with pytest.raises(Invalid):
        enrol_top(session, SENIORS, number, viewer=viewer, now=NOW)


def test_the_audience_and_its_enrolled_are_counted_once_each(
    session: Session, viewer: Viewer
) -> None:
    first, _, child = somebody(session, 80), somebody(session, 75), somebody(session, 40)
    enrol(session, SENIORS, [first.id], viewer=viewer, now=NOW)
    again = make_dwelling(session)
    tenancy = Tenancy(dwelling_id=again.id, started_on=date(2020, 1, 1))
    session.add(tenancy)
    session.flush()
    session.add(Occupancy(person_id=first.id, tenancy_id=tenancy.id))
    session.flush()
    assert child.id not in listed(session, viewer)
    counted = rank_candidates(session, SENIORS, viewer, now=NOW)
    assert (counted.everybody, counted.enrolled) == (2, 1)


def test_a_case_has_the_tier_its_score_comes_to(session: Session, viewer: Viewer) -> None:
    names = {"fr": "Kit", "en": "Kit"}
    tiers = (Tier("kit", names), Tier("full", names, 40), Tier("most", names, 99))
    frail = make_person(session, dwelling=house(session, floor=3), lives_alone=True)
    other = make_person(session, dwelling=house(session), born_on=date(1955, 1, 1))
    tiered = replace(SENIORS, tiers=tiers)
    cases = enrol(session, tiered, [frail.id, other.id], viewer=viewer, now=NOW)
    assert {case.person_id: case.tier for case in cases} == {frail.id: "full", other.id: "kit"}


def test_a_programme_that_nobody_comes_into_by_targeting_enrols_nobody(
    session: Session, viewer: Viewer
) -> None:
    person = make_person(session, dwelling=house(session))
    closed = replace(SENIORS, ways_in=("request",))
    with pytest.raises(Conflict, match="way_in_closed"):
        enrol(session, closed, [person.id], viewer=viewer, now=NOW)
    with pytest.raises(Conflict, match="way_in_closed"):
        enrol_top(session, closed, 1, viewer=viewer, now=NOW)
