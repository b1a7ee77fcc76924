"""What a kit saves, against worked examples; never counted twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from diagnostics.parameters import Parameters, shipped_parameters
from diagnostics.savings import (
    HotWater,
    Kit,
    Lamp,
    Range,
    Reducer,
    Savings,
    Tap,
    TapPlace,
    estimate,
    flow_after,
    lamp_kwh,
    read_kit,
)
from tests.diagnostics.filling import Filled, filled_at_random

ON = date(2026, 11, 21)
HALOGEN = Lamp(old_watts=43, new_watts=9, hours_a_day=3)
BASIN = Tap(TapPlace.BASIN, flow=12, minutes=4, marking=5)
SHOWER = Tap(TapPlace.SHOWER, flow=12, minutes=6, marking=8, showers_a_week=6)


def whole_price() -> Parameters:
    """Take the whole price of water, as the worked example does."""
    share = shipped_parameters().find("water_variable_share", on=ON)
    return shipped_parameters().adding([replace(share, value=1.0)])


def central(saved: Savings) -> tuple[float, float, float]:
    return saved.kwh.central, saved.eur.central, saved.kgco2.central


@pytest.mark.parametrize(
    ("old", "kwh", "eur", "kgco2"), [(43, 37.2, 7.2, 2.6), (60, 55.8, 10.8, 3.9)]
)
def test_a_lamp_saves_what_the_worked_example_says(
    old: float, kwh: float, eur: float, kgco2: float
) -> None:
    saved = estimate(Kit(lamps=(replace(HALOGEN, old_watts=old),)), ON)
    assert central(saved) == pytest.approx((kwh, eur, kgco2), abs=0.06)


def test_a_tap_saves_what_the_worked_example_says() -> None:
    kit = Kit(taps=(BASIN,), hot_water=HotWater.INDIVIDUAL_ELECTRIC)
    saved = estimate(kit, ON, parameters=whole_price())
    assert saved.water_m3.central == pytest.approx(6.1, abs=0.05)
    assert saved.heat_kwh.central == pytest.approx(105, abs=0.5)
    assert saved.eur.central == pytest.approx(26.6 + 20.3, abs=0.1)
    assert saved.kgco2.central == pytest.approx(6.8, abs=0.05)
    gas = estimate(replace(kit, hot_water=HotWater.INDIVIDUAL_GAS), ON)
    assert gas.kgco2.central == pytest.approx(23.8, abs=0.05)


def test_a_shower_saves_what_the_worked_example_says() -> None:
    saved = estimate(Kit(taps=(SHOWER,)), ON)
    assert saved.water_m3.central == pytest.approx(6.0, abs=0.05)
    assert saved.heat_kwh.central == pytest.approx(189, abs=1)


@pytest.mark.parametrize(("before", "less"), [(4, 0.134), (5, 0.225), (6, 0.293)])
def test_a_reducer_follows_the_square_root_of_the_pressure(before: float, less: float) -> None:
    free = replace(BASIN, marking=None)
    assert flow_after(free, Reducer(before, 3)) == pytest.approx(12 * (1 - less), abs=0.01)


def test_a_reducer_adds_nothing_to_an_aerator_and_nothing_to_a_bath() -> None:
    kit = Kit(taps=(BASIN, replace(BASIN, place=TapPlace.BATH, marking=None)))
    with_reducer = replace(kit, reducer=Reducer(5, 3))
    assert estimate(with_reducer, ON).water_m3 == estimate(kit, ON).water_m3


def test_a_lamp_that_was_led_or_weaker_saves_nothing() -> None:
    assert lamp_kwh(replace(HALOGEN, was_led=True)) == 0
    assert lamp_kwh(replace(HALOGEN, old_watts=8)) == 0


def test_savings_are_ranges_of_forty_per_cent() -> None:
    saved = estimate(Kit(lamps=(HALOGEN,)), ON).lighting_kwh
    assert saved.low == pytest.approx(saved.central * 0.6)
    assert saved.high == pytest.approx(saved.central * 1.4)


def test_savings_stay_under_a_share_of_the_metered_use() -> None:
    kit = Kit(taps=(SHOWER,), metered_m3=10, hot_water=HotWater.INDIVIDUAL_GAS)
    saved, free = estimate(kit, ON), estimate(replace(kit, metered_m3=None), ON)
    assert saved.capped
    assert saved.water_m3 == Range(3.0, 3.0, 3.0)
    assert saved.heat_kwh.central == pytest.approx(free.heat_kwh.central * 3 / 5.99, rel=0.01)
    assert not estimate(replace(kit, metered_m3=100), ON).capped
    energy = estimate(Kit(lamps=(HALOGEN,), taps=(SHOWER,), metered_kwh=100), ON)
    assert energy.kwh.high == pytest.approx(30)


def test_shared_hot_water_goes_to_the_charges() -> None:
    kit = Kit(taps=(SHOWER,), hot_water=HotWater.COLLECTIVE)
    assert estimate(kit, ON).heat_goes_to_charges
    assert not estimate(replace(kit, hot_water=HotWater.INDIVIDUAL_GAS), ON).heat_goes_to_charges


def test_what_has_no_parameter_is_left_out_and_said() -> None:
    assert estimate(Kit(taps=(SHOWER,)), ON).left_out == ("heat_eur", "heat_kgco2")
    district = estimate(Kit(taps=(SHOWER,), hot_water=HotWater.DISTRICT), ON)
    assert district.left_out == ("heat_kgco2",)


def test_an_empty_kit_saves_nothing_and_uses_no_parameter() -> None:
    saved = estimate(Kit(), ON)
    assert (saved.kwh, saved.water_m3, saved.parameters) == (Range(), Range(), ())


def test_the_parameters_used_are_those_of_the_day() -> None:
    before, after = (estimate(Kit(lamps=(HALOGEN,)), day) for day in (date(2026, 1, 1), ON))
    assert {one.name for one in after.parameters} == {
        "savings_spread",
        "electricity_price",
        "emission_lighting",
    }
    assert before.eur.central / after.eur.central == pytest.approx(0.1952 / 0.1940)


def test_the_price_of_water_can_be_that_of_a_region() -> None:
    kit = Kit(taps=(SHOWER,))
    here = estimate(kit, ON, water_price="water_price_hauts_de_france").eur.central
    assert here / estimate(kit, ON).eur.central == pytest.approx(4.84 / 4.34)


def test_the_form_and_this_room_come_to_the_same() -> None:
    positive = 0
    for seed in range(16):
        values = filled_at_random("eco_kit", seed).values
        shown, saved = values.get("totals"), estimate(read_kit(values), ON)
        if shown is None:
            assert (saved.kwh, saved.water_m3) == (Range(), Range())
            continue
        positive += float(shown["water_m3"]) > 0
        assert saved.lighting_kwh.central == pytest.approx(float(shown["lamps_kwh"]), abs=0.2)
        assert saved.water_m3.central == pytest.approx(float(shown["water_m3"]), abs=0.3)
        assert saved.heat_kwh.central == pytest.approx(float(shown["water_kwh"]), rel=0.01, abs=2)
    assert positive


def test_a_kit_is_read_from_the_answers_of_its_form() -> None:
    tap = {"tap_place": "sink", "tap_leaks": "no", "bucket_litres": "2", "tap_minutes": "4"}
    found = Filled(
        "eco_kit",
        kit_agreed="yes",
        people="2",
        hot_water="individual_gas",
        gas_instant="yes",
        reducer="fitted",
        pressure_before="5",
        pressure_after="3",
        tap=[
            tap | {"tap_outcome": "refused"},
            tap | {"tap_outcome": "fitted", "marking": "5", "heater_starts": "no"},
        ],
    )
    kit = read_kit(found.checked.values)
    assert (kit.people, kit.hot_water) == (2, HotWater.INDIVIDUAL_GAS)
    assert kit.reducer == Reducer(5, 3)
    assert kit.taps == (Tap(TapPlace.SINK, flow=12, minutes=4),)
    assert estimate(kit, ON).water_m3.central == pytest.approx(
        float(found.value("water_m3")), abs=0.05
    )
