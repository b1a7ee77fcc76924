"""A collective session as an entry of somebody's own calendar: of nobody who comes (RFC 5545)."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from visits.models.sessions import CollectiveSession, SessionState
from visits.sessions.planning import find_session
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, reading

session_calendar = Blueprint("session_calendar", __name__, url_prefix="/group-sessions")

LONGEST_LINE = 75  # octets, without the end of the line
CANCELLED = {SessionState.CANCELLED: "CANCELLED"}


@session_calendar.get("/<uuid:session_id>/session.ics")
@requires(Action.RUN_SESSIONS)
def entry(session_id: uuid.UUID) -> ResponseReturnValue:
    """Give a session as a file that calendars take; taken again, it stands for the one before."""
    with reading() as session:
        one = find_session(session, viewer(), session_id)
        address = url_for("group_sessions.show", session_id=one.id, _external=True)
        lines = list(_entry(one, address))
    text = "".join(f"{part}\r\n" for line in lines for part in _folded(line))
    told = {"Content-Disposition": 'attachment; filename="action-collective.ics"'}
    return Response(text, mimetype="text/calendar", headers=told)


def _entry(one: CollectiveSession, address: str) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Palier//FR", "BEGIN:VEVENT")
    yield f"UID:{one.id}@palier"
    yield f"SEQUENCE:{one.turn}"
    yield f"DTSTAMP:{_moment(now())}"
    yield f"DTSTART:{_moment(one.starts_at)}"
    yield f"DTEND:{_moment(one.ends_at)}"
    yield f"SUMMARY:{_text(one.title)}"
    yield f"LOCATION:{_text(one.where)}"
    yield f"STATUS:{CANCELLED.get(one.state, 'CONFIRMED')}"
    yield f"URL:{address}"
    yield from ("END:VEVENT", "END:VCALENDAR")


def _moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(said: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", said)


def _folded(line: str) -> Iterator[str]:
    """Cut a line where it is too long, between letters; what goes on begins with a space."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > LONGEST_LINE:
            yield part
            part = " "
        part += letter
    yield part
