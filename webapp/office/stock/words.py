"""The words of kits, parts and stock, and what is refused there."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from visits.models.stock import PART
from webapp.office.frame.codes import coded

WORDS: dict[str, dict[str, Any]] = {
    "kit_movement": {
        "received": _l("Received"),
        "handed": _l("Handed out, or back"),
        "fitted": _l("Fitted at a visit"),
        "given": _l("Given without a visit"),
        "counted": _l("Counted"),
        "lost": _l("Lost or broken"),
        "used": _l("Taken for a work order"),
    },
    "accessed": {"kit_survival": _l("what is still in place of kits, home by home")},
    "kit_told": {
        "told": _l("Number told"),
        "unsaid": _l("Asked, not said"),
        "not_asked": _l("Not asked"),
        "too_soon": _l("Too soon"),
    },
    "stock_order": {
        "expected": _l("Expected"),
        "late": _l("Late"),
        "received": _l("Received"),
        "cancelled": _l("Cancelled"),
    },
    "field": {
        "item": _l("Kit item, or part for works"),
        "article": _l("Article"),
        "batch": _l("Batch"),
        "cost": _l("Cost apiece (€)"),
        "counted": _l("Counted"),
        "expected_on": _l("Expected on"),
        "fitting": _l("Cap, thread or size"),
        "kit": _l("Kit of each home"),
        "low_at": _l("Too few below"),
        "rating": _l("Power or flow"),
        "references": _l("References of dwellings"),
        "supplier": _l("Supplier"),
        "kits.visitor_id": _l("Whose bag"),
        "given_on": _l("Given on, today unless said"),
    },
}


def kept_item(item: str) -> str:
    """Say what an article is: an item of the kits, or a part for works."""
    return _("Spare part") if item == PART else coded("kit", item)


REFUSALS: dict[str, Any] = {
    "article_kept_already": _l(
        "An article of this name, with the same cap or thread and the same power or flow, is "
        "kept already."
    ),
    "article_not_found": _l("There is no such article, or it is not one of yours."),
    "bad_quantity": _l("Give a whole number from 1 to 500; a minus sign takes back."),
    "day_past": _l("This day is past."),
    "item_not_rated": _l("This item has neither power nor flow: leave this empty."),
    "item_stays": _l("An article stays of its kind. Add another one instead."),
    "kit_empty": _l("Say how many of at least one article each home is given."),
    "more_than_in_bag": _l("There are not so many in this bag."),
    "more_than_in_stock": _l("There are not so many in the central stock."),
    "movement_not_found": _l("There is no such movement, or it is not one of yours."),
    "movement_not_withdrawn": _l(
        "This cannot be taken back here: it was already, or a visit’s answers or a work order "
        "tell it. Nothing was changed."
    ),
    "not_for_this_bag": _l(
        "Visitors carry kit items, technicians carry parts: choose another bag."
    ),
    "no_home_known": _l("None of these dwellings is known, or all were given it before."),
    "no_number": _l("This is not a number."),
    "number_too_far": _l("This number is too small or too large."),
    "stock_order_closed": _l("Nothing more is to come of this order. Nothing was changed."),
    "stock_order_not_found": _l("There is no such order, or it is not one of yours."),
    "stock_used_since": _l(
        "Some of it has left the stock since: taken back, fewer than none would be there. "
        "Take that back first, or count."
    ),
    "text_too_long": _l("This text is too long."),
    "too_many_articles": _l("There are 500 articles already. Change or keep one of them again."),
    "too_many_homes": _l("These are more than 20,000 dwellings. Do it in two parts."),
}
