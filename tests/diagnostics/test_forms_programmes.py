"""The forms of the other programmes: entry, residence, first month, weekly support."""

from __future__ import annotations

from typing import Any

import pytest

from tests.diagnostics.filling import Filled, parsed

WORKS = dict.fromkeys(
    [
        "heating_works",
        "hot_water_works",
        "ventilation_works",
        "plumbing_works",
        "door_works",
        "intercom_works",
    ],
    "yes",
)
ENTRY = {
    "done_on": "2026-11-20",
    "tenant_there": "present",
    **WORKS,
    "smoke_alarm": "yes",
    "told_safety": "yes",
    "tenant_agrees": "yes",
}
ROOM = {"floor_state": "good", "walls_state": "worn", "ceiling_state": "good"}
FIRST = {
    "visit_agreed": "yes",
    "settled": "yes",
    "keys_ok": "yes",
    "name_shown": "yes",
    "knows_caretaker": "yes",
    "knows_cut_off": "yes",
    "defects": "none",
    "heating_understood": "yes",
    "smoke_alarm": "yes",
    "insured": "yes",
    "housing_benefit": "not_concerned",
    "energy_contract": "yes",
    "address_changed": "under_way",
    "rent_understood": "yes",
    "neighbours": "well",
}
WEEK = {
    "support_agreed": "yes",
    "channel": "home",
    "minutes": "45",
    "outings": "2",
    "visits_received": "1",
    "week_felt": "well",
    "done": "talk",
    "needs": "none",
    "next_contact": "week",
    "supervisor_call": "no",
}


def residence(**answers: Any) -> Filled:
    states = {
        question.name: "good"
        for question in parsed("annual_residence_check").questions
        if question.choices is not None and question.repeat is None
    }
    plain = {"storeys": "4", "step_free": "yes", "lift": "working", "pests": "none"}
    return Filled("annual_residence_check", **{**states, **plain, "tension": "no", **answers})


def test_an_entry_in_good_order_leads_to_the_first_month_visit() -> None:
    found = Filled("entry_inventory", **ENTRY, room=[ROOM | {"room_kind": "living"}])
    assert found.checked.valid
    assert (found.value("rooms_seen"), found.value("bad_items")) == ("1", "0")
    assert list(found.called) == ["first_month"]


def test_what_does_not_work_at_entry_is_ordered_and_bad_rooms_are_named() -> None:
    bad = ROOM | {"room_kind": "kitchen", "floor_state": "bad"}
    found = Filled("entry_inventory", **(ENTRY | {"heating_works": "no"}), room=[bad])
    assert found.called["heating_repair"].severity == "U2"
    assert found.called["room_repair"].label["fr"] == "Cuisine, éléments en mauvais état : 1."


def test_reservations_are_asked_of_a_tenant_who_disagrees() -> None:
    found = Filled("entry_inventory", **(ENTRY | {"tenant_agrees": "no"}))
    assert found.missing == {"reservations"}


def test_a_residence_in_order_calls_for_nothing() -> None:
    found = residence()
    assert found.checked.valid
    assert found.assessment.bands == {"residence_band": "in_order"}
    assert found.called == {}


@pytest.mark.parametrize(
    ("state", "band", "name", "severity"),
    [("mend", "to_plan", "door_mend", "U3"), ("danger", "act_now", "door_now", "U1")],
)
def test_a_guard_of_a_residence_is_ordered_by_its_state(
    state: str, band: str, name: str, severity: str
) -> None:
    found = residence(guards=state)
    assert found.assessment.bands == {"residence_band": band}
    assert found.called[name].severity == severity


def test_a_dangerous_finding_of_a_residence_says_where() -> None:
    finding = {"finding_place": "Hall B", "finding_trade": "general", "finding_danger": "yes"}
    found = residence(finding=[finding])
    assert found.checked.valid
    assert found.called["finding_danger_now"].label["en"].startswith("Hall B:")


def test_a_tenant_who_has_settled_well_calls_for_nothing() -> None:
    found = Filled("first_month_visit", **FIRST)
    assert found.checked.valid
    assert found.called == {}


def test_unfinished_paperwork_and_defects_are_followed() -> None:
    answers = FIRST | {"insured": "no", "housing_benefit": "no", "keys_ok": "no"}
    answers |= {"defects": "heating damp", "share_caf": "yes"}
    found = Filled("first_month_visit", **answers)
    assert found.checked.valid
    assert found.value("open_points") == "3"
    assert set(found.called) == {
        "heating_repair",
        "damp_repair",
        "keys_missing",
        "insurance_advice",
        "caf_link",
        "settle_again",
    }


def test_goals_as_aimed_at_come_to_fifty() -> None:
    goal = {"goal_name": "Sortir au marché", "goal_level": "reached"}
    found = Filled("weekly_support", **WEEK, goal=[goal, goal | {"goal_level": "more"}])
    assert found.checked.valid
    assert found.assessment.scores["goals_t_score"] == pytest.approx(56.2)
    even = Filled("weekly_support", **WEEK, goal=[goal])
    assert even.assessment.scores["goals_t_score"] == 50
    assert list(even.called) == ["next_in_week"]


def test_a_week_without_outing_or_visit_is_spoken_about() -> None:
    quiet = WEEK | {"outings": "0", "visits_received": "0", "share_ccas": "yes"}
    found = Filled("weekly_support", **quiet)
    assert found.checked.valid
    assert set(found.called) == {"next_in_week", "ccas_link"}
