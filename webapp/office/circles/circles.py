"""Circles: the list, the page of one, its cases as a file, who is in it."""

import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.circles.listing import OPEN, WHICH, count_cases, list_cases, list_tasks, said_of
from visits.circles.meetings import make_agenda, meetings_of
from visits.circles.members import (
    NAME_LENGTH,
    add_member,
    circles_joined,
    close_circle,
    find_circle,
    left_of,
    let_go,
    list_circles,
    make_circle,
    members_of,
    who_may_join,
)
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.circles import Circle, CircleCase
from visits.sight.listing import Wanted
from webapp.access.auth import PERMISSIONS, Action, may, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now, transaction
from webapp.office.circles.typed import changed, chosen, refusal
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted, wanted_by
from webapp.office.frame.moments import day_of, optional_day, remark_day

circles = Blueprint("circles", __name__, url_prefix="/circles")
# Who may be in a circle: whoever may open this page at all.
MEMBERS = tuple(PERMISSIONS[Action.SEE_CIRCLES])


@circles.get("/")
@requires(Action.SEE_CIRCLES)
def index() -> ResponseReturnValue:
    """List the circles one is in, and what they gave one to do."""
    return _list()


@circles.post("/")
@requires(Action.KEEP_CIRCLES)
def make() -> ResponseReturnValue:
    """Make a circle."""
    try:
        with transaction() as session:
            name = request.form.get("name", "")
            circle = make_circle(session, name, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return _list(refused), 422 if isinstance(refused, Invalid) else 409
    flash(_("The circle is made, with you in it: take the others in."), "success")
    return redirect(url_for(".show", circle_id=circle.id))


@circles.get("/<uuid:circle_id>")
@requires(Action.SEE_CIRCLES)
def show(circle_id: uuid.UUID) -> ResponseReturnValue:
    """Show a circle: its cases, its meetings, who is in it."""
    return _page(circle_id)


@circles.get("/<uuid:circle_id>/cases.csv")
@requires(Action.SEE_CIRCLES)
def export(circle_id: uuid.UUID) -> ResponseReturnValue:
    """Give the cases of a circle as a file, filtered and sorted as the page is."""
    with showing("circle") as (session, shown):
        circle = find_circle(session, viewer(), circle_id)
        listed = list_cases(
            session, viewer(), circle, which=_which(), wanted=whole(wanted()), today=day_of(now())
        )
        shown.update(one.case.person_id for one in listed.rows)
        return list_file("cellule.csv", _lines(session, listed.rows), of=listed)


@circles.post("/<uuid:circle_id>/meetings")
@requires(Action.KEEP_CIRCLES)
def call(circle_id: uuid.UUID) -> ResponseReturnValue:
    """Call a meeting: its agenda is made of all open cases."""
    try:
        with transaction() as session:
            circle = find_circle(session, _member(), circle_id, to_change=True)
            held_on = optional_day(request.form.get("held_on", ""), field="held_on")
            meeting = make_agenda(session, circle, held_on, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        status = 422 if isinstance(refused, Invalid) else 409
        return _page(circle_id, refused, "meeting"), status
    flash(_("The agenda is made: what moved most stands first."), "success")
    remark_day(meeting.held_on)
    return redirect(url_for("circle_meetings.show", meeting_id=meeting.id))


@circles.post("/<uuid:circle_id>/members")
@requires(Action.KEEP_CIRCLES)
def add(circle_id: uuid.UUID) -> ResponseReturnValue:
    """Take somebody into a circle."""

    def do(session: Session, circle: Circle) -> str:
        add_member(session, circle, chosen("user"), roles=MEMBERS, viewer=viewer(), now=now())
        return str(_("She is in the circle now, and reads its cases."))

    return _change(circle_id, "member", do)


@circles.post("/<uuid:circle_id>/members/<uuid:member_id>/leave")
@requires(Action.KEEP_CIRCLES)
def leave(circle_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Note that somebody left a circle."""

    def do(session: Session, circle: Circle) -> str:
        why = request.form.get("why", "")
        let_go(session, circle, member_id, why=why, viewer=viewer(), now=now())
        return str(_("She left the circle, and reads nothing of it any more."))

    return _change(circle_id, f"member-{member_id}", do)


@circles.post("/<uuid:circle_id>/close")
@requires(Action.KEEP_CIRCLES)
def close(circle_id: uuid.UUID) -> ResponseReturnValue:
    """Close a circle for good."""

    def do(session: Session, circle: Circle) -> str:
        why = request.form.get("why", "")
        close_circle(session, circle, why=why, viewer=viewer(), now=now())
        return str(_("The circle is closed: nobody reads its cases by it any more."))

    return _change(circle_id, "close", do, to=url_for(".index"))


def _change(circle_id: uuid.UUID, form: str, do: Any, *, to: str = "") -> ResponseReturnValue:
    def change(session: Session) -> str:
        circle = find_circle(session, viewer(), circle_id, keeps=True, to_change=True)
        return str(do(session, circle))

    to = to or url_for(".show", circle_id=circle_id)
    return changed(change, form, to=to, page=partial(_page, circle_id))


def _list(refused: Refused | None = None) -> str:
    stands_at("circles.index")
    with showing("circle_tasks") as (session, shown):
        keeps, mine = may(Action.KEEP_CIRCLES), _member()
        tasks = list_tasks(session, mine, mine=True, wanted=Wanted(sort="due"))
        shown.update(one.circle_case.case.person_id for one in tasks.rows)
        listed = list_circles(session, mine, keeps=keeps, wanted=wanted_by("name"))
        return render_template(
            "circles/index.html",
            listed=listed,
            inside=circles_joined(session, mine),
            tasks=tasks,
            day_now=day_of(now()),
            name_length=NAME_LENGTH,
            **refusal(refused, "circle" if refused else ""),
        )


def _page(circle_id: uuid.UUID, refused: Refused | None = None, form: str = "") -> str:
    stands_at("circles.show", circle_id=circle_id)
    keeps = may(Action.KEEP_CIRCLES)
    with showing("circle") as (session, shown):
        circle = find_circle(session, _member(), circle_id, keeps=keeps)
        inside = circle.id in circles_joined(session, _member())
        its = keeps and circle.organisation_id == viewer().organisation_id
        return render_template(
            "circles/show.html",
            circle=circle,
            inside=inside,
            keeps=keeps and (inside or its),
            members=members_of(session, circle.id),
            left=left_of(session, circle.id),
            to_join=who_may_join(session, circle, MEMBERS) if keeps else (),
            **refusal(refused, form),
            **(_told(session, circle, shown) if inside else {}),
        )


def _told(session: Session, circle: Circle, shown: set[uuid.UUID | None]) -> dict[str, Any]:
    """Gather what a member of a circle is told."""
    who, today = _member(), day_of(now())
    listed = list_cases(session, who, circle, which=_which(), wanted=wanted(), today=today)
    tasks = list_tasks(session, who, circle=circle, mine=False, wanted=Wanted(sort="due"))
    rows = [*listed.rows, *(one.circle_case for one in tasks.rows)]
    shown.update(one.case.person_id for one in rows)
    return {
        "listed": listed,
        "which": _which(),
        "counts": {
            which: count_cases(session, who, circle, which=which, today=today) for which in WHICH
        },
        "told": said_of(session, [one.id for one in listed.rows]),
        "tasks": tasks,
        "meetings": meetings_of(session, circle.id),
        "day_now": today,
    }


def _member() -> Any:
    return viewer(Action.SEE_CIRCLES)


def _which() -> str:
    which = request.args.get("which", OPEN)
    return which if which in WHICH else OPEN


def _lines(session: Session, rows: Sequence[CircleCase]) -> Iterator[Sequence[object]]:
    told = said_of(session, [one.id for one in rows])
    yield (
        _("Person"), _("Put to the circle on"), _("Points"), _("Last point"), _("Decision"),
        _("Closed on"),
    )  # fmt: skip
    for one in rows:
        said = told[one.id]
        yield (
            one.case.person.name,
            day(one.noted_at),
            said.points,
            day(said.last.meeting.held_on) if said.last else "",
            said.last.decision or "" if said.last else "",
            day(one.case.closed_on) if one.case.closed_on else "",
        )
