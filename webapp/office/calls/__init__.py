"""Pages of the call list, and somebody’s way through a programme."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.calls import by_phone, cases, desk, moved
from webapp.office.calls.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(cases.cases, desk.desk, by_phone.by_phone, moved.moved),
    navigation=(Item(40, "cases.index", _l("Calls"), "telephone", Action.SEE_CASES),),
    words=WORDS,
    refusals=REFUSALS,
)
