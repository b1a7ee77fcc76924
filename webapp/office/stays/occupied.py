"""Which day and which days a page of places is asked for, and its rows as a file."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import gettext as _
from flask_babel import pgettext

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.sight.listing import Listed
from visits.stays.occupancy import Filled, Occupancy, Period
from visits.stays.place_list import STANDING, Told
from webapp.access.auth import Action, may
from webapp.frame.languages import day
from webapp.frame.transaction import now
from webapp.office.frame.moments import optional_day
from webapp.office.stays.typed import contract_in_words, euros_in_a_file
from webapp.words import word


@dataclass(frozen=True)
class AskedDays:
    """Which places, on which day, filled in which days."""

    state: str
    day: date
    period: Period


def asked_days(states: Collection[str]) -> AskedDays:
    """Read what the address asks: by default today, and the year so far.

    Days to come tell nothing of who will be there: a period ends today at the latest.
    """
    today, state = today_in_paris(now()), request.args.get("state", STANDING)
    last = min(_day("to") or today, today)
    first = _day("from") or last.replace(month=1, day=1)
    period = Period(min(first, last), last)
    return AskedDays(state if state in states else STANDING, _day("day") or today, period)


def _day(name: str) -> date | None:
    """Read a day of the address; what is none is not asked for."""
    try:
        return optional_day(request.args.get(name, ""), field=name)
    except Invalid:
        return None


def place_lines(
    listed: Listed[Told], filled: Occupancy, asked: AskedDays
) -> Iterator[Sequence[str]]:
    """Give the rows of a file: each place, who is there on the day, its days and those filled."""
    named = may(Action.SEE_PERSONS)
    heads = (
        pgettext("a stay", "Place"),
        _("Dwelling"),
        _("What it is"),
        _("Access"),
        _("Contract"),
    )
    counted = (_("Days"), _("Days filled"))
    yield *heads, _("Fee a month, in euros"), _("On %(day)s", day=day(asked.day)), *counted
    for one in listed.rows:
        place, there = one.place, filled.by_place.get(one.place.id)
        yield (
            place.name,
            place.dwelling.reference,
            word("place_kind", place.kind),
            word("access_class", one.access),
            contract_in_words(place.contract, place.months),
            euros_in_a_file(place.fee),
            _who(there, named=named),
            "" if there is None else str(there.days),
            "" if there is None else str(there.filled),
        )


def _who(there: Filled | None, *, named: bool) -> str:
    if there is None or not there.is_one:
        return ""
    if there.stay is None:
        return str(_("free"))
    return there.stay.person.name if named else str(_("taken"))
