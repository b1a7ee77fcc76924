"""What came of the sessions that were held, by programme and period, and the same as a file."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.deadlines import today_in_paris
from visits.sessions.results import Results, results_by_programme
from visits.sessions.session_list import SessionFilter
from visits.steering.rates import Rate
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, reading
from webapp.office.frame.list_file import list_file
from webapp.office.frame.moments import typed_day
from webapp.office.frame.programmes import programme_names, programmes_in_reach
from webapp.office.frame.small_counts import told, told_exactly, told_rate

session_results = Blueprint("session_results", __name__, url_prefix="/group-sessions/results")


@session_results.get("/")
@requires(Action.SEE_OUTCOMES)
def index() -> ResponseReturnValue:
    """Show what came of held sessions in a period, this year's unless another is asked."""
    only = _only()
    with reading(widely=True) as session:
        return render_template(
            "sessions/results.html",
            only=only,
            results=results_by_programme(session, viewer(), only=only, now=now()),
            names=programme_names(session),
            programmes=programmes_in_reach(session, viewer()),
            told=told,
            person_hours=person_hours,
            attendance=attendance,
            cost_each=cost_each,
            told_exactly=told_exactly(),
        )


@session_results.get("/results.csv")
@requires(Action.SEE_OUTCOMES)
def export() -> ResponseReturnValue:
    """Give the results as a file, as they are told on the page."""
    only = _only()
    with reading(widely=True) as session:
        results = results_by_programme(session, viewer(), only=only, now=now())
        names = programme_names(session)
    return list_file("resultats-actions-collectives.csv", _lines(results, names))


def person_hours(result: Results) -> float | str:
    """Give the hours of all who came together, as the reader may know them."""
    hours = result.person_minutes / 60
    if told_exactly():
        return round(hours, 1)
    few = told(result.came)
    return few if isinstance(few, str) else told(round(hours))


def attendance(result: Results) -> Rate | str:
    """Give how many of those enrolled came, as the reader may know it."""
    return told_rate(Rate("attendance", result.present, result.noted))


def cost_each(result: Results) -> int | None:
    """Give in cents what it cost that somebody came once, where both are known and told."""
    came = told(result.basis_came)
    return round(result.basis_cents / came) if isinstance(came, int) and came else None


def _only() -> SessionFilter:
    year = today_in_paris(now()).year
    return SessionFilter(
        state="held",
        programme=request.args.get("programme", ""),
        kind=request.args.get("kind", ""),
        first=_day("from", date(year, 1, 1)),
        last=_day("to", date(year, 12, 31)),
    )


def _day(name: str, otherwise: date) -> date:
    """Read the day of a filter; nonsense, and nothing, is the one given."""
    try:
        return typed_day(request.args.get(name, ""))
    except ValueError:
        return otherwise


def _lines(results: Mapping[str, Results], names: Mapping[str, str]) -> list[tuple[object, ...]]:
    heads = (
        _("Programme"), _("Sessions held"), _("Hours given"), _("Attendances"),
        _("Sessions in which they are counted"), _("Person-hours"), _("Enrolled, noted by name"),
        _("Of these came"), _("Cost in euros"), _("Sessions whose cost is known"),
        _("Cost per attendance"),
    )  # fmt: skip
    rows = [
        (
            names.get(code, code),
            one.held,
            _decimal(one.minutes / 60),
            told(one.came),
            one.counted,
            _as_cell(person_hours(one)),
            *_as_cells(attendance(one)),
            _decimal(one.cost_cents / 100, 2),
            one.costed,
            _as_cell(cost_each(one), cents=True),
        )
        for code, one in sorted(results.items(), key=lambda row: names.get(row[0], row[0]))
    ]
    return [heads, *rows]


def _as_cells(rate: Rate | str) -> tuple[object, object]:
    return (rate, "") if isinstance(rate, str) else (rate.denominator, rate.numerator)


def _as_cell(value: float | str | None, *, cents: bool = False) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return _decimal(value / 100, 2) if cents else _decimal(value)


def _decimal(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
