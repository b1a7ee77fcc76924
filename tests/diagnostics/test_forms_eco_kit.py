"""The eco-kit form: savings as the formulas say, and never counted twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.diagnostics.filling import Filled

ONE = {
    "kit_agreed": "yes",
    "people": "1",
    "hot_water": "individual_electric",
    "reducer": "not_needed",
}
LAMP = {
    "lamp_place": "living",
    "lamp_outcome": "fitted",
    "old_kind": "halogen",
    "lamp_count": "1",
    "old_watts": "43",
    "new_watts": "9",
    "hours_a_day": "3",
}
TAP = {
    "tap_place": "sink",
    "tap_leaks": "no",
    "bucket_litres": "2",
    "tap_outcome": "fitted",
    "marking": "5",
    "tap_minutes": "4",
}
SHOWER = {
    "tap_place": "shower",
    "tap_leaks": "no",
    "bucket_litres": "2",
    "tap_outcome": "fitted",
    "marking": "8",
    "showers_a_week": "6",
    "shower_minutes": "6",
}


def kit(**answers: Any) -> Filled:
    return Filled("eco_kit", **{**ONE, **answers})


def test_a_halogen_lamp_saves_what_the_worked_example_says() -> None:
    found = kit(lamp=[LAMP])
    assert found.checked.valid
    assert found.value("lamps_kwh") == "37.2"
    assert (found.value("lamps_kwh_low"), found.value("lamps_kwh_high")) == ("22.3", "52.1")
    assert found.called["led_kit"].label["fr"] == "Ampoules LED posées : 1."
    assert found.called["kit_check"].due == "6m"


@pytest.mark.parametrize("changed", [{"old_kind": "led"}, {"new_watts": "50"}])
def test_a_lamp_that_saves_nothing_counts_for_nothing(changed: dict[str, str]) -> None:
    assert kit(lamp=[LAMP | changed]).value("lamps_kwh") == "0"


def test_a_refused_lamp_is_counted_as_refused_and_saves_nothing() -> None:
    found = kit(lamp=[{"lamp_place": "living", "lamp_outcome": "refused"}])
    assert found.checked.valid
    assert (found.value("lamps_kwh"), found.value("items_refused")) == ("0", "1")
    assert found.called == {}


def test_a_tap_and_a_shower_save_what_the_worked_examples_say() -> None:
    found = kit(tap=[TAP, SHOWER])
    assert found.checked.valid
    assert found.value("tap[1]/tap_m3") == "6.13"
    assert found.value("tap[2]/tap_m3") == "5.99"
    assert float(found.value("tap[2]/tap_kwh")) == pytest.approx(189, rel=0.01)
    assert float(found.value("water_m3")) == pytest.approx(12.12)
    assert (found.value("aerators_fitted"), found.value("shower_heads_fitted")) == ("1", "1")


def test_a_bath_tap_saves_nothing() -> None:
    found = kit(tap=[{"tap_place": "bath", "tap_leaks": "no"}])
    assert found.checked.valid
    assert found.value("water_m3") == "0"


def test_a_reducer_counts_on_free_taps_alone() -> None:
    reducer = {"reducer": "fitted", "pressure_before": "4", "pressure_after": "3"}
    free = TAP | {"tap_outcome": "refused", "marking": ""}
    found = kit(**reducer, tap=[TAP, free])
    assert found.value("tap[1]/tap_m3") == kit(tap=[TAP]).value("tap[1]/tap_m3")
    assert float(found.value("tap[2]/flow_after")) == pytest.approx(12 * (1 - 0.134), rel=0.001)
    assert "reducer_kit" in found.called


def test_a_gas_heater_that_no_longer_starts_undoes_the_saving() -> None:
    found = kit(hot_water="individual_gas", gas_instant="yes", tap=[TAP | {"heater_starts": "no"}])
    assert found.value("water_m3") == "0"
    assert found.called["heater_does_not_start"].severity == "U1"


def test_a_refused_kit_calls_for_nothing() -> None:
    found = Filled("eco_kit", kit_agreed="no", kit_refusal="habit")
    assert found.checked.valid
    assert found.called == {}
