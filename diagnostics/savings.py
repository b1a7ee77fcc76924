"""What an eco-kit saves in a year: kWh, m³, euros and CO2, as ranges, never counted twice.

The formulas are those printed in the eco-kit form; every number comes from a dated parameter.
Never add these kWh to the cumulated kWh of energy savings certificates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from .parameters import Parameter, Parameters, shipped_parameters

DAYS_A_YEAR = 365
WEEKS_A_YEAR = 52
WATTS_A_KILOWATT = 1000
LITRES_A_CUBIC_METRE = 1000


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate between two bounds."""

    low: float = 0.0
    central: float = 0.0
    high: float = 0.0

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.central + other.central, self.high + other.high)

    def __mul__(self, factor: float) -> Range:
        """Multiply by a factor that is not negative."""
        return Range(self.low * factor, self.central * factor, self.high * factor)


class TapPlace(StrEnum):
    """Where water comes out; the fill of a bath stays the same, so it saves nothing."""

    BASIN = "basin"
    SINK = "sink"
    SHOWER = "shower"
    BATH = "bath"


class HotWater(StrEnum):
    """What heats the water."""

    INDIVIDUAL_ELECTRIC = "individual_electric"
    INDIVIDUAL_GAS = "individual_gas"
    COLLECTIVE = "collective"
    DISTRICT = "district"
    UNKNOWN = "unknown"

    @property
    def is_shared(self) -> bool:
        """Tell whether what is saved goes to the charges, not to the tenant's own bill."""
        return self in (HotWater.COLLECTIVE, HotWater.DISTRICT)


# A shared boiler is taken to burn gas. What has no parameter is left out and said so.
_HEAT_PRICE = {
    HotWater.INDIVIDUAL_ELECTRIC: "electricity_price",
    HotWater.INDIVIDUAL_GAS: "gas_price",
    HotWater.COLLECTIVE: "gas_price",
    HotWater.DISTRICT: "district_heat_price",
}
_HEAT_EMISSION = {
    HotWater.INDIVIDUAL_ELECTRIC: "emission_electric_hot_water",
    HotWater.INDIVIDUAL_GAS: "emission_gas",
    HotWater.COLLECTIVE: "emission_gas",
}


@dataclass(frozen=True, slots=True)
class Lamp:
    """Identical lamps replaced in one place; powers as printed, in watts."""

    old_watts: float
    new_watts: float
    hours_a_day: float
    count: int = 1
    was_led: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap or shower: flow measured before, in l/min; `marking` is that of the part fitted.

    `minutes` are those open a person and day at a tap, those of one shower at a shower.
    """

    place: TapPlace
    flow: float
    minutes: float
    marking: float | None = None
    showers_a_week: float = 0.0


@dataclass(frozen=True, slots=True)
class Reducer:
    """A pressure reducer; pressures in bar."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Kit:
    """All that was fitted in a dwelling; metered use a year where the landlord knows it."""

    lamps: tuple[Lamp, ...] = ()
    taps: tuple[Tap, ...] = ()
    reducer: Reducer | None = None
    people: int = 1
    hot_water: HotWater = HotWater.UNKNOWN
    metered_m3: float | None = None
    metered_kwh: float | None = None


@dataclass(frozen=True, slots=True)
class Savings:
    """What a kit saves a year, with the parameters it was worked out from."""

    lighting_kwh: Range
    water_m3: Range
    heat_kwh: Range
    eur: Range
    kgco2: Range
    heat_goes_to_charges: bool
    capped: bool
    parameters: tuple[Parameter, ...]
    left_out: tuple[str, ...] = ()

    @property
    def kwh(self) -> Range:
        """Add lighting and hot water."""
        return self.lighting_kwh + self.heat_kwh


@dataclass
class _Book:
    """Looks parameters up for a day and remembers which were used."""

    parameters: Parameters
    on: date
    used: dict[str, Parameter] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        found = self.used.setdefault(name, self.parameters.find(name, on=self.on))
        return found.value


