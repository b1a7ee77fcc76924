"""What an eco-kit saves a year, worked out with the numbers of the visit's day."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.savings import Kit, Lamp, Range, Savings, Tap, flow_after
from visits.agenda.planning import find_visit
from visits.intake.kit_savings import savings_of
from visits.models.visits import Visit
from webapp.access.auth import Action, requires, viewer
from webapp.office.frame.access import showing
from webapp.words import word

savings = Blueprint("savings", __name__, url_prefix="/visits")


@dataclass(frozen=True)
class Line:
    """One thing that was fitted, what changed by it, and what it saves."""

    what: str
    change: str
    saved: Savings


@savings.get("/<uuid:visit_id>/savings")
@requires(Action.SEE_ANSWERS)
def show(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Show what the kit of a visit saves a year, item by item, and with which numbers."""
    with showing("savings") as (session, shown):
        visit = find_visit(session, viewer(), visit_id)
        shown.add(visit.case.person_id)
        return _page(session, visit)


def _page(session: Session, visit: Visit) -> str:
    found = savings_of(session, visit)
    return render_template(
        "visits/savings.html",
        visit=visit,
        on=found.on,
        kit=found.kit,
        saved=found.saved,
        lines=[_line(item, found.kit, one) for item, one in found.items],
    )


def _line(item: Lamp | Tap, kit: Kit, saved: Savings) -> Line:
    if isinstance(item, Lamp):
        change = _("%(old)s W → %(new)s W", old=_short(item.old_watts), new=_short(item.new_watts))
        return Line(_("LED bulbs: %(count)d", count=item.count), change, saved)
    change = _(
        "%(old)s → %(new)s l/min",
        old=_short(item.flow),
        new=_short(flow_after(item, kit.reducer)),
    )
    return Line(
        _("%(place)s: %(by)s", place=word("tap", item.place), by=_by(item, kit)), change, saved
    )


def _by(tap: Tap, kit: Kit) -> str:
    """Say what holds the flow: the aerator or the reducer, never both."""
    if tap.marking is not None:
        return str(_("aerator or shower head"))
    return str(_("pressure reducer") if kit.reducer is not None else _("nothing fitted"))


def _short(value: float) -> str:
    return str(format_decimal(value, "#,##0.#"))


def spread(amount: Range, pattern: str = "#,##0") -> str:
    """Write an estimate as its two bounds: `22 à 52`; a dash for none."""
    if not amount.high:
        return "–"
    low, high = (str(format_decimal(one, pattern)) for one in (amount.low, amount.high))
    return low if low == high else str(_("%(low)s to %(high)s", low=low, high=high))
