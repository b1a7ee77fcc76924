"""Pages of whom to visit."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.choosing import targeting
from webapp.office.choosing.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(targeting.targeting,),
    navigation=(Item(30, "targeting.index", _l("Whom to visit"), "list-ol", Action.ENROL),),
    words=WORDS,
    refusals=REFUSALS,
)
