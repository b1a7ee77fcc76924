"""Pages of kits: what is in stock and in whose bag."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.stock import kits
from webapp.office.stock.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(kits.kits,),
    navigation=(Item(80, "kits.index", _l("Kit stock"), "box-seam", Action.HAND_OUT_KITS),),
    words=WORDS,
    refusals=REFUSALS,
)
