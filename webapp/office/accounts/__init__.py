"""Pages of accounts, mandates, second factors, one’s own account."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.accounts import (
    accounts,
    changes,
    mandates,
    own,
    passwords,
    second_factor,
    second_step,
)
from webapp.office.accounts.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(
        accounts.accounts,
        changes.account_changes,
        mandates.mandates,
        own.account,
        passwords.passwords,
        second_step.second_step,
        second_factor.second_factor,
    ),
    navigation=(
        Item(
            140,
            "accounts.index",
            _l("Accounts"),
            "person-gear",
            Action.MANAGE_ACCOUNTS,
            ("account_changes",),
            rest=False,
        ),
        Item(135, "mandates.index", _l("Mandates"), "file-earmark-check", Action.SEE_MANDATES),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
