"""Pages of circles: who is in one, the cases put to it, its meetings month by month."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.circles import cases, circles, meetings, putting
from webapp.office.circles.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(circles.circles, putting.circle_putting, cases.circle_cases, meetings.circle_meetings),
    navigation=(
        Item(
            49,
            "circles.index",
            _l("Circles"),
            "record-circle",
            Action.SEE_CIRCLES,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
