"""Pages of what is around residences, and of the services that are ordered there."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.surroundings import around, files, ordered
from webapp.office.surroundings.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(around.surroundings, ordered.ordered_services, files.service_files),
    navigation=(
        Item(94, "around.index", _l("Around the residences"), "signpost-split", Action.SEE_HOMES),
        Item(95, "ordered.index", _l("Ordered services"), "bag-check", Action.SEE_ORDERED),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