def estimate(
    kit: Kit,
    on: date,
    *,
    parameters: Parameters | None = None,
    water_price: str = "water_price",
) -> Savings:
    """Estimate what a kit saves a year, with the parameters of a day.

    `water_price` names the price that holds where the dwelling stands.
    Raises LookupError when a parameter has no value yet on that day.
    """
    book = _Book(parameters if parameters is not None else shipped_parameters(), on)
    lighting = _spread(sum(lamp_kwh(lamp) for lamp in kit.lamps), book)
    wet = [(tap, _tap_m3(tap, kit, book=book)) for tap in kit.taps]
    water = _spread(sum(m3 for _, m3 in wet), book)
    heat = _spread(sum(_heat_kwh(tap, m3, book=book) for tap, m3 in wet if m3 > 0), book)
    lighting, heat, less_energy = _cap_energy(lighting, heat, metered=kit.metered_kwh, book=book)
    water, less_water = _cap(water, kit.metered_m3, book=book)
    if less_water < 1:
        heat *= min(1.0, less_water / less_energy)
    eur, kgco2, left_out = _worth(lighting, water, heat=heat, kit=kit, book=book, price=water_price)
    return Savings(
        lighting_kwh=lighting,
        water_m3=water,
        heat_kwh=heat,
        eur=eur,
        kgco2=kgco2,
        heat_goes_to_charges=kit.hot_water.is_shared,
        capped=min(less_energy, less_water) < 1,
        parameters=tuple(book.used.values()),
        left_out=left_out,
    )


def estimate_items(
    kit: Kit, on: date, *, parameters: Parameters, water_price: str = "water_price"
) -> tuple[tuple[Lamp | Tap, Savings], ...]:
    """Estimate lamp by lamp and tap by tap; together they come to what `estimate` gives.

    Not for a kit with a metered use, whose cap holds for the whole.
    """
    alone: list[tuple[Lamp | Tap, Kit]] = [
        *((lamp, replace(kit, lamps=(lamp,), taps=())) for lamp in kit.lamps),
        *((tap, replace(kit, lamps=(), taps=(tap,))) for tap in kit.taps),
    ]
    return tuple(
        (item, estimate(one, on, parameters=parameters, water_price=water_price))
        for item, one in alone
    )


def lamp_kwh(lamp: Lamp) -> float:
    """Work out the kWh a year of replaced lamps; none when an LED or a weaker lamp was there."""
    watts = lamp.old_watts - lamp.new_watts
    if lamp.was_led or watts <= 0:
        return 0.0
    return watts * lamp.hours_a_day * DAYS_A_YEAR / WATTS_A_KILOWATT * lamp.count


def flow_after(tap: Tap, reducer: Reducer | None) -> float:
    """Give the flow that remains, in l/min: the aerator's, or the reducer's, never both.

    A free opening lets through as the square root of the pressure; an aerator holds its own flow.
    """
    if tap.marking is not None:
        return min(tap.marking, tap.flow)
    if reducer is None or not 0 < reducer.after < reducer.before:
        return tap.flow
    return tap.flow * math.sqrt(reducer.after / reducer.before)


def _tap_m3(tap: Tap, kit: Kit, *, book: _Book) -> float:
    less = tap.flow - flow_after(tap, kit.reducer)
    if tap.place is TapPlace.BATH or less <= 0:
        return 0.0
    if tap.place is TapPlace.SHOWER:
        minutes = tap.showers_a_week * WEEKS_A_YEAR * tap.minutes * book["shower_time_share"]
    else:
        minutes = kit.people * tap.minutes * DAYS_A_YEAR * book["tap_time_share"]
    return minutes * less / LITRES_A_CUBIC_METRE


def _heat_kwh(tap: Tap, m3: float, *, book: _Book) -> float:
    if tap.place is TapPlace.SHOWER:
        warmed = book["rise_shower"]
    else:
        warmed = book[f"hot_share_{tap.place}"] * book["rise_tap"]
    return m3 * book["heat_of_water"] * warmed / book["hot_water_efficiency"]


