"""Pages of places in residences and of who stays in them."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.stays import complaints, places, posts, stays
from webapp.office.stays.typed import contract_in_words, percent
from webapp.office.stays.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(places.places, stays.stays, complaints.complaints, posts.posts),
    navigation=(
        Item(89, "stays.index", _l("Stays"), "door-open", Action.SEE_PERSONS),
        Item(91, "places.index", _l("Places to stay in"), "building", Action.SEE_HOMES),
        Item(96, "complaints.index", _l("Complaints"), "chat-left-text", Action.SUPPORT),
    ),
    words=WORDS,
    refusals=REFUSALS,
    filters={"contract_in_words": contract_in_words, "percent": percent},
)
