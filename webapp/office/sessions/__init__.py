"""Pages of collective sessions: planned, held, listed."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.sessions import attendance, calendar, planning, results, sessions
from webapp.office.sessions.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        sessions.group_sessions,
        planning.session_planning,
        attendance.session_attendance,
        results.session_results,
        calendar.session_calendar,
    ),
    navigation=(
        Item(
            55,
            "group_sessions.index",
            _l("Group sessions"),
            "people",
            Action.RUN_SESSIONS,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
