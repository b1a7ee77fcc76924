"""A meeting of a circle: its agenda, the point of each case, tasks, the minutes."""

import uuid
from collections.abc import Callable
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.circles.agenda import agenda_of, left_since
from visits.circles.meetings import (
    NOTE_LENGTH,
    PRESENT_LENGTH,
    close_minutes,
    find_meeting,
    open_minutes_again,
    withdraw_meeting,
)
from visits.circles.members import members_of
from visits.circles.points import (
    WHAT_LENGTH,
    WORDS_LENGTH,
    give_task,
    note_point,
    withdraw_point,
)
from visits.circles.putting import find_circle_case
from visits.ground.errors import Refused
from visits.models.circles import CircleCase, CircleMeeting
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.circles.typed import changed, chosen, refusal, text
from webapp.office.frame.access import showing
from webapp.office.frame.listing import stands_at
from webapp.office.frame.moments import day_of, optional_day

circle_meetings = Blueprint("circle_meetings", __name__, url_prefix="/circles/meetings")
Do = Callable[[Session, CircleMeeting], str]
DoOf = Callable[[Session, CircleMeeting, CircleCase], str]


@circle_meetings.get("/<uuid:meeting_id>")
@requires(Action.SEE_CIRCLES)
def show(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Show the agenda of a meeting, and what was said."""
    return _page(meeting_id)


@circle_meetings.post("/<uuid:meeting_id>/points/<uuid:circle_case_id>")
@requires(Action.SEE_CIRCLES)
def point(meeting_id: uuid.UUID, circle_case_id: uuid.UUID) -> ResponseReturnValue:
    """Note where a case stands."""

    def do(session: Session, meeting: CircleMeeting, one: CircleCase) -> str:
        said = {"words": text("words"), "decision": text("decision")}
        note_point(session, meeting, one, **said, viewer=viewer(), now=now())
        return str(_("Noted: the point of %(name)s.", name=one.case.person.name))

    return _change_of(meeting_id, circle_case_id, f"point-{circle_case_id}", do)


@circle_meetings.post("/<uuid:meeting_id>/points/<uuid:circle_case_id>/withdraw")
@requires(Action.SEE_CIRCLES)
def point_back(meeting_id: uuid.UUID, circle_case_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a point, to note it anew."""

    def do(session: Session, meeting: CircleMeeting, one: CircleCase) -> str:
        withdraw_point(session, meeting, one, why=text("why"), viewer=viewer(), now=now())
        return str(_("Withdrawn: note the point anew."))

    return _change_of(meeting_id, circle_case_id, f"point-back-{circle_case_id}", do)


@circle_meetings.post("/<uuid:meeting_id>/tasks/<uuid:circle_case_id>")
@requires(Action.SEE_CIRCLES)
def task(meeting_id: uuid.UUID, circle_case_id: uuid.UUID) -> ResponseReturnValue:
    """Give somebody of the circle something to do."""

    def do(session: Session, meeting: CircleMeeting, one: CircleCase) -> str:
        give_task(
            session,
            meeting,
            one,
            what=text("what"),
            owner_id=chosen("owner"),
            due_on=optional_day(text("due_on"), field="due_on"),
            viewer=viewer(),
            now=now(),
        )
        return str(_("Given out: it stands among what she has to do."))

    return _change_of(meeting_id, circle_case_id, f"task-{circle_case_id}", do)


@circle_meetings.post("/<uuid:meeting_id>/minutes")
@requires(Action.KEEP_CIRCLES)
def minutes(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Close the minutes, or open them again."""

    def do(session: Session, meeting: CircleMeeting) -> str:
        if request.form.get("what") == "again":
            open_minutes_again(session, meeting)
            return str(_("The minutes are open again."))
        said = {"present": text("present"), "note": text("note")}
        close_minutes(session, meeting, **said, viewer=viewer(), now=now())
        return str(_("The minutes are closed."))

    return _change(meeting_id, "minutes", do)


@circle_meetings.post("/<uuid:meeting_id>/withdraw")
@requires(Action.KEEP_CIRCLES)
def withdraw(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a meeting that was called by mistake."""

    def do(session: Session, meeting: CircleMeeting) -> str:
        withdraw_meeting(session, meeting, why=text("why"), viewer=viewer(), now=now())
        return str(_("Withdrawn: call it for another day."))

    return _change(meeting_id, "withdraw", do, to=url_for("circles.index"))


def _change(meeting_id: uuid.UUID, form: str, do: Do, *, to: str = "") -> ResponseReturnValue:
    def change(session: Session) -> str:
        member = viewer(Action.SEE_CIRCLES)
        return do(session, find_meeting(session, member, meeting_id, to_change=True))

    to = to or url_for(".show", meeting_id=meeting_id, _anchor=form)
    return changed(change, form, to=to, page=partial(_page, meeting_id))


def _change_of(
    meeting_id: uuid.UUID, circle_case_id: uuid.UUID, form: str, do: DoOf
) -> ResponseReturnValue:
    def change(session: Session, meeting: CircleMeeting) -> str:
        member = viewer(Action.SEE_CIRCLES)
        return do(session, meeting, find_circle_case(session, member, circle_case_id))

    to = url_for(".show", meeting_id=meeting_id, _anchor=f"of-{circle_case_id}")
    return _change(meeting_id, form, change, to=to)


def _page(meeting_id: uuid.UUID, refused: Refused | None = None, form: str = "") -> str:
    stands_at("circle_meetings.show", meeting_id=meeting_id)
    with showing("circle_meeting") as (session, shown):
        member, today = viewer(Action.SEE_CIRCLES), day_of(now())
        meeting = find_meeting(session, member, meeting_id)
        lines = agenda_of(session, member, meeting)
        shown.update(line.of.case.person_id for line in lines)
        return render_template(
            "circles/meeting.html",
            meeting=meeting,
            circle=meeting.circle,
            lines=lines,
            left=left_since(session, member, meeting),
            members=[one.user for one in members_of(session, meeting.circle_id)],
            notes_here=meeting.is_open and meeting.held_on <= today,
            day_now=today,
            words_length=WORDS_LENGTH,
            what_length=WHAT_LENGTH,
            present_length=PRESENT_LENGTH,
            note_length=NOTE_LENGTH,
            **refusal(refused, form),
        )
