"""Falls told at follow-ups, by person-year, with the caution they need; the spans behind them."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case
from visits.programmes import Programme
from visits.sight.few import FEWEST
from visits.sight.listing import Listed, Wanted
from visits.steering.falls import (
    COMPARED,
    FallsRate,
    Span,
    Why,
    falls_rate,
    falls_spans,
    rates_apart,
)
from visits.steering.rates_by import By
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by, wanted_latest_first
from webapp.office.frame.moments import FIRST_YEAR, LAST_YEAR
from webapp.office.frame.programmes import chosen_in_reach, programmes_in_reach
from webapp.office.frame.small_counts import told, told_exactly
from webapp.words import word

falls = Blueprint("falls", __name__, url_prefix="/outcomes/falls")

# The group of those who have none, in an address.
NO_GROUP = "-"
ORDER: dict[str, Callable[[Span], Any]] = {
    "last": lambda one: one.last,
    "first": lambda one: (one.first is not None, one.first),
    "name": lambda one: one.name_key,
    "days": lambda one: one.days,
    "falls": lambda one: -1 if one.falls is None else one.falls,
}


@dataclass(frozen=True)
class Line:
    """A rate as its reader may know it: numbers, or words for few; `value` is None of few."""

    name: str
    group: str
    persons: int | str
    fell: int | str
    falls: int | str
    years: float | str
    value: float | None
    low: float | None = None
    high: float | None = None


@falls.get("/")
@requires(Action.SEE_OUTCOMES)
def index() -> ResponseReturnValue:
    """Show a programme's rate of falls, and that of each partner or town."""
    with reading(widely=True) as session:
        programme = chosen_in_reach(session, viewer(), request.args.get("programme", ""))
        spans = _spans(session, programme)
        lines = _lines(spans)
        return render_template(
            "outcomes/falls.html",
            programme=programme,
            programmes=programmes_in_reach(session, viewer()),
            in_all=_line(_("In all"), "", falls_rate(spans)),
            listed=_page(lines, wanted_by("name")),
            left_out=[(why, told(count)) for why, count in _left_out(spans).items()],
            by=_by(),
            kinds=COMPARED,
            year=_year(),
            years=_years(),
            told_exactly=told_exactly(),
        )


@falls.get("/falls.csv")
@requires(Action.SEE_OUTCOMES)
def export() -> ResponseReturnValue:
    """Give the rates as a file, as they are told on the page."""
    with reading(widely=True) as session:
        programme = chosen_in_reach(session, viewer(), request.args.get("programme", ""))
        listed = _page(_lines(_spans(session, programme)), whole(wanted_by("name")))
        return list_file("chutes.csv", _cells(listed.rows), of=listed)


@falls.get("/spans")
@requires(Action.SEE_ANSWERS)
def spans() -> ResponseReturnValue:
    """List the spans behind a rate: of whom, from when to when, how many falls were told."""
    with showing("falls") as (session, shown):
        programme = chosen_in_reach(session, viewer(), request.args.get("programme", ""))
        every = _spans(session, programme)
        listed = _sorted(_chosen(every), wanted_latest_first("last"))
        cases = cases_by_id(session, (one.case_id for one in listed.rows))
        shown.update(one.person_id for one in listed.rows)
        return render_template(
            "outcomes/falls_spans.html",
            programme=programme,
            programmes=programmes_in_reach(session, viewer()),
            listed=listed,
            cases=cases,
            groups=[(_group(name), _named(name)) for name, _rate in rates_apart(every)],
            group=request.args.get("group", ""),
            only=_only(),
            whys=tuple(Why),
            by=_by(),
            kinds=COMPARED,
            year=_year(),
            years=_years(),
        )


@falls.get("/spans.csv")
@requires(Action.SEE_ANSWERS)
def export_spans() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("falls") as (session, shown):
        programme = chosen_in_reach(session, viewer(), request.args.get("programme", ""))
        chosen = _chosen(_spans(session, programme))
        listed = _sorted(chosen, whole(wanted_latest_first("last")))
        shown.update(one.person_id for one in listed.rows)
        cases = cases_by_id(session, (one.case_id for one in listed.rows))
        return list_file("chutes-periodes.csv", _span_cells(listed.rows, cases), of=listed)


def _spans(session: Session, programme: Programme) -> list[Span]:
    return falls_spans(session, programme.code, by=_by(), year=_year(), viewer=viewer())


def _by() -> By:
    asked = request.args.get("by", "")
    return next((one for one in COMPARED if one.value == asked), COMPARED[0])