def _spread(amount: float, book: _Book) -> Range:
    if amount == 0:
        return Range()
    spread = book["savings_spread"]
    return Range(amount * (1 - spread), amount, amount * (1 + spread))


def _cap(saved: Range, metered: float | None, *, book: _Book) -> tuple[Range, float]:
    """Hold a saving under its share of the metered use; also by what it was multiplied."""
    if metered is None or saved.high == 0:
        return saved, 1.0
    most = metered * book["savings_cap"]
    capped = Range(min(saved.low, most), min(saved.central, most), min(saved.high, most))
    kept = capped.central / saved.central if saved.central else 1.0
    return capped, kept


def _cap_energy(
    lighting: Range, heat: Range, *, metered: float | None, book: _Book
) -> tuple[Range, Range, float]:
    """Hold the two together under their share of the metered use."""
    both = lighting + heat
    capped, kept = _cap(both, metered, book=book)
    if capped == both:
        return lighting, heat, kept
    share = heat.central / both.central
    return capped * (1 - share), capped * share, kept


def _worth(
    lighting: Range, water: Range, *, heat: Range, kit: Kit, book: _Book, price: str
) -> tuple[Range, Range, tuple[str, ...]]:
    """Give euros, CO2, and what could not be counted for want of a parameter."""
    eur = kgco2 = Range()
    left_out = []
    if lighting.central:
        eur += lighting * book["electricity_price"]
        kgco2 += lighting * book["emission_lighting"]
    if water.central:
        eur += water * (book[price] * book["water_variable_share"])
    if heat.central:
        if kit.hot_water in _HEAT_PRICE:
            eur += heat * book[_HEAT_PRICE[kit.hot_water]]
        else:
            left_out.append("heat_eur")
        if kit.hot_water in _HEAT_EMISSION:
            kgco2 += heat * book[_HEAT_EMISSION[kit.hot_water]]
        else:
            left_out.append("heat_kgco2")
    return eur, kgco2, tuple(left_out)


Answers = Mapping[str, Any]


def read_kit(values: Answers) -> Kit:
    """Read what was fitted from the checked answers of the `eco_kit` form; only what is whole."""
    dwelling, pressure = values.get("dwelling", {}), values.get("pressure", {})
    return Kit(
        lamps=tuple(_lamps(values.get("lamp", []))),
        taps=tuple(_taps(values.get("tap", []))),
        reducer=_reducer(pressure),
        people=dwelling.get("people") or 0,
        hot_water=HotWater(dwelling.get("hot_water") or HotWater.UNKNOWN),
    )


def _lamps(turns: Iterable[Answers]) -> Iterable[Lamp]:
    for turn in turns:
        asked = {name: turn.get(name) for name in ("old_watts", "new_watts", "hours_a_day")}
        count: int | None = turn.get("lamp_count")
        if turn.get("lamp_outcome") != "fitted" or count is None or None in asked.values():
            continue
        watts: dict[str, Any] = asked
        yield Lamp(**watts, count=count, was_led=turn.get("old_kind") == "led")


def _taps(turns: Iterable[Answers]) -> Iterable[Tap]:
    for turn in turns:
        place, litres = turn.get("tap_place"), turn.get("bucket_litres")
        if place is None or litres is None or turn.get("heater_starts") == "no":
            continue
        shower = place == TapPlace.SHOWER
        fitted = turn.get("tap_outcome") == "fitted"
        yield Tap(
            place=TapPlace(place),
            flow=litres * 6,
            minutes=turn.get("shower_minutes" if shower else "tap_minutes") or 0,
            marking=turn.get("marking") if fitted else None,
            showers_a_week=turn.get("showers_a_week") or 0,
        )


def _reducer(pressure: Answers) -> Reducer | None:
    before, after = pressure.get("pressure_before"), pressure.get("pressure_after")
    if pressure.get("reducer") != "fitted" or not before or not after:
        return None
    return Reducer(before, after)
