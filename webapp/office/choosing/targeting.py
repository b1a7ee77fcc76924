"""Whom to visit: the ordered list of a programme's audience, its reasons, and enrolling."""

import math
import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from visits.calls.call_list import ALL, CaseFilter, count_cases
from visits.choosing.survey import Filters
from visits.choosing.targeting import (
    MOST_AT_ONCE,
    Candidate,
    Ranking,
    enrol,
    enrol_top,
    rank_candidates,
)
from visits.ground.errors import Invalid, NotFound
from visits.models.cases import WayIn
from visits.programmes import Programme
from visits.programmes.published import find_programme, load_programmes, retired_codes
from visits.sight.listing import Listed, Wanted
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import ngettext
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import wanted
from webapp.office.frame.programmes import chosen_programme

targeting = Blueprint("targeting", __name__, url_prefix="/programmes")

FILTERS = ("city", "score", "enrolled", "q", "landlord")


@targeting.get("/targeting")
@requires(Action.ENROL)
def index() -> ResponseReturnValue:
    """Lead to the list of the first programme."""
    with reading() as session:
        return redirect(url_for(".show", code=chosen_programme(session, "").code))


@targeting.get("/<code>/targeting")
@requires(Action.ENROL)
def show(code: str) -> ResponseReturnValue:
    """List whom the programme is for, the highest score first; by default those to enrol."""
    return _page(_programme(code))


@targeting.post("/<code>/targeting")
@requires(Action.ENROL)
def enrol_selected(code: str) -> ResponseReturnValue:
    """Enrol the persons ticked on the list."""
    programme = _programme(code)
    try:
        persons = [uuid.UUID(typed) for typed in request.form.getlist("persons")]
    except ValueError:
        persons = []
    if not persons:
        return _page(programme, errors={"persons": sentence("nobody_chosen")}), 422
    try:
        with transaction() as session:
            enrolled = enrol(session, programme, persons, viewer=viewer(), now=now())
    except NotFound:
        return _page(programme, errors={"persons": sentence("conflict")}), 422
    _say(len(enrolled))
    return redirect(url_for(".show", code=code, **_kept_filters()))


@targeting.get("/<code>/targeting/first")
@requires(Action.ENROL)
def ask_first(code: str) -> ResponseReturnValue:
    """Show how many would be enrolled, before it is done."""
    programme = _programme(code)
    number = request.args.get("number", 0, type=int)
    if not 1 <= number <= MOST_AT_ONCE:
        return _page(programme, errors={"number": sentence("out_of_range")}), 422
    waiting = Filters(**{**vars(_filters()), "enrolled": False})
    with reading() as session:
        ranking = rank_candidates(
            session, programme, viewer(), now=now(), filters=waiting, limit=number
        )
    return render_template(
        "targeting/first.html",
        programme=programme,
        number=number,
        chosen=ranking.candidates,
        filters=_kept_filters(),
    )


@targeting.post("/<code>/targeting/first")
@requires(Action.ENROL)
def enrol_first(code: str) -> ResponseReturnValue:
    """Enrol the highest scores among those who are not enrolled yet."""
    programme = _programme(code)
    number = request.form.get("number", 0, type=int)
    try:
        with transaction() as session:
            enrolled = enrol_top(
                session, programme, number, viewer=viewer(), now=now(), filters=_filters()
            )
    except Invalid:
        return _page(programme, errors={"number": sentence("out_of_range")}), 422
    _say(len(enrolled))
    return redirect(url_for("cases.index", programme=code))


def _programme(code: str) -> Programme:
    with reading() as session:
        return find_programme(session, code)


def _say(number: int) -> None:
    flash(
        ngettext("%(num)d person is enrolled.", "%(num)d persons are enrolled.", number), "success"
    )


def _filters() -> Filters:
    typed = request.args
    return Filters(
        city=typed.get("city") or None,
        minimum_score=min(max(typed.get("score", 0, type=int), 0), 100),
        enrolled={"yes": True, "all": None}.get(typed.get("enrolled", "no"), False),
        text=typed.get("q", "")[:100],
    )


def _kept_filters() -> dict[str, Any]:
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _ranked(session: Session, programme: Programme) -> tuple[Ranking, Wanted]:
    """Rank whom the address asks for, a page of them; the last one instead of one past the end."""
    page, filters = wanted(), _filters()
    while True:
        ranking = rank_candidates(
            session, programme, viewer(), now=now(), filters=filters, limit=page.size,
            offset=page.offset,
        )  # fmt: skip
        if page == (there := page.within(ranking.total)):
            return ranking, page
        page = there


def _page(programme: Programme, errors: dict[str, str] | None = None) -> str:
    with showing("targeting") as (session, shown):
        ranking, page = _ranked(session, programme)
        shown.update(candidate.person.id for candidate in ranking.candidates)
        everyone = CaseFilter(programme.code, ALL)
        enrolled = count_cases(session, viewer(), only=everyone, now=now())
        retired = retired_codes(session)
        programmes = [
            one
            for one in load_programmes(session).values()
            if one.code not in retired or one.code == programme.code
        ]
    listed: Listed[Candidate] = Listed(ranking.candidates, ranking.total, page)
    target = _target(programme, ranking.everybody)
    return render_template(
        "targeting/show.html",
        programme=programme,
        programmes=programmes,
        takes_nobody=programme.code in retired or WayIn.TARGETING not in programme.ways_in,
        listed=listed,
        offset=page.offset,
        filters=_filters(),
        kept=_kept_filters(),
        cities=ranking.cities,
        everybody=ranking.everybody,
        of_age=ranking.of_age,
        unknown=ranking.unknown,
        enrolled=enrolled,
        target=target,
        number=request.values.get("number") or max(target - enrolled, 0) or "",
        most=MOST_AT_ONCE,
        errors=errors or {},
    )


def _target(programme: Programme, everybody: int) -> int:
    if programme.target.number is not None:
        return min(programme.target.number, everybody)
    return math.ceil((programme.target.share or 0) * everybody)
