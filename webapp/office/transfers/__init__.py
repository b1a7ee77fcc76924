"""Pages of moves to another home: who wishes one, what fits, what was offered."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.transfers import transfers, wishes
from webapp.office.transfers.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(transfers.transfers, wishes.transfer_wishes),
    navigation=(
        Item(
            88,
            "transfers.index",
            _l("Moves"),
            "arrow-left-right",
            Action.FOLLOW_ADAPTATIONS,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