def _year() -> int | None:
    year = request.args.get("year", 0, type=int)
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def _years() -> list[int]:
    """List the years to choose from, this one first: no shorter period is told apart."""
    this = today_in_paris(now()).year
    return sorted({*range(this - 4, this + 1), _year() or this}, reverse=True)


def _only() -> str:
    """Read which spans are asked for: those that count, those with a fall, one reason, all."""
    asked = request.args.get("only", "counted")
    return asked if asked in ("fell", "", *Why) else "counted"


def _chosen(every: Sequence[Span]) -> list[Span]:
    only, group = _only(), request.args.get("group", "")
    return [
        one
        for one in every
        if group in ("", _group(one.of))
        and (only in ("", one.why) or (only == "fell" and one.why is Why.COUNTED and one.falls))
    ]


def _left_out(every: Sequence[Span]) -> dict[Why, int]:
    counts = {why: sum(one.why is why for one in every) for why in Why if why is not Why.COUNTED}
    return {why: count for why, count in counts.items() if count}


def _lines(every: Sequence[Span]) -> list[Line]:
    return [
        _line(_named(name), _group(name), rate) for name, rate in rates_apart(every) if rate.persons
    ]


def _named(name: str | None) -> str:
    return name if name is not None else word("rates_of_none", _by().value)


def _group(name: str | None) -> str:
    return NO_GROUP if name is None else name


def _line(name: str, group: str, rate: FallsRate) -> Line:
    """Put a rate in the words of its reader: what few tell is an answer about somebody."""
    if told_exactly():
        low, high = rate.interval or (None, None)
        years = round(rate.years, 1)
        return Line(name, group, rate.persons, rate.fell, rate.falls, years, rate.value, low, high)
    few = str(_("fewer than %(few)d", few=FEWEST))
    if rate.persons < FEWEST:
        return Line(name, group, few, few, few, "–", None)
    persons, years = told(rate.persons), max(1, round(rate.years))
    if rate.fell < FEWEST:
        return Line(name, group, persons, few, few, years, None)
    known = FallsRate(rate.persons, rate.fell, int(told(rate.falls)), rate.days)
    low, high = known.interval or (None, None)
    return Line(name, group, persons, told(rate.fell), known.falls, years, known.value, low, high)


def _page(lines: Sequence[Line], wanted: Wanted) -> Listed[Line]:
    """Give the page that is asked for, by name: by a rate, the order tells what is not told."""
    ordered = list(lines)
    if told_exactly() and wanted.sort == "rate":
        ordered.sort(key=lambda one: one.value or 0, reverse=wanted.descending)
        ordered.sort(key=lambda one: one.value is None)
    elif wanted.descending:
        ordered.reverse()
    wanted = wanted.within(len(ordered))
    return Listed(ordered[wanted.offset : wanted.offset + wanted.size], len(ordered), wanted)


def _sorted(chosen: Sequence[Span], wanted: Wanted) -> Listed[Span]:
    key = ORDER.get(wanted.sort, ORDER["last"])
    ordered = sorted(chosen, key=lambda one: one.visit_id)
    ordered.sort(key=key, reverse=wanted.descending)
    wanted = wanted.within(len(ordered))
    return Listed(ordered[wanted.offset : wanted.offset + wanted.size], len(ordered), wanted)


def cases_by_id(session: Session, ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, Case]:
    """Give the cases behind rows of a list, with their persons."""
    of_rows = select(Case).where(Case.id.in_(set(ids)))
    found = session.scalars(of_rows.options(joinedload(Case.person)).order_by(Case.id))
    return {one.id: one for one in found}


def _cells(lines: Sequence[Line]) -> Iterator[Sequence[object]]:
    yield (
        _("Compared"), _("Persons asked"), _("Persons who fell"), _("Falls told"),
        _("Person-years"), _("Falls per person-year"), _("At least, by chance alone"),
        _("At most, by chance alone"),
    )  # fmt: skip
    for one in lines:
        rates = ("" if rate is None else round(rate, 3) for rate in (one.value, one.low, one.high))
        yield (one.name, one.persons, one.fell, one.falls, one.years, *rates)


def _span_cells(
    rows: Sequence[Span], cases: Mapping[uuid.UUID, Case]
) -> Iterator[Sequence[object]]:
    yield (
        _("Person"), word("rates_by", _by().value), _("From"), _("To"), _("Days"),
        _("Falls told"), _("Counted"), *landlord_heads(),
    )  # fmt: skip
    for one in rows:
        case = cases[one.case_id]
        yield (
            case.person.name,
            _named(one.of),
            day(one.first) if one.first else "",
            day(one.last),
            one.days if one.first else "",
            "" if one.falls is None else one.falls,
            word("falls_span", one.why),
            *landlord_cells(case.landlord_id),
        )
