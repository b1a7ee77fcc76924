"""Pages of admissions: who asks for a place, heard, decided on, listed, offered one, let in."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.admissions import admissions, by_hand, commissions, steps
from webapp.office.admissions.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(
        admissions.admissions,
        steps.steps,
        by_hand.admissions_by_hand,
        commissions.commissions,
    ),
    navigation=(
        Item(
            92,
            "admissions.index",
            _l("Admissions"),
            "person-plus",
            Action.SUPPORT,
            ("decision_letters.admission",),
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
