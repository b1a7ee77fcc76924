"""Pages of money: what a programme sets aside, asks, is paid, spends, and what one comes to."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.money import accounts, rents
from webapp.office.money.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(accounts.money, rents.rents),
    navigation=(Item(113, "money.index", _l("Money"), "cash-coin", Action.KEEP_BUDGETS),),
    words=WORDS,
    refusals=REFUSALS,
)
