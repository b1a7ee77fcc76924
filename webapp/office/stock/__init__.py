"""Pages of kits and parts: what is in stock and in whose bag."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.stock import articles, kits, movements, survival
from webapp.office.stock.articles import rated_in
from webapp.office.stock.words import REFUSALS, WORDS, kept_item

SUBJECT = Subject(
    pages=(kits.kits, articles.articles, movements.movements, survival.survival),
    navigation=(Item(80, "kits.index", _l("Kits and parts"), "box-seam", Action.HAND_OUT_KITS),),
    words=WORDS,
    filters={"rated_in": rated_in, "kept_item": kept_item},
    refusals=REFUSALS,
)
