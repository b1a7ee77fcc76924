"""What the kit of a visit saves a year, with the numbers of the visit's day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.kits import ECO_KIT
from diagnostics.savings import Kit, Lamp, Savings, Tap, estimate, estimate_items
from visits.ground.errors import NotFound
from visits.intake.conclusion import read_checked
from visits.intake.kept_savings import grounds_of, keep_savings
from visits.intake.visit_file import counted_submissions
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, Visit
from visits.stock.bags import fitted_at

MOST_AT_ONCE = 200  # kits worked out while nobody else can write


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
    kit, on, known, price = grounds_of(session, filled, read_checked(filled))
    price = (filled.savings or {}).get("price", price)  # whatever address was written since
    try:
        saved = estimate(kit, on, parameters=known, water_price=price)
        items = estimate_items(kit, on, parameters=known, water_price=price)
    except LookupError:
        return KitSavings(kit, on, None, ())
    return KitSavings(kit, on, saved, items)


def savings_told(session: Session, visit: Visit) -> Savings | None:
    """Give what the kit of a visit saves; None where its answers or the numbers do not tell it."""
    try:
        return savings_of(session, visit).saved
    except NotFound:
        return None


def keep_older_savings(session: Session, *, now: datetime) -> int:
    """Work out, some at a time, what kits save whose answers came before it was kept."""
    statement = (
        select(Submission)
        .join(Submission.form_version)
        .where(FormVersion.form_id == ECO_KIT, Submission.savings.is_(None))
        .where(Submission.visit_id.is_not(None), Submission.state.in_(COUNTED))
        .where(Submission.received_at <= now)
        .order_by(Submission.received_at.desc(), Submission.id)
        .limit(MOST_AT_ONCE)
    )
    touched = 0
    for submission in session.scalars(statement):
        keep_savings(session, submission, read_checked(submission))
        touched += 1
    return touched


def items_of(session: Session, visit: Visit) -> dict[str, int]:
    """Count by item what the answers of a visit say was fitted or given; else raise NotFound."""
    items = fitted_at(session, visit.id)
    if not items:
        raise NotFound("no_items_fitted")
    return items


def _filled(session: Session, visit: Visit) -> Submission:
    sent = counted_submissions(session, visit)
    filled = [one for one in sent if one.form_version.form_id == ECO_KIT]
    if not filled:
        raise NotFound("savings_not_found")
    return filled[-1]
