"""The signature sheet of a collective session: who is expected, and lines for others who come."""

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.models.sessions import CollectiveSession, SessionEnrolment
from visits.sessions.attendance import enrolments_of
from visits.sessions.planning import find_session
from webapp.access.auth import Action, requires, viewer
from webapp.office.frame.access import showing
from webapp.office.frame.moments import clock
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.saying import headed, spoken_day

signature_sheets = Blueprint("signature_sheets", __name__, url_prefix="/group-sessions")

MOST_FREE, FREE = 5, 12  # lines for whoever comes unannounced: beside names, and without any


@signature_sheets.get("/<uuid:session_id>/signatures.pdf")
@requires(Action.RUN_SESSIONS)
def paper(session_id: uuid.UUID) -> ResponseReturnValue:
    """Give the sheet on which whoever comes to a session signs, as a PDF."""
    with showing("signature_sheet") as (session, shown):
        one = find_session(session, viewer(), session_id)
        enrolled = _printed(session, one)
        shown.update(each.person_id for each in enrolled)
        with force_locale(typed_language()):
            said = sheet_of(session, one, [each.person.name for each in enrolled])
    return sent_paper("signature_sheet", said)


def sheet_of(session: Session, one: CollectiveSession, names: list[str]) -> dict[str, Any]:
    """Say what a signature sheet tells, in the language of the moment."""
    title = _("Signature sheet: %(title)s", title=one.title)
    return headed(session, title, one.landlord) | {
        "about": list(_about(one)),
        "heads": [_("No."), _("Name"), _("Signature")],
        "names": [*names, *_free_lines(one, len(names))],
        "signed": [str(_("Signature of who held the session"))],
        "small": _("Signing says that you were there, and nothing else."),
    }


def _about(one: CollectiveSession) -> Iterator[tuple[str, str]]:
    hours = f"{clock(one.starts_at)} – {clock(one.ends_at)}"
    yield _("Day"), f"{spoken_day(one.starts_at)}, {hours}"
    yield _("Where"), one.where
    yield _("Held by"), one.holder


def _printed(session: Session, one: CollectiveSession) -> list[SessionEnrolment]:
    """List who has a seat, but for whom is protected: the sheet goes from hand to hand."""
    enrolled = enrolments_of(session, one, viewer(Action.SEE_PERSONS))
    return [each for each in enrolled if not each.waiting and not each.person.protected]


def _free_lines(one: CollectiveSession, names: int) -> list[str]:
    """Give empty lines, no more in all than there are seats."""
    lines = MOST_FREE if names else FREE
    return [""] * (lines if one.capacity is None else min(lines, max(0, one.capacity - names)))
