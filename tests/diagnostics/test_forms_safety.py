"""The safety form: how urgent, what to do at once, and what decency asks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.diagnostics.filling import Filled

CALM = {
    "visit_agreed": "yes",
    "gas_smell": "no",
    "carbon_monoxide": "no",
    "fire": "no",
    "electric_shock": "no",
    "person_in_danger": "no",
    "power": "on",
    "bare_wires": "no",
    "wet_electric": "no",
    "has_gas": "no",
    "heating": "shared",
    "vents_blocked": "no",
    "leak": "none",
    "hot_water": "yes",
    "wc_state": "working",
    "entrance_door": "yes",
    "guard": "sound",
    "handrail": "none_needed",
    "ceiling_falling": "no",
    "lift": "none",
    "exit_free": "yes",
    "clutter": "none",
    "smoke_alarm": "working",
    "missing_equipment": "none",
    "mould": "none",
    "pests": "none",
    "water_tight": "yes",
    "dpe": "c",
}


def safety(**answers: Any) -> Filled:
    return Filled("safety_and_decency", **{**CALM, **answers})


def test_a_sound_dwelling_calls_only_for_testing_the_alarm() -> None:
    found = safety()
    assert found.checked.valid
    assert found.assessment.bands == {"decency_band": "nothing_seen"}
    assert list(found.called) == ["smoke_alarm_test"]


def test_a_smell_of_gas_says_to_leave_and_lets_the_form_end_there() -> None:
    found = safety(gas_smell="yes", found_time="10:30:00.000+01:00", acknowledged="yes")
    assert found.checked.valid
    called = found.called["gas_leak"]
    assert (called.severity, called.due, called.owner) == ("U0", "", "landlord")
    assert "appelez le 0 800 47 33 33" in called.label["fr"]
    assert "/data/vital/gas_now" in found.checked.relevant
    assert "/data/decency" not in found.checked.relevant
    assert set(found.called) == {"gas_leak", "after_danger"}


@pytest.mark.parametrize(
    ("answers", "name", "severity"),
    [
        ({"power": "out"}, "power_cut", "U1"),
        ({"power": "partly"}, "power_part", "U2"),
        ({"temperature": "15.9"}, "cold_dwelling", "U1"),
        ({"lift": "broken", "stairs_impossible": "yes"}, "lift_urgent", "U1"),
        ({"lift": "broken", "stairs_impossible": "no"}, "lift_repair", "U2"),
        ({"wc_state": "only_blocked"}, "wc_unblock", "U1"),
        ({"guard": "loose"}, "guard_repair", "U1"),
        ({"handrail": "loose"}, "handrail_repair", "U2"),
        ({"smoke_alarm": "missing"}, "smoke_alarm_fitting", "U2"),
        ({"mould": "some"}, "mould_treatment", "U3"),
    ],
)
def test_each_finding_has_its_degree(answers: dict[str, str], name: str, severity: str) -> None:
    found = safety(**answers)
    assert found.called[name].severity == severity
    urgent = severity == "U1"
    assert found.value("urgent_count") == ("1" if urgent else "0")
    assert found.missing == ({"found_time", "acknowledged"} if urgent else set())


@pytest.mark.parametrize(
    ("answers", "count"),
    [
        ({"main_room_m2": "8.5", "ceiling_m": "2.5"}, 0),
        ({"main_room_m2": "8.5", "ceiling_m": "2.3"}, 1),
        ({"main_room_m2": "9", "ceiling_m": "2.2"}, 0),
        ({"missing_equipment": "wc_inside", "rooms": "1"}, 0),
        ({"missing_equipment": "wc_inside", "rooms": "2"}, 1),
        ({"missing_equipment": "sink washing"}, 1),
        ({"dpe": "g"}, 1),
        ({"dpe": "f"}, 0),
        ({"final_energy": "450"}, 1),
        ({"pests": "some", "water_tight": "no"}, 2),
    ],
)
def test_decency_criteria_are_counted_for_verification(answers: dict[str, str], count: int) -> None:
    found = safety(**answers)
    assert found.checked.valid
    assert found.value("decency_count") == str(count)
    assert ("decency_check" in found.called) == (count > 0)
