"""What a programme's accompaniments came to: by month, by organisation, and as a file."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import TypeVar

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import months_after
from visits.models.cases import Case
from visits.models.support import ActKind
from visits.programmes import Programme
from visits.programmes.published import load_programmes
from visits.support.balance import CaseMonth, Totals, balance, names_of, totals
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import pick
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file
from webapp.office.frame.moments import FIRST_YEAR, LAST_YEAR, day_of
from webapp.words import word

balances = Blueprint("support_balance", __name__, url_prefix="/support/balance")

Key = TypeVar("Key")
MOST_MONTHS = 60
# What is counted as other acts: a visit noted afterwards is a visit.
OTHER_ACTS = tuple(kind for kind in ActKind if kind is not ActKind.VISIT)


@balances.get("/")
@requires(Action.SUPPORT)
def index() -> ResponseReturnValue:
    """Show what a programme's accompaniments came to."""
    with showing("support_balance") as (session, _shown):
        programmes = [one for one in load_programmes(session).values() if one.support]
        programme, (first, last) = _chosen(programmes), _period()
        months = _months(session, programme, first, last) if programme else []
        return render_template(
            "support/balance.html",
            names=[(one.code, pick(dict(one.name))) for one in programmes],
            programme=programme,
            first=first,
            last=last,
            kinds=OTHER_ACTS,
            in_all=totals(months),
            by_month=sorted(_summed(months, lambda one: one.month).items()),
            by_organisation=_by_organisation(months),
        )


@balances.get("/balance.csv")
@requires(Action.SUPPORT)
def export() -> ResponseReturnValue:
    """Give each month of each case as a file: what the page sums."""
    with showing("support_balance") as (session, shown):
        programmes = [one for one in load_programmes(session).values() if one.support]
        programme, (first, last) = _chosen(programmes), _period()
        months = _months(session, programme, first, last) if programme else []
        shown.update(one.of.person_id for one in months)
        names = names_of(session, {one.of.person_id for one in months})
        return list_file("bilan-accompagnement.csv", _lines(months, names))


def _months(session: Session, programme: Programme, first: date, last: date) -> list[CaseMonth]:
    return balance(
        session,
        Case.programme == programme.code,
        viewer=viewer(),
        first=first,
        last=last,
        today=day_of(now()),
    )


def _chosen(programmes: Sequence[Programme]) -> Programme | None:
    asked = request.args.get("programme", "")
    return next((one for one in programmes if one.code == asked), next(iter(programmes), None))


def _period() -> tuple[date, date]:
    """Read the months asked for; by default those of this year. Nonsense is the default too."""
    today = day_of(now())
    first = _month("from") or today.replace(month=1, day=1)
    last = _month("to") or today.replace(day=1)
    last = min(max(first, last), months_after(first, MOST_MONTHS - 1))
    return first, months_after(last, 1) - timedelta(days=1)


def _month(name: str) -> date | None:
    """Read a month as its field holds it, 2026-05: its first day."""
    try:
        day = date.fromisoformat(f"{request.args.get(name, '')}-01")
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _organisation(name: str | None) -> str:
    return name or str(_("None in particular"))


def _by_organisation(months: Sequence[CaseMonth]) -> list[tuple[str, Totals]]:
    found = _summed(months, lambda one: one.of.organisation)
    return sorted(((_organisation(name), sums) for name, sums in found.items()), key=itemgetter(0))


def _summed(months: Sequence[CaseMonth], by: Callable[[CaseMonth], Key]) -> dict[Key, Totals]:
    found: dict[Key, Totals] = defaultdict(Totals)
    for one in months:
        found[by(one)].add(one)
    return found


def _lines(
    months: Sequence[CaseMonth], names: Mapping[uuid.UUID, str]
) -> Iterator[Sequence[object]]:
    heads = (_("Month"), _("Person"), _("Organisation"), *landlord_heads())
    yield (
        *heads, _("Days"), _("Days of the month"), _("Support-months"), _("Visits"),
        *(word("act_kind", kind) for kind in OTHER_ACTS), _("Minutes of acts"),
        _("Visits missed"), _("With a reason"),
    )  # fmt: skip
    for one in months:
        yield (
            f"{one.month:%Y-%m}",
            names[one.of.person_id],
            _organisation(one.of.organisation),
            *landlord_cells(one.of.landlord_id),
            one.days,
            one.of_days,
            round(one.days / one.of_days, 4),
            one.visits,
            *(one.acts[kind] for kind in OTHER_ACTS),
            one.minutes,
            one.missed,
            one.explained,
        )
