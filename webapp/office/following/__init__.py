"""Pages of what follows from a visit: promises, savings, funding."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.following import follow_ups, funding, savings
from webapp.office.following.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(savings.savings, funding.funding, follow_ups.follow_ups),
    navigation=(
        Item(60, "follow_ups.index", _l("Follow-ups"), "telephone-outbound", Action.FOLLOW_UP),
    ),
    filters={"spread": savings.spread},
    words=WORDS,
    refusals=REFUSALS,
)
