"""The agenda: a month, a week, a day or a list; one visit of it moved, swapped, handed over."""

import calendar
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import (
    Blueprint,
    flash,
    get_template_attribute,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from visits.agenda.calendar import AgendaDay, AgendaFilter, list_agenda, read_agenda
from visits.agenda.freed import who_could_take
from visits.agenda.planning import cancel_visit, due_before, find_visit, go_along, move_visit
from visits.agenda.slot_check import may_go
from visits.agenda.swapping import may_swap_with, swap_visits
from visits.agenda.visitors import every_visitor, organisations_of
from visits.cases.interpreters import standing_interpreters
from visits.ground.deadlines import is_public_holiday, today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.messages.ways import way_to
from visits.models.accounts import User
from visits.models.messages import MessageKind
from visits.models.visits import Visit, VisitState
from visits.sight.listing import Listed
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day as said_day
from webapp.frame.languages import moment
from webapp.frame.transaction import now, transaction
from webapp.office.agenda.typed import asked_day, asked_id, said_of
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.frame.moments import clock, day_of, iso_day, required_moment
from webapp.words import interpreter_said, word

agenda = Blueprint("agenda", __name__, url_prefix="/agenda")

VIEWS = ("week", "day", "month", "list")
MOST_VISITORS, LIST_DAYS = 40, 28
# What an address says of the agenda that somebody came from, and goes back to.
AROUND = ("view", "day", "organisation", "visitor", "landlord")
SATURDAY = 5


@dataclass(frozen=True)
class _Span:
    """The days of a view, and the days that lead to the one before and after."""

    view: str
    day: date
    first: date
    last: date
    before: date
    after: date


@dataclass(frozen=True)
class _Done:
    """What became of a visit, the move that would undo it, and what its mover is to know.

    The day it is late for, and why nobody writes to the person.
    """

    said: str
    undo: Mapping[str, object] | None = None
    late: date | None = None
    untold: str = ""


@agenda.get("/")
@requires(Action.PLAN)
def index() -> ResponseReturnValue:
    """Show what is planned, who is absent and who is free."""
    span = _span()
    with showing("agenda") as (session, shown):
        chosen = every_visitor(session, viewer(), request.args.get("organisation", ""))
        visitors = [one for one in chosen if asked_id("visitor") in (None, one.id)]
        told = {
            "span": span,
            "views": VIEWS,
            "visitors": visitors[:MOST_VISITORS],
            "left_out": max(0, len(visitors) - MOST_VISITORS),
            "every": every_visitor(session, viewer()),
            "organisations": organisations_of(session, viewer()),
            "holiday": is_public_holiday,
            "today_is": today_in_paris(now()),
            "around": _around() | {"view": span.view, "day": span.day},
        }
        if span.view == "list":
            listed, seen = _listed(session, span)
            shown.update(one.case.person_id for one in listed.rows if one.id in seen)
            states = list(VisitState)
            return render_template(
                "agenda/list.html", listed=listed, seen=seen, states=states, **told
            )
        days = read_agenda(
            session, visitors[:MOST_VISITORS], span.first, span.last, viewer=viewer()
        )
        if span.view != "month":
            shown.update(entry.person_id for one in days.values() for entry in one.entries)
        return render_template(
            "agenda/month.html" if span.view == "month" else "agenda/week.html",
            days=days,
            dates=_days_shown(span, days),
            **told,
        )


def _days_shown(span: _Span, days: Mapping[tuple[uuid.UUID, date], AgendaDay]) -> list[date]:
    """List the days of a view; of a week, no Saturday or Sunday on which there is nothing."""
    used = {day for (_visitor_id, day), its in days.items() if its.entries or its.free}
    return [
        one
        for one in _dates(span)
        if span.view != "week" or one.weekday() < SATURDAY or one in used
    ]


@agenda.get("/agenda.csv")
@requires(Action.PLAN)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("agenda") as (session, shown):
        listed, seen = _listed(session, _span(), all_of_it=True)
        shown.update(one.case.person_id for one in listed.rows if one.id in seen)
        lines = list(_lines(listed.rows, seen))
    return list_file("agenda.csv", lines, of=listed)


def _listed(
    session: Session, span: _Span, *, all_of_it: bool = False
) -> tuple[Listed[Visit], set[uuid.UUID]]:
    only = AgendaFilter(
        asked_day("from") or span.first,
        asked_day("to") or span.last,
        asked_id("visitor"),
        asked_id("organisation"),
        request.args.get("state", ""),
    )
    wanted = wanted_by("start")
    return list_agenda(session, viewer(), only=only, wanted=whole(wanted) if all_of_it else wanted)


def _span() -> _Span:
    day = asked_day("day") or today_in_paris(now())
    view = request.args.get("view", "week")
    if view == "day":
        one = timedelta(days=1)
        return _Span(view, day, day, day, day - one, day + one)
    if view == "month":
        first, length = day.replace(day=1), calendar.monthrange(day.year, day.month)[1]
        last = day.replace(day=length)
        start, end = first - timedelta(days=first.weekday()), timedelta(days=6 - last.weekday())
        return _Span(
            view, day, start, last + end, first - timedelta(days=1), last + timedelta(days=1)
        )
    if view == "list":
        many = timedelta(days=LIST_DAYS)
        return _Span(view, day, day, day + many, day - many, day + many)
    first, week = day - timedelta(days=day.weekday()), timedelta(days=7)
    return _Span("week", day, first, first + timedelta(days=6), day - week, day + week)


def _dates(span: _Span) -> list[date]:
    count = (span.last - span.first).days + 1
    return [span.first + timedelta(days=number) for number in range(count)]


def _around() -> dict[str, Any]:
    return {name: request.args[name] for name in AROUND if request.args.get(name)}


def _lines(rows: Sequence[Visit], seen: set[uuid.UUID]) -> Iterator[Sequence[object]]:
    yield (
        _("Begins"),
        _("Ends"),
        pgettext("who visits", "Visitor"),
        _("Person"),
        _("City"),
        _("State"),
    )
    for one in rows:
        its = one.case if one.id in seen else None
        yield (
            moment(one.planned_start_at),
            clock(one.planned_end_at),
            one.goers_said,
            its.person.name if its else _("taken"),
            its.residence.city if its and its.residence else "",
            word("visit", one.state),
        )


@agenda.get("/visits/<uuid:visit_id>")
@requires(Action.PLAN)
def show(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Show one visit with what may be done with it."""
    return _page(visit_id)


@agenda.post("/visits/<uuid:visit_id>/move")
@requires(Action.PLAN)
def move(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Give a visit another hour, or another visitor."""

    def change(session: Session, visit: Visit) -> _Done:
        visitor, typed = _going(session, visit, "visitor_id"), request.form
        start_at = required_moment(typed.get("day", ""), typed.get("time", ""), field="start_at")
        former = _where_it_is(visit)
        move_visit(
            session,
            visit,
            visitor_id=visitor.id,
            start_at=start_at,
            viewer=viewer(),
            now=now(),
            insist=_insistence(),
            turn=typed.get("turn", type=int),
        )
        when = f"{moment(visit.planned_start_at)} · {visitor.name}"
        return _Done(
            _("The visit is moved to %(when)s.", when=when),
            former | {"turn": visit.turn},
            due_before(session, visit),
            _untold(session, visit),
        )

    return _change(visit_id, change)


@agenda.post("/visits/<uuid:visit_id>/second")
@requires(Action.PLAN)
def second(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Say who goes along, or that nobody does."""

    def change(session: Session, visit: Visit) -> _Done:
        typed = request.form.get("second_visitor_id", "")
        second_id = _going(session, visit, "second_visitor_id").id if typed else None
        go_along(session, visit, second_id, viewer=viewer(), now=now(), insist=_insistence())
        return _Done(_("The agenda is up to date."))

    return _change(visit_id, change)


@agenda.post("/visits/<uuid:visit_id>/swap")
@requires(Action.PLAN)
def swap(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Let a visit change places with another."""

    def change(session: Session, visit: Visit) -> _Done:
        offered = may_swap_with(session, visit, viewer=viewer(), now=now())
        chosen = request.form.get("with", "")
        other = next((one for one in offered if str(one.id) == chosen), None)
        if other is None:
            raise Invalid({"with": "bad_choice"})
        other = find_visit(session, viewer(), other.id, to_change=True)
        swap_visits(session, visit, other, viewer=viewer(), now=now(), insist=_insistence())
        return _Done(_("The agenda is up to date."))

    return _change(visit_id, change)


@agenda.post("/visits/<uuid:visit_id>/cancel")
@requires(Action.PLAN)
def cancel(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Cancel a visit."""

    def change(session: Session, visit: Visit) -> _Done:
        reason = request.form.get("reason", "")
        cancel_visit(session, visit, reason=reason, viewer=viewer(), now=now())
        return _Done(_("The agenda is up to date."))

    return _change(visit_id, change)


def _going(session: Session, visit: Visit, field: str) -> User:
    """Read who goes; only one who may be sent."""
    going = may_go(session, visit.case, viewer(), on=day_of(now()))
    typed = request.form.get(field, "")
    found = next((one for one in going if str(one.id) == typed), None)
    if found is None:
        raise Invalid({field: "unknown_visitor"})
    return found


def _insistence() -> str:
    return request.form.get("insist", "") if request.form.get("insists") == "yes" else ""


def _where_it_is(visit: Visit) -> dict[str, object]:
    """Give what the form of a move would say for a visit to stay where it is."""
    why = {"insists": "yes", "insist": visit.unusual_why} if visit.unusual_why else {}
    at = visit.planned_start_at
    return {"visitor_id": visit.visitor_id, "day": iso_day(at), "time": clock(at), **why}


def _untold(session: Session, visit: Visit) -> str:
    case, at = visit.case, visit.planned_start_at
    moved = MessageKind.MOVED
    way = way_to(session, case.person, moved, now=now(), until_at=at, programme=case.programme)
    return "" if way.channel else way.why


def _change(visit_id: uuid.UUID, change: Callable[[Session, Visit], _Done]) -> ResponseReturnValue:
    try:
        with transaction() as session:
            done = change(session, find_visit(session, viewer(), visit_id, to_change=True))
    except Invalid as refused:
        return _page(visit_id, refused), 422
    except Conflict as refused:
        return _page(visit_id, said=refused.code), 409
    around = _around()
    told = get_template_attribute("agenda/_done.html", "told")
    flash(told(done, visit_id, around), "success")
    if done.untold:
        flash(get_template_attribute("agenda/_done.html", "untold")(done.untold), "warning")
    if done.late is not None:
        late = _("That is after the day it is due: %(day)s.", day=said_day(done.late))
        flash(late, "warning")
    if done.undo and "view" in around:
        return redirect(url_for("agenda.index", **around))
    return redirect(url_for("agenda.show", visit_id=visit_id, **around))


def _page(visit_id: uuid.UUID, refused: Invalid | None = None, *, said: str = "") -> str:
    with showing("agenda_visit") as (session, shown):
        visit = find_visit(session, viewer(), visit_id)
        shown.add(visit.case.person_id)
        offered = may_swap_with(session, visit, viewer=viewer(), now=now())
        shown.update(one.case.person_id for one in offered)
        need = standing_interpreters(session, [visit.case_id]).get(visit.case_id)
        could = who_could_take(session, visit, travel=Geodesic(), viewer=viewer(), now=now())
        shown.update(one.case.person_id for one in could or ())
        return render_template(
            "agenda/visit.html",
            visit=visit,
            interpreter=interpreter_said(need) if need else "",
            visitors=may_go(session, visit.case, viewer(), on=day_of(now())),
            could=could,
            offered=offered if visit.is_planned else [],
            around=_around(),
            typed=request.form,
            said=sentence(said) if said else "",
            errors=said_of(refused) if refused else {},
        )
