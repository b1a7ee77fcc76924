"""Pages of what the technical service does: work orders, of what visits found or somebody told."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.works import (
    burning,
    by_hand,
    by_link,
    closing_days,
    costs,
    counting,
    duty,
    handed,
    in_common,
    listed,
    maintenance,
    maintenance_words,
    part_words,
    parts,
    price_lists,
    price_words,
    recurring,
    same_order,
    team_words,
    teams,
    telling,
)
from webapp.office.works.refusals import REFUSALS
from webapp.office.works.typed import every_words
from webapp.office.works.words import WORDS

SUBJECT = Subject(
    pages=(
        by_hand.works_by_hand,
        listed.work_orders,
        burning.board,
        duty.duty,
        teams.teams,
        recurring.recurring,
        same_order.same_order,
        in_common.in_common,
        closing_days.closing_days,
        handed.handed,
        costs.costs,
        counting.counting,
        parts.parts,
        price_lists.price_lists,
        maintenance.maintenance,
        telling.telling,
        by_link.order_link,
    ),
    navigation=(
        Item(
            90,
            "work_orders.index",
            _l("Work orders"),
            "tools",
            Action.SEE_WORKS,
            ("works_messages",),
        ),
    ),
    filters={"every_words": every_words},
    words=WORDS | price_words.WORDS | maintenance_words.WORDS,
    refusals=REFUSALS
    | price_words.REFUSALS
    | part_words.REFUSALS
    | maintenance_words.REFUSALS
    | team_words.REFUSALS,
)
