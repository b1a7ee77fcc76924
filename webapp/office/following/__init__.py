"""Pages of what follows from a visit: works, promises, savings, funding."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.following import (
    by_hand,
    follow_ups,
    funding,
    same_order,
    savings,
    work_orders,
)
from webapp.office.following.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(
        by_hand.works_by_hand,
        work_orders.work_orders,
        same_order.same_order,
        savings.savings,
        funding.funding,
        follow_ups.follow_ups,
    ),
    navigation=(
        Item(60, "follow_ups.index", _l("Follow-ups"), "telephone-outbound", Action.FOLLOW_UP),
        Item(90, "work_orders.index", _l("Work orders"), "tools", Action.SEE_WORKS),
    ),
    filters={"spread": savings.spread},
    words=WORDS,
    refusals=REFUSALS,
)
