"""What the kit of a visit saves a year, with the numbers of the visit's day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from diagnostics.kits import ECO_KIT
from diagnostics.parameters import Parameters
from diagnostics.regions import region_of
from diagnostics.savings import (
    Kit,
    Lamp,
    Savings,
    Tap,
    estimate,
    estimate_items,
    read_kit,
)
from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import NotFound
from visits.intake.conclusion import read_checked
from visits.intake.visit_file import counted_submissions
from visits.models.visits import Submission, Visit
from visits.stock.bags import fitted_at


@dataclass(frozen=True)
class KitSavings:
    """What was fitted on a day and what it saves, all together and item by item.

    `saved` is None where no number is known for a day so far back.
    """

    kit: Kit
    on: date
    saved: Savings | None
    items: Sequence[tuple[Lamp | Tap, Savings]]


def savings_of(session: Session, visit: Visit) -> KitSavings:
    """Work out what the kit of a visit saves, as its latest answers say; else raise NotFound."""
    filled = _filled(session, visit)
    kit, on = _kit(filled)
    known = parameters_in_force(session, known_at=filled.received_at)
    home = visit.home
    price = _water_price(known, home.residence.postcode if home else "")
    try:
        saved = estimate(kit, on, parameters=known, water_price=price)
        items = estimate_items(kit, on, parameters=known, water_price=price)
    except LookupError:
        return KitSavings(kit, on, None, ())
    return KitSavings(kit, on, saved, items)


def items_of(session: Session, visit: Visit) -> dict[str, int]:
    """Count by item what the answers of a visit say was fitted or given; else raise NotFound."""
    items = fitted_at(session, visit.id)
    if not items:
        raise NotFound("savings_not_found")
    return items


def _filled(session: Session, visit: Visit) -> Submission:
    sent = counted_submissions(session, visit)
    filled = [one for one in sent if one.form_version.form_id == ECO_KIT]
    if not filled:
        raise NotFound("savings_not_found")
    return filled[-1]


def _kit(submission: Submission) -> tuple[Kit, date]:
    """Read what was fitted, and on which day."""
    checked = read_checked(submission)
    return read_kit(checked.values), today_in_paris(submission.ended_at or submission.received_at)


def _water_price(known: Parameters, postcode: str) -> str:
    """Name the price of water where the dwelling stands; the national one when none is known."""
    regional = f"water_price_{region_of(postcode)}"
    return regional if regional in known.names() else "water_price"
