"""Pages of messages: what is written to whom, letters to print, wishes, wording."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.messages import houses, letters, messages, wishes, wording, works
from webapp.office.messages.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        messages.messages,
        letters.message_letters,
        wishes.message_wishes,
        wording.message_wording,
        works.works_messages,
        houses.house_messages,
    ),
    navigation=(
        Item(
            54,
            "messages.index",
            _l("Messages"),
            "envelope",
            Action.PLAN,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
