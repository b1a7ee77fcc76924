"""Pages of accompaniments: whom one follows, how it goes, what was missed, what it came to."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.support import acts, aims, balance, missed, supports
from webapp.office.support.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        supports.support,
        acts.acts,
        aims.aims,
        missed.missed,
        balance.balances,
    ),
    navigation=(
        Item(
            48,
            "support.index",
            _l("Support"),
            "person-hearts",
            Action.SUPPORT,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
