"""What was fitted and is still in place one, six and twelve months on; home by home behind it."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.kits import ITEMS
from visits.ground.deadlines import today_in_paris
from visits.sight.few import FEWEST
from visits.sight.listing import Listed, Wanted
from visits.steering.kit_survival import (
    Lasting,
    Moment,
    Survival,
    Told,
    lasting_items,
    survival_of,
)
from visits.steering.rates import Rate
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading
from webapp.office.frame.access import showing
from webapp.office.frame.codes import coded
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.frame.small_counts import told, told_exactly
from webapp.words import word

survival = Blueprint("kit_survival", __name__, url_prefix="/kits/in-place")

ORDER: dict[str, Callable[[Lasting], Any]] = {
    "home": lambda one: one.reference,
    "item": lambda one: ITEMS.index(one.item),
    "on": lambda one: one.on,
    "fitted": lambda one: one.fitted,
    "left": lambda one: -1 if one.left is None else one.left,
}


@dataclass(frozen=True)
class Line:
    """An item at a moment as its reader may know it: numbers, or words for few."""

    item: str
    months: int
    homes: int | str
    by_told: dict[Told, int | str]
    fitted: int | str
    left: int | str
    rate: Rate | None


@survival.get("/")
@requires(Action.HAND_OUT_KITS)
def index() -> ResponseReturnValue:
    """Show by item how much of what was fitted is still there, and of how many nobody knows."""
    with reading(widely=True) as session:
        lines = [_line(one) for one in survival_of(_all(session))]
    return render_template(
        "kits/in_place.html", lines=lines, told_exactly=told_exactly(), why=tuple(Told)
    )


@survival.get("/in-place.csv")
@requires(Action.HAND_OUT_KITS)
def export() -> ResponseReturnValue:
    """Give the page as a file."""
    with reading(widely=True) as session:
        lines = [_line(one) for one in survival_of(_all(session))]
    return list_file("kits-en-place.csv", _cells(lines))


@survival.get("/homes")
@requires(Action.SEE_ANSWERS)
def homes() -> ResponseReturnValue:
    """List the homes behind a number: what was fitted when, what was found there when."""
    with showing("kit_survival") as (session, shown):
        listed = _sorted(_chosen(_all(session)), wanted_by("home"))
        shown.update(one.found.person_id for one in listed.rows if one.found)
        return render_template(
            "kits/in_place_homes.html",
            listed=listed,
            items=ITEMS,
            item=_item(),
            moments=tuple(Moment),
            moment=_moment(),
            why=tuple(Told),
            told=request.args.get("told", ""),
        )


@survival.get("/homes.csv")
@requires(Action.SEE_ANSWERS)
def export_homes() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("kit_survival") as (session, shown):
        listed = _sorted(_chosen(_all(session)), whole(wanted_by("home")))
        shown.update(one.found.person_id for one in listed.rows if one.found)
        return list_file("kits-logements.csv", _home_cells(listed.rows), of=listed)


def _all(session: Session) -> list[Lasting]:
    return lasting_items(session, viewer(), today=today_in_paris(now()))


def _item() -> str:
    asked = request.args.get("item", "")
    return asked if asked in ITEMS else ""


def _moment() -> Moment | None:
    asked = request.args.get("months", 0, type=int)
    return next((one for one in Moment if one.months == asked), None)


def _chosen(every: Sequence[Lasting]) -> list[Lasting]:
    item, moment, asked = _item(), _moment(), request.args.get("told", "")
    return [
        one
        for one in every
        if item in ("", one.item)
        and moment in (None, one.moment)
        and (asked == one.told or asked not in tuple(Told))
    ]


def _sorted(chosen: Sequence[Lasting], wanted: Wanted) -> Listed[Lasting]:
    key = ORDER.get(wanted.sort, ORDER["home"])
    ordered = sorted(chosen, key=_tie)
    ordered.sort(key=key, reverse=wanted.descending)
    wanted = wanted.within(len(ordered))
    return Listed(ordered[wanted.offset : wanted.offset + wanted.size], len(ordered), wanted)


def _tie(one: Lasting) -> tuple[str, uuid.UUID, int, int]:
    return one.reference, one.dwelling_id, ITEMS.index(one.item), one.moment.months


def _line(one: Survival) -> Line:
    """Put a sum in the words of its reader: what few homes tell is an answer about somebody."""
    homes = sum(one.homes.values())
    by_told = {why: told(count) for why, count in one.homes.items()}
    if told_exactly():
        exact = Rate("kit_in_place", one.left, one.fitted)
        return Line(one.item, one.moment.months, homes, by_told, one.fitted, one.left, exact)
    if one.asked < FEWEST:
        few = str(_("fewer than %(few)d", few=FEWEST)) if one.asked else "–"
        return Line(one.item, one.moment.months, told(homes), by_told, few, few, None)
    fitted, left = told(one.fitted), told(one.left)
    numbers = isinstance(fitted, int) and isinstance(left, int)
    rate = Rate("kit_in_place", int(left), int(fitted)) if numbers else None
    return Line(one.item, one.moment.months, told(homes), by_told, fitted, left, rate)


def _percent(rate: Rate | None) -> object:
    return "" if rate is None or rate.value is None else round(rate.value, 3)


def _cells(lines: Sequence[Line]) -> Iterator[Sequence[object]]:
    yield (
        _("Kit item"), _("Months since"), _("Dwellings"),
        *(word("kit_told", why) for why in Told),
        _("Items fitted there"), _("Still there"), _("Share still there"),
    )  # fmt: skip
    for one in lines:
        homes = (one.by_told[why] for why in Told)
        yield (
            coded("kit", one.item), one.months, one.homes, *homes,
            one.fitted, one.left, _percent(one.rate),
        )  # fmt: skip


def _home_cells(rows: Sequence[Lasting]) -> Iterator[Sequence[object]]:
    yield (
        _("Dwelling"), _("City"), _("Kit item"), _("Fitted"), _("Fitted on"), _("Months since"),
        _("What is known"), _("Asked on"), _("Still there"),
    )  # fmt: skip
    for one in rows:
        yield (
            one.reference, one.city, coded("kit", one.item), one.fitted, day(one.on),
            one.moment.months, word("kit_told", one.told),
            day(one.found.on) if one.found else "",
            "" if one.left is None else one.left,
        )  # fmt: skip
