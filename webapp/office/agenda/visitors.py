"""The visitors somebody plans for: when they work, what they can do; kept by their coordinators."""

import uuid
from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.agenda.absences import TO_COME, list_absences
from visits.agenda.availabilities import (
    MOST_A_DAY,
    MOST_BUFFER,
    START_LENGTH,
    WHY_LENGTH,
    DaySaid,
    HoursSaid,
    days_noted,
    hours_noted,
    note_day,
    note_hours,
    say_terms,
    withdraw_day,
    withdraw_hours,
)
from visits.agenda.visitors import (
    VisitorFilter,
    find_visitor,
    keeps,
    list_visitors,
    organisations_of,
)
from visits.agenda.working_time import terms_of, working_time
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import User
from visits.models.agenda import DayKind, Language, Skill
from visits.sight.listing import Wanted
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.agenda.typed import form_day, said_of, typed_time
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.words import word

visitors = Blueprint("visitors", __name__, url_prefix="/visitors")


@visitors.get("/")
@requires(Action.PLAN)
def index() -> ResponseReturnValue:
    """List the visitors, by name."""
    only = _only()
    with reading() as session:
        listed = list_visitors(session, viewer(), only=only, wanted=wanted_by("name"))
        return render_template(
            "agenda/visitors.html",
            listed=listed,
            only=only,
            terms=terms_of(session, [one.id for one in listed.rows]),
            known=_known(session, listed.rows),
            organisations=organisations_of(session, viewer()),
        )


@visitors.get("/visitors.csv")
@requires(Action.PLAN)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with reading() as session:
        wanted: Wanted = whole(wanted_by("name"))
        listed = list_visitors(session, viewer(), only=_only(), wanted=wanted)
        lines = list(_lines(session, listed.rows))
    return list_file("visiteurs.csv", lines, of=listed)


@visitors.get("/<uuid:visitor_id>")
@requires(Action.PLAN)
def show(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Show when a visitor works, and how."""
    return _page(visitor_id)


@visitors.post("/<uuid:visitor_id>/hours")
@requires(Action.PLAN)
def add_hours(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Note hours of the week."""

    def change(session: Session) -> None:
        weekday = request.form.get("weekday", "")
        said = HoursSaid(
            weekday=int(weekday) if weekday in tuple("0123456") else -1 if weekday else None,
            from_time=typed_time("from_time"),
            until_time=typed_time("until_time"),
            first_on=form_day("first_on"),
            last_on=form_day("last_on"),
            start=request.form.get("start", ""),
        )
        note_hours(session, visitor_id, said, viewer=viewer(), now=now())

    return _change(visitor_id, change)


@visitors.post("/<uuid:visitor_id>/hours/<uuid:hours_id>/withdrawal")
@requires(Action.PLAN)
def end_hours(visitor_id: uuid.UUID, hours_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw hours of the week."""
    why = request.form.get("why", "")
    return _change(
        visitor_id,
        lambda session: withdraw_hours(
            session, visitor_id, hours_id, why, viewer=viewer(), now=now()
        ),
    )


@visitors.post("/<uuid:visitor_id>/days")
@requires(Action.PLAN)
def add_day(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a day is otherwise."""

    def change(session: Session) -> None:
        said = DaySaid(
            on_day=form_day("on_day", said_at="day-on_day"),
            kind=request.form.get("kind", ""),
            from_time=typed_time("from_time", said_at="day-from_time"),
            until_time=typed_time("until_time", said_at="day-until_time"),
        )
        note_day(session, visitor_id, said, viewer=viewer(), now=now())

    return _change(visitor_id, change)


@visitors.post("/<uuid:visitor_id>/days/<uuid:day_id>/withdrawal")
@requires(Action.PLAN)
def end_day(visitor_id: uuid.UUID, day_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an exception."""
    why = request.form.get("why", "")
    return _change(
        visitor_id,
        lambda session: withdraw_day(session, visitor_id, day_id, why, viewer=viewer(), now=now()),
    )


@visitors.post("/<uuid:visitor_id>/terms")
@requires(Action.PLAN)
def terms(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Say how a visitor works."""
    typed = request.form
    return _change(
        visitor_id,
        lambda session: say_terms(
            session,
            visitor_id,
            buffer=typed.get("buffer", ""),
            most=typed.get("most", ""),
            languages=typed.getlist("languages"),
            skills=typed.getlist("skills"),
            viewer=viewer(),
            now=now(),
        ),
    )


def _change(visitor_id: uuid.UUID, change: Callable[[Session], object]) -> ResponseReturnValue:
    try:
        with transaction() as session:
            change(session)
    except Invalid as refused:
        return _page(visitor_id, refused), 422
    except Conflict as refused:
        return _page(visitor_id, said=refused.code), 409
    flash(_("The days of this visitor are up to date."), "success")
    return redirect(url_for("visitors.show", visitor_id=visitor_id))


def _page(visitor_id: uuid.UUID, refused: Invalid | None = None, *, said: str = "") -> str:
    with reading() as session:
        visitor = find_visitor(session, viewer(), visitor_id)
        today = today_in_paris(now())
        coming = list_absences(
            session,
            viewer(),
            state=TO_COME,
            wanted=Wanted(sort="first"),
            now=now(),
            visitor_id=visitor_id,
        )
        return render_template(
            "agenda/visitor.html",
            visitor=visitor,
            kept=keeps(session, viewer(), visitor_id),
            hours=hours_noted(session, visitor_id, since=today),
            days=days_noted(session, visitor_id, since=today),
            terms=terms_of(session, [visitor_id])[visitor_id],
            absences=coming.rows,
            day_kinds=list(DayKind),
            languages=list(Language),
            skills=list(Skill),
            most={"buffer": MOST_BUFFER, "a_day": MOST_A_DAY},
            lengths={"why": WHY_LENGTH, "start": START_LENGTH},
            typed=request.form,
            said=sentence(said) if said else "",
            errors=said_of(refused) if refused else {},
        )


def _only() -> VisitorFilter:
    return VisitorFilter(request.args.get("q", ""), request.args.get("organisation", ""))


def _known(session: Session, rows: Sequence[User]) -> set[uuid.UUID]:
    """Tell of whom hours are noted."""
    today = today_in_paris(now())
    time = working_time(session, [one.id for one in rows], today, today)
    return {one.id for one in rows if time.is_known(one.id)}


def _lines(session: Session, rows: Sequence[User]) -> Iterator[Sequence[object]]:
    yield (
        _("Name"), _("Organisation"), _("Minutes between visits"), _("Visits a day, at most"),
        _("Languages"), _("Skills"),
    )  # fmt: skip
    terms = terms_of(session, [one.id for one in rows])
    for one in rows:
        its = terms[one.id]
        yield (
            one.name,
            one.organisation.name,
            int(its.buffer.total_seconds() // 60),
            its.most_a_day or "",
            ", ".join(str(word("spoken", code)) for code in sorted(its.languages)),
            ", ".join(str(word("skill", code)) for code in sorted(its.skills)),
        )
