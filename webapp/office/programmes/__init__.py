"""Pages of programmes: made, changed, compared, published, retired."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.programmes import drafts, older, published
from webapp.office.programmes.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(published.programmes, drafts.programme_drafts, older.older_cases),
    navigation=(
        Item(
            115,
            "programmes.index",
            _l("Programmes"),
            "clipboard2-heart",
            Action.MANAGE_PROGRAMMES,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
