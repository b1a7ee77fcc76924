"""What each criterion gives, and what it does where something is not known."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    make_person,
    make_user,
    make_viewer,
    shipped_programmes_read,
)
from tests.visits.candidates import NOW, SENIORS, house, somebody
from visits.choosing.audience import count_kept
from visits.choosing.scoring import parts_of, score, together
from visits.choosing.targeting import rank_candidates
from visits.models.people import Occupancy
from visits.models.portfolio import Tenancy
from visits.programmes import Audience, Condition
from visits.programmes.facts import FACTS, Facts
from visits.sight import Viewer

UNKNOWN: dict[str, Any] = dict.fromkeys(
    (
        "age", "lives_alone", "floors_to_climb", "has_bath", "is_adapted", "tenancy_years",
        "tenancy_months", "built_year", "storeys", "energy_label", "in_priority_district",
    )
)  # fmt: skip


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


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
        assert len(seen) > 5 or not programme.targeting
