"""Rates side by side: by programme, partner, caller, town or month, and the same as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from visits.models.cases import Case
from visits.programmes import Programme
from visits.sight.listing import Listed
from visits.steering.rates import Rate, Tally, rates
from visits.steering.rates_by import By, Group, compared
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import pick
from webapp.frame.transaction import reading
from webapp.office.frame.figures import month
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.frame.programmes import programmes_in_reach
from webapp.office.frame.small_counts import told, told_exactly, told_rate
from webapp.words import word

rate_pages = Blueprint("rates", __name__, url_prefix="/outcomes/rates")

# Those of the page; the file has all.
SHOWN = ("REF3", "REFC", "REF1", "COOP3", "RR1", "CON1")


@dataclass(frozen=True)
class Line:
    """A group with its name in words and its rates by code."""

    name: str
    tally: Tally
    rates: Mapping[str, Rate]


@rate_pages.get("/")
@requires(Action.SEE_OUTCOMES)
def index() -> ResponseReturnValue:
    """Show the rates of each group, and of all of them."""
    with reading(widely=True) as session:
        programmes = programmes_in_reach(session, viewer())
        lines = _lines(session, programmes)
        return render_template(
            "outcomes/rates.html",
            listed=_page(lines),
            in_all=_line(_("In all"), reduce(Tally.__add__, (one.tally for one in lines), Tally())),
            by=_by(),
            kinds=_kinds(),
            codes=SHOWN,
            programmes=programmes,
            programme=_programme(),
            told=told,
            told_rate=told_rate,
            told_exactly=told_exactly(),
        )


@rate_pages.get("/rates.csv")
@requires(Action.SEE_OUTCOMES)
def export() -> ResponseReturnValue:
    """Give the rates as a file, as they are told on the page."""
    with reading(widely=True) as session:
        listed = _page(_lines(session, programmes_in_reach(session, viewer())), in_file=True)
        return list_file("taux.csv", _cells(listed), of=listed)


def _kinds() -> tuple[By, ...]:
    """What may be compared: one caller is few persons' answers, told to who may read them."""
    return tuple(one for one in By if told_exactly() or one is not By.CALLER)


def _by() -> By:
    asked = request.args.get("by", "")
    return next((one for one in _kinds() if one.value == asked), By.PARTNER)


def _programme() -> str:
    return request.args.get("programme", "")


def _lines(session: Session, programmes: Sequence[Programme]) -> list[Line]:
    asked, by = _programme(), _by()
    codes = [one.code for one in programmes if asked in ("", one.code)]
    only: ColumnElement[bool] = Case.programme.in_(codes)
    names = {one.code: pick(dict(one.name)) for one in programmes}
    return [
        _line(_named(by, one, names), one.tally)
        for one in compared(session, by, only, viewer=viewer())
    ]


def _line(name: str, tally: Tally) -> Line:
    return Line(name, tally, {rate.code: rate for rate in rates(tally)})


def _named(by: By, group: Group, programmes: Mapping[str, str]) -> str:
    if group.name is None:
        return word("rates_of_none", by.value)
    if by is By.PROGRAMME:
        return programmes.get(group.name, group.name)
    return month(group.name) if by is By.MONTH else group.name


def _page(lines: Sequence[Line], *, in_file: bool = False) -> Listed[Line]:
    """Give the page that is asked for; by a rate, the order of few would tell what is not told."""
    asked = wanted_by("name")
    if told_exactly() and asked.sort in SHOWN:
        known = [one for one in lines if one.rates[asked.sort].denominator]
        unknown = [one for one in lines if not one.rates[asked.sort].denominator]
        known.sort(key=lambda one: one.rates[asked.sort].value or 0, reverse=asked.descending)
        lines = known + unknown
    elif asked.descending:
        lines = lines[::-1]
    asked = whole(asked) if in_file else asked.within(len(lines))
    return Listed(lines[asked.offset : asked.offset + asked.size], len(lines), asked)


def _cells(listed: Listed[Line]) -> Iterator[Sequence[object]]:
    codes = [rate.code for rate in rates(Tally())]
    heads = [
        (code, _("%(rate)s: of", rate=code), _("%(rate)s: share in %%", rate=code))
        for code in codes
    ]
    yield (
        _("Compared"), _("In the programme"), _("Concerned"), _("Called or visited"), _("Reached"),
        *(head for three in heads for head in three),
    )  # fmt: skip
    for one in listed.rows:
        counts = (one.tally.in_all, one.tally.eligible, one.tally.called, one.tally.reached)
        yield (
            one.name,
            *(told(count) for count in counts),
            *(cell for code in codes for cell in _rate_cells(one.rates[code])),
        )


def _rate_cells(rate: Rate) -> tuple[object, object, object]:
    shown = told_rate(rate)
    if isinstance(shown, str):
        return shown, "", ""
    share = "" if shown.value is None else round(shown.value * 100, 1)
    return shown.numerator, shown.denominator, share
