"""Whom to visit first, and why."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import (
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    shipped_programmes_read,
)
from visits.choosing.audience import count_kept
from visits.choosing.scoring import parts_of, score, together
from visits.choosing.survey import Filters
from visits.choosing.targeting import enrol, enrol_top, rank_candidates
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Territory
from visits.models.cases import Case, CaseState
from visits.models.map import MapPoint
from visits.models.people import NamedAccess, Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.programmes import Audience, Condition, Tier
from visits.programmes.facts import FACTS, Facts
from visits.programmes.published import find_programme
from visits.sight import Reach, Viewer

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SENIORS = shipped_programmes_read()["seniors"]
UNKNOWN: dict[str, Any] = dict.fromkeys(
    (
        "age", "lives_alone", "floors_to_climb", "has_bath", "is_adapted", "tenancy_years",
        "tenancy_months", "built_year", "storeys", "energy_label", "in_priority_district",
    )
)  # fmt: skip


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


def house(session: Session, **said: Any) -> Dwelling:
    """A ground-floor house out of any priority district, about which the rest is unknown."""
    residence = make_residence(
        session, **({"built_year": 1990, "has_lift": False} | said.pop("residence", {}))
    )
    return make_dwelling(session, residence=residence, **({"floor": 0} | said))


def somebody(
    session: Session, age: int, *, dwelling: Dwelling | None = None, **said: Any
) -> Person:
    born = date(2026 - age, 1, 1)
    said.setdefault("lives_alone", True)
    return make_person(session, dwelling=dwelling or house(session), born_on=born, **said)


def listed(session: Session, viewer: Viewer, **filters: Any) -> list[uuid.UUID]:
    ranking = rank_candidates(session, SENIORS, viewer, now=NOW, filters=Filters(**filters))
    assert ranking.total == len(ranking.candidates)
    return [candidate.person.id for candidate in ranking.candidates]


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({}, 0),
        ({"age": 69}, 0),
        ({"age": 70}, 5),
        ({"age": 74}, 5),
        ({"age": 75}, 15),
        ({"age": 80}, 25),
        ({"age": 85}, 30),
        ({"age": 101}, 30),
        ({"lives_alone": True}, 15),
        ({"lives_alone": False}, 0),
        ({"floors_to_climb": 0}, 0),
        ({"floors_to_climb": 1}, 8),
        ({"floors_to_climb": 2}, 15),
        ({"floors_to_climb": 9}, 15),
        ({"has_bath": True}, 10),
        ({"is_adapted": False}, 5),
        ({"is_adapted": True}, 0),
        ({"tenancy_years": 30, "built_year": 1974}, 5),
        ({"tenancy_years": 29, "built_year": 1974}, 0),
        ({"tenancy_years": 30, "built_year": 1975}, 0),
        ({"tenancy_years": 30}, 0),
        ({"in_priority_district": True}, 5),
        (
            {
                "age": 91, "lives_alone": True, "floors_to_climb": 3, "has_bath": True,
                "is_adapted": False, "tenancy_years": 40, "built_year": 1960,
                "in_priority_district": True,
            },
            85,
        ),
    ],
)  # fmt: skip
def test_each_criterion_gives_its_points(facts: dict[str, Any], points: int) -> None:
    result = score(UNKNOWN | facts, SENIORS)
    assert result.points == points == sum(reason.points for reason in result.reasons)


def test_a_score_says_its_reasons_and_what_is_not_known() -> None:
    facts: Facts = UNKNOWN | {"age": 84, "lives_alone": True, "has_bath": False}
    result = score(facts, SENIORS)
    assert [(r.criterion, r.points, r.value) for r in result.reasons] == [
        ("age_80", 25, 84), ("lives_alone", 15, True),
    ]  # fmt: skip
    assert {reason.criterion for reason in result.unknown} == {
        "second_floor_no_lift", "not_adapted", "long_tenancy_old_building", "priority_district",
    }  # fmt: skip
    assert result.as_json()[0] == {
        "criterion": "age_80",
        "points": 25,
        "value": 84,
        "label": {"fr": "80 à 84 ans", "en": "80 to 84"},
    }
    assert result.as_json()[-1]["value"] is None


def test_half_a_reason_known_to_fail_is_not_unknown() -> None:
    result = score(UNKNOWN | {"built_year": 2001}, SENIORS)
    assert "long_tenancy_old_building" not in {reason.criterion for reason in result.unknown}


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


def test_two_who_live_together_do_not_live_alone(session: Session, viewer: Viewer) -> None:
    holder = somebody(session, 84, lives_alone=True)
    tenancy_id = holder.occupancies[0].tenancy_id
    spouse = somebody(session, 40)
    session.add(Occupancy(person_id=spouse.id, tenancy_id=tenancy_id))
    session.flush()
    (candidate,) = rank_candidates(session, SENIORS, viewer, now=NOW).candidates
    told = (*candidate.score.reasons, *candidate.score.unknown)
    assert "lives_alone" not in {reason.criterion for reason in told}


@pytest.mark.parametrize(
    ("said", "reasons", "unknown"),
    [(True, True, False), (False, False, False), (None, False, True)],
)
def test_somebody_listed_by_herself_lives_alone_only_if_the_landlord_says_so(
    session: Session, viewer: Viewer, said: bool | None, reasons: bool, unknown: bool
) -> None:
    somebody(session, 84, lives_alone=said)
    (candidate,) = rank_candidates(session, SENIORS, viewer, now=NOW).candidates
    assert ("lives_alone" in {one.criterion for one in candidate.score.reasons}) is reasons
    assert ("lives_alone" in {one.criterion for one in candidate.score.unknown}) is unknown


@pytest.mark.parametrize(
    ("floor", "has_lift", "points"),
    [
        (0, None, 0),
        (3, True, 0),
        (3, False, 15),
        (1, False, 8),
        (3, None, None),
        (None, False, None),
    ],
)
def test_a_lift_takes_the_floors_away(
    session: Session, viewer: Viewer, floor: int | None, has_lift: bool | None, points: int | None
) -> None:
    somebody(session, 84, dwelling=house(session, floor=floor, residence={"has_lift": has_lift}))
    (candidate,) = rank_candidates(session, SENIORS, viewer, now=NOW).candidates
    by_criterion = {r.criterion: r.points for r in candidate.score.reasons if "lift" in r.criterion}
    assert sum(by_criterion.values()) == (points or 0)
    unknown = {reason.criterion for reason in candidate.score.unknown}
    assert ("second_floor_no_lift" in unknown) == (points is None)


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


def test_the_energy_label_is_the_dwelling_s_or_else_the_building_s(
    session: Session, viewer: Viewer
) -> None:
    young = shipped_programmes_read()["young_tenants"]
    somebody(session, 25, dwelling=house(session, energy_label="G"))
    somebody(session, 26, dwelling=house(session, residence={"energy_label": "F"}))
    ranking = rank_candidates(session, young, viewer, now=NOW)
    points = [
        next(one.points for one in found.score.reasons if one.criterion.startswith("energy"))
        for found in ranking.candidates
    ]
    assert points == [15, 10]


@pytest.mark.parametrize(
    ("moved_in", "points"), [((2026, 2, 11), 60), ((2026, 1, 10), 30), ((2025, 9, 1), 0)]
)
def test_who_has_just_moved_in_comes_first(
    session: Session, viewer: Viewer, moved_in: tuple[int, int, int], points: int
) -> None:
    person = somebody(session, 25)
    session.scalars(select(Tenancy)).one().started_on = date(*moved_in)
    session.flush()
    ranking = rank_candidates(session, shipped_programmes_read()["young_tenants"], viewer, now=NOW)
    assert [found.person.id for found in ranking.candidates] == [person.id]
    moved = [r for r in ranking.candidates[0].score.reasons if r.criterion.startswith("first")]
    assert sum(reason.points for reason in moved) == points


def test_an_audience_keeps_whom_all_it_asks_for_is_known_of(
    session: Session, viewer: Viewer
) -> None:
    alone = make_person(session, dwelling=house(session, floor=3), lives_alone=True)
    make_person(session, dwelling=house(session, floor=3), lives_alone=False)
    make_person(session, dwelling=house(session, floor=3), lives_alone=None)
    asked = (Condition("lives_alone", equals=True),)
    only = replace(SENIORS, audience=Audience(70, when=asked))
    ranking = rank_candidates(session, only, viewer, now=NOW)
    assert [one.person.id for one in ranking.candidates] == [alone.id]
    assert (ranking.everybody, ranking.enrolled, ranking.cities) == (1, 0, ("Beauvais",))
    assert rank_candidates(session, SENIORS, viewer, now=NOW).everybody == 3


def test_a_criterion_may_ask_where_a_home_stands_and_since_when(
    session: Session, viewer: Viewer
) -> None:
    at = {"city": "Méru", "has_lift": True, "priority_district": "QP060001", "reference": "R-7"}
    person = make_person(session, dwelling=house(session, rooms=4, residence=at))
    make_person(session, dwelling=house(session, residence={"has_lift": None, "reference": None}))
    asked = [
        Condition("commune", equals="meru"), Condition("district", equals="QP060001"),
        Condition("residence", equals="R-7"), Condition("has_lift", equals=True),
        Condition("tenancy_year", at_most=1990), Condition("rooms", at_least=4, at_most=4),
        Condition("persons_listed", at_most=1),
    ]  # fmt: skip
    only = replace(SENIORS, audience=Audience(70, when=tuple(asked)))
    ranking = rank_candidates(session, only, viewer, now=NOW)
    assert [one.person.id for one in ranking.candidates] == [person.id]
    kept = count_kept(session, Audience(70), [[one] for one in asked], viewer, now=NOW)
    assert [(one.yes, one.no, one.unknown) for one in kept.criteria] == [
        (1, 1, 0), (1, 0, 1), (1, 0, 1), (1, 0, 1), (2, 0, 0), (1, 1, 0), (2, 0, 0),
    ]  # fmt: skip


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


def test_points_part_by_part_are_the_score() -> None:
    chance = Random(7)
    values: dict[type, tuple[Any, ...]] = {
        bool: (None, True, False),
        int: (None, 0, 1, 3, 40, 72, 85, 1960),
        str: (None, "G", "Méru"),
    }
    for programme in shipped_programmes_read().values():
        parts, seen = parts_of(programme), set()
        for _ in range(300):
            facts = {name: chance.choice(values[kind]) for name, kind in FACTS.items()}
            points = together(
                part.points({fact: facts[fact] for fact in part.facts}) for part in parts
            )
            assert points == score(facts, programme).points
            seen.add(points)
        assert len(seen) > 5
