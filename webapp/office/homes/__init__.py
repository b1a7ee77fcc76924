"""Pages of a dwelling and of a residence."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.needs import need_called, need_told
from webapp.office.frame.subject import Subject
from webapp.office.homes import (
    addresses,
    by_hand,
    homes,
    labels,
    leases,
    register,
    traits,
    unplaced,
)
from webapp.office.homes.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        by_hand.homes_by_hand,
        homes.homes,
        leases.leases,
        addresses.addresses,
        unplaced.unplaced_page,
        register.register,
        labels.labels,
        traits.traits,
    ),
    navigation=(
        Item(
            87,
            "register.index",
            _l("Adapted homes"),
            "universal-access",
            Action.SEE_HOMES,
            ("labels",),
            rest=False,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
    filters={"need": need_called, "need_told": need_told},
)
