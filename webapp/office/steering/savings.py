"""What the kits of visits save a year, summed by programme; the visits behind each sum."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.savings import Range
from visits.ground.deadlines import today_in_paris
from visits.intake.kept_savings import MEASURES, KeptSavings
from visits.models.cases import Case
from visits.sight.few import FEWEST
from visits.sight.listing import Listed, Wanted
from visits.steering.kit_savings import Counts, Saving, Sum, list_savings, sum_of, sums_by_programme
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_latest_first
from webapp.office.frame.moments import FIRST_YEAR, LAST_YEAR
from webapp.office.frame.programmes import programme_names
from webapp.office.frame.small_counts import told, told_exactly
from webapp.office.steering.falls import cases_by_id
from webapp.words import word

savings_summed = Blueprint("savings_summed", __name__, url_prefix="/outcomes/savings")

ORDER: dict[str, Callable[[Saving], Any]] = {
    "on": lambda one: one.on,
    "name": lambda one: one.name_key,
    "home": lambda one: one.reference,
    "counts": lambda one: list(Counts).index(one.counts),
    "kwh": lambda one: _central(one, "kwh"),
    "water_m3": lambda one: _central(one, "water_m3"),
    "eur": lambda one: _central(one, "eur"),
    "kgco2": lambda one: _central(one, "kgco2"),
}


@dataclass(frozen=True)
class Line:
    """The sum of a programme as its reader may know it: `saved` is None of few persons."""

    name: str
    programme: str
    visits: int | str
    saved: KeptSavings | None
    left_out: Mapping[Counts, int]


@savings_summed.get("/")
@requires(Action.SEE_OUTCOMES)
def index() -> ResponseReturnValue:
    """Show by programme what kits save a year, between two bounds, and in all."""
    with reading(widely=True) as session:
        lines, in_all = _lines(session)
    return render_template(
        "outcomes/savings.html",
        lines=lines,
        in_all=in_all,
        measures=MEASURES,
        year=_year(),
        years=_years(),
        told_exactly=told_exactly(),
    )


@savings_summed.get("/savings.csv")
@requires(Action.SEE_OUTCOMES)
def export() -> ResponseReturnValue:
    """Give the sums as a file, as they are told on the page."""
    with reading(widely=True) as session:
        lines, _in_all = _lines(session)
    return list_file("economies.csv", _cells(lines))


@savings_summed.get("/visits")
@requires(Action.SEE_ANSWERS)
def visits() -> ResponseReturnValue:
    """List the visits that a sum is made of, and those left out of it with why."""
    with showing("savings_summed") as (session, shown):
        chosen = _chosen(session)
        listed = _sorted(chosen, wanted_latest_first("on"))
        shown.update(one.person_id for one in listed.rows)
        return render_template(
            "outcomes/savings_visits.html",
            listed=listed,
            in_all=sum_of(chosen),
            cases=cases_by_id(session, (one.case_id for one in listed.rows)),
            measures=MEASURES,
            programmes=programme_names(session),
            programme=_programme(),
            counts=tuple(Counts),
            only=_only(),
            year=_year(),
            years=_years(),
        )


@savings_summed.get("/visits.csv")
@requires(Action.SEE_ANSWERS)
def export_visits() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("savings_summed") as (session, shown):
        listed = _sorted(_chosen(session), whole(wanted_latest_first("on")))
        shown.update(one.person_id for one in listed.rows)
        cases = cases_by_id(session, (one.case_id for one in listed.rows))
        names = programme_names(session)
        cells = _visit_cells(listed.rows, cases, names)
        return list_file("economies-visites.csv", cells, of=listed)


def _central(one: Saving, measure: str) -> float:
    return one.saved.saved[measure].central if one.saved else -1


def _programme() -> str:
    return request.args.get("programme", "")


def _year() -> int | None:
    """Read which year; of a year alone, few would tell what is left of the others."""
    year = request.args.get("year", 0, type=int)
    return year if FIRST_YEAR <= year <= LAST_YEAR and told_exactly() else None


def _years() -> list[int]:
    this = today_in_paris(now()).year
    return sorted({*range(this - 4, this + 1), _year() or this}, reverse=True)


def _only() -> str:
    asked = request.args.get("only", "")
    return asked if asked in tuple(Counts) else ""


def _chosen(session: Session) -> list[Saving]:
    every = list_savings(session, viewer(), programme=_programme() or None, year=_year())
    return [one for one in every if _only() in ("", one.counts)]


def _lines(session: Session) -> tuple[list[Line], Line | None]:
    """Give the line of each programme, and that of all; none of all where one is of few."""
    names = programme_names(session)
    every = list_savings(session, viewer(), year=_year())
    lines = [_line(names.get(code, code), code, one) for code, one in sums_by_programme(every)]
    whole_told = told_exactly() or all(one.saved is not None for one in lines)
    in_all = _line(_("In all"), "", sum_of(every)) if whole_told else None
    return sorted(lines, key=lambda one: one.name.casefold()), in_all


def _line(name: str, programme: str, one: Sum) -> Line:
    if told_exactly() or one.persons >= FEWEST:
        left_out = one.left_out if told_exactly() else {}
        return Line(name, programme, told(one.visits), one.saved, left_out)
    return Line(name, programme, str(_("fewer than %(few)d", few=FEWEST)), None, {})


def _sorted(chosen: Sequence[Saving], wanted: Wanted) -> Listed[Saving]:
    key = ORDER.get(wanted.sort, ORDER["on"])
    ordered = sorted(chosen, key=lambda one: one.visit_id)
    ordered.sort(key=key, reverse=wanted.descending)
    wanted = wanted.within(len(ordered))
    return Listed(ordered[wanted.offset : wanted.offset + wanted.size], len(ordered), wanted)


def _heads() -> Iterator[str]:
    for measure in MEASURES:
        named = word("saved", measure)
        yield _("%(what)s, at least", what=named)
        yield _("%(what)s, at most", what=named)


def _bounds(saved: KeptSavings | None) -> Iterator[object]:
    for measure in MEASURES:
        one = saved.saved[measure] if saved else None
        yield from (one.low, one.high) if isinstance(one, Range) else ("", "")


def _cells(lines: Sequence[Line]) -> Iterator[Sequence[object]]:
    yield (_("Programme"), _("Visits with a kit"), *_heads())
    for one in lines:
        yield (one.name, one.visits, *_bounds(one.saved))


def _visit_cells(
    rows: Sequence[Saving], cases: Mapping[Any, Case], names: Mapping[str, str]
) -> Iterator[Sequence[object]]:
    yield (
        _("Person"), _("Dwelling"), _("Programme"), _("Day"), *_heads(), _("Counted"),
        *landlord_heads(),
    )  # fmt: skip
    for one in rows:
        case = cases[one.case_id]
        yield (
            case.person.name, one.reference, names.get(one.programme, one.programme), day(one.on),
            *_bounds(one.saved), word("saving", one.counts), *landlord_cells(case.landlord_id),
        )  # fmt: skip
