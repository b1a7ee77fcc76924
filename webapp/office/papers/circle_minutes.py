"""The minutes of a circle’s meeting: who was there, each point, what was decided and given out."""

import uuid
from collections.abc import Iterable
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.circles.agenda import Line, agenda_of
from visits.circles.meetings import find_meeting
from visits.models.circles import CircleMeeting
from webapp.access.auth import Action, requires, viewer
from webapp.office.frame.access import showing
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.saying import headed, spoken_day

circle_minutes = Blueprint("circle_minutes", __name__, url_prefix="/circles/meetings")


@circle_minutes.get("/<uuid:meeting_id>/minutes.pdf")
@requires(Action.SEE_CIRCLES)
def paper(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Give the minutes of a meeting as a PDF."""
    with showing("circle_minutes") as (session, shown):
        meeting = find_meeting(session, viewer(), meeting_id)
        lines = _printed(agenda_of(session, viewer(), meeting))
        shown.update(line.of.case.person_id for line in lines)
        with force_locale(typed_language()):
            said = minutes_of(session, meeting, lines)
    return sent_paper("circle_minutes", said)


def minutes_of(session: Session, meeting: CircleMeeting, lines: Iterable[Line]) -> dict[str, Any]:
    """Say what the minutes tell, in the language of the moment."""
    title = _("Minutes: %(circle)s", circle=meeting.circle.name)
    about = [(_("Day"), spoken_day(meeting.held_on))]
    about += [(_("Who was there"), meeting.present)] if meeting.present else []
    about += [(_("Minutes of the meeting"), _("not closed yet"))] if meeting.is_open else []
    return headed(session, title, meeting.circle.organisation) | {
        "about": about,
        "heads": [_("Person"), _("Where it stands"), _("Decided, given out")],
        "lines": [_told(line) for line in lines],
        "note": meeting.note or "",
        "small": _("For those of the circle alone. Whoever agreed to be discussed may end it."),
    }


def _printed(lines: Iterable[Line]) -> list[Line]:
    """Leave out who is protected: minutes go from hand to hand. By name, as they are looked up."""
    open_ = [line for line in lines if not line.of.case.person.protected]
    return sorted(open_, key=lambda line: (line.of.case.person.name, line.of.id))


def _told(line: Line) -> tuple[str, str, str]:
    follows = [line.point.decision] if line.point and line.point.decision else []
    follows += [
        _(
            "%(what)s (%(who)s, until %(day)s)",
            what=task.what, who=task.owner.name, day=spoken_day(task.due_on),
        )
        for task in line.given
    ]  # fmt: skip
    words = line.point.words if line.point else _("Nothing was noted of it.")
    return line.of.case.person.name, str(words), "\n".join(map(str, follows))
