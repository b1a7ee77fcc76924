"""What the kit of a visit saves a year, worked out once and kept beside its answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from diagnostics.kits import ECO_KIT
from diagnostics.parameters import Parameters
from diagnostics.regions import region_of
from diagnostics.savings import Kit, Range, Savings, estimate, read_kit
from diagnostics.submission import Checked
from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import today_in_paris
from visits.models.visits import Submission

MEASURES = ("kwh", "water_m3", "eur", "kgco2")
DIGITS = 1


@dataclass(frozen=True)
class KeptSavings:
    """What a kit saves a year: kWh, m³, euros and kg of CO2, to one decimal; they add up.

    `left_out` names what could not be counted for want of a number.
    """

    saved: Mapping[str, Range] = field(default_factory=lambda: dict.fromkeys(MEASURES, Range()))
    left_out: tuple[str, ...] = ()

    def __add__(self, other: "KeptSavings") -> "KeptSavings":
        """Add bound to bound."""
        return KeptSavings(
            {name: _rounded(self.saved[name] + other.saved[name]) for name in MEASURES},
            tuple(dict.fromkeys((*self.left_out, *other.left_out))),
        )


def keep_savings(session: Session, submission: Submission, checked: Checked) -> None:
    """Keep what the kit of a visit saves, as its answers say; nothing for other forms."""
    if submission.form_version.form_id != ECO_KIT or submission.visit is None:
        return
    kit, on, known, price = grounds_of(session, submission, checked)
    try:
        found = estimate(kit, on, parameters=known, water_price=price)
    except LookupError:
        submission.savings = {"price": price}
        return
    submission.savings = {"price": price, **_written(found)}


def read_savings(kept: Mapping[str, Any]) -> KeptSavings | None:
    """Read what was kept; None where no number was known for a day so far back."""
    if "kwh" not in kept:
        return None
    saved = {name: Range(*kept[name]) for name in MEASURES}
    return KeptSavings(saved, tuple(kept["left_out"]))


def grounds_of(
    session: Session, submission: Submission, checked: Checked
) -> tuple[Kit, date, Parameters, str]:
    """Give what was fitted, on which day, the numbers known then and the price of water there."""
    known = parameters_in_force(session, known_at=submission.received_at)
    on = today_in_paris(submission.ended_at or submission.received_at)
    return read_kit(checked.values), on, known, _price_at_home(submission, known)


def _price_at_home(submission: Submission, known: Parameters) -> str:
    """Name the price of water where the dwelling stands; the national one when none is known."""
    home = submission.visit.home if submission.visit else None
    regional = f"water_price_{region_of(home.residence.postcode if home else '')}"
    return regional if regional in known.names() else "water_price"


def _written(found: Savings) -> dict[str, Any]:
    ranges = {name: _rounded(getattr(found, name)) for name in MEASURES}
    bounds = {name: [one.low, one.central, one.high] for name, one in ranges.items()}
    return {**bounds, "left_out": list(found.left_out)}


def _rounded(one: Range) -> Range:
    return Range(*(round(bound, DIGITS) for bound in (one.low, one.central, one.high)))
