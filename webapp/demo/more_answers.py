"""The other forms of a visit, filled now and then: the eco-kit, the fall risk in full."""

import uuid
from datetime import datetime
from random import Random

from diagnostics.delays import PARIS
from diagnostics.form import Form
from diagnostics.submission import check
from webapp.demo.answers import Answers, Filled, Resident, stamp, written, yes

# How often each is filled beside the home visit.
CHANCES = {"eco_kit": 0.14, "fall_risk": 0.07}
LAMPS = (("living", "halogen", 42.0), ("kitchen", "cfl", 15.0), ("bedroom", "incandescent", 40.0))
TAPS = ("basin", "sink", "shower")


def chosen_forms(rng: Random) -> list[str]:
    """Choose which other forms a visit has time for."""
    return [name for name, chance in CHANCES.items() if rng.random() < chance]


def fill_more(
    rng: Random, form: Form, resident: Resident, *, start_at: datetime, end_at: datetime
) -> Filled:
    """Fill one of the other forms."""
    answers = _eco_kit(rng, resident) if form.form_id == "eco_kit" else _fall_risk(rng, resident)
    answers |= {
        "start": stamp(start_at),
        "end": stamp(end_at),
        "today": start_at.astimezone(PARIS).date().isoformat(),
        "instanceID": f"uuid:{uuid.UUID(int=rng.getrandbits(128), version=4)}",
    }
    return Filled(check(form, written(form, answers), now=end_at).xml)


def _eco_kit(rng: Random, resident: Resident) -> Answers:
    gas, strong = rng.random() < 0.3, rng.random() < 0.1
    return {
        "kit_agreed": "yes",
        "people": 1 if resident.alone else 2,
        "hot_water": "individual_gas" if gas else rng.choice(("individual_electric", "collective")),
        "gas_instant": "no",
        "reducer": rng.choice(("fitted", "not_fitting")) if strong else "not_needed",
        "pressure_before": 4.8 if strong else 3.1,
        "pressure_after": 3.0,
        "lamp": [_lamp(rng, *lamp) for lamp in rng.sample(LAMPS, rng.randint(1, 3))],
        "tap": [_tap(rng, place) for place in rng.sample(TAPS, rng.randint(1, 3))],
        "other_kit": rng.choice(("", "", "night_light", "rug_tape", "night_light rug_tape")),
    }


def _lamp(rng: Random, place: str, kind: str, watts: float) -> Answers:
    return {
        "lamp_place": place,
        "lamp_outcome": rng.choices(("fitted", "refused", "not_fitting"), (85, 9, 6))[0],
        "old_kind": kind,
        "lamp_count": rng.randint(1, 3),
        "old_watts": watts,
        "new_watts": 7,
        "hours_a_day": rng.choice((1, 2, 3, 4)),
    }


def _tap(rng: Random, place: str) -> Answers:
    return {
        "tap_place": place,
        "tap_leaks": yes(rng, 0.06),
        "bucket_litres": round(rng.uniform(1.4, 2.6), 1),
        "tap_outcome": rng.choices(("fitted", "not_fitting", "refused"), (80, 13, 7))[0],
        "marking": 6,
        "tap_minutes": 3,
        "showers_a_week": 4,
        "shower_minutes": 6,
    }


def _fall_risk(rng: Random, resident: Resident) -> Answers:
    fell = yes(rng, 0.25 + (resident.age - 70) * 0.01)
    weak = 0.12 + (resident.age - 70) * 0.012
    items = (
        "walking_aid", "holds_furniture", "pushes_to_rise", "kerb_hard", "rushes_to_wc",
        "numb_feet", "dizzy_medicine", "sleep_medicine", "often_sad",
    )  # fmt: skip
    return {
        "falls_agreed": "yes",
        "health_agreed": yes(rng, 0.92),
        "trained_visitor": "no",
        "fell": fell,
        "falls_count": rng.choices((1, 2, 3), (70, 22, 8))[0],
        "fall_injury": yes(rng, 0.25),
        "fall_on_floor": yes(rng, 0.08),
        "fall_faint": yes(rng, 0.05),
        "unsteady": yes(rng, weak + 0.2),
        "worried": yes(rng, weak + 0.2),
        **{item: yes(rng, weak) for item in items},
        "share_doctor": yes(rng, 0.7),
        "share_pension_fund": yes(rng, 0.6),
        "share_occupational_therapist": yes(rng, 0.5),
    }
