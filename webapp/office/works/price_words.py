"""The words of price lists and of what orders count by them, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "price_list": {
        "in_force": _p("a price list", "In force"),
        "to_come": _p("a price list", "To come"),
        "past": _p("a price list", "Over"),
        "to_check": _p("a price list", "To check"),
        "withdrawn": _p("a price list", "Withdrawn"),
    },
    "price_change": {
        "changed": _p("an article", "Price or unit changed"),
        "new": _p("an article", "New"),
        "gone": _p("an article", "Gone"),
        "same": _p("an article", "As before"),
    },
    "price_column": {
        "code": _p("a price list", "Code"),
        "label": _p("a price list", "Label"),
        "unit": _p("a price list", "Unit"),
        "price": _p("a price list", "Unit price"),
        "trade": _l("Trade"),
    },
}

REFUSALS: dict[str, Any] = {
    "price_list_not_found": _l("There is no such price list, or your account may not see it."),
    "price_list_elsewhere": _l(
        "This price list is taken in or withdrawn by now. Nothing was changed."
    ),
    "price_list_has_faults": _l("This file has faults: mend it first. Nothing was taken in."),
    "prices_hold_already": _l(
        "A list of this contract begins on that day already: withdraw it first. Nothing was taken "
        "in."
    ),
    "price_list_counted": _l("Orders count by this price list: it stays. Nothing was changed."),
    "price_contract_too_long": _l("This name is too long: 100 characters at most."),
    "prices_hold_too_far": _l("Choose a day of the last ten years or the next two."),
    "no_vat": _l("Write a percentage from 0 to 30, such as 10 or 5.5."),
    "price_file_too_big": _l("This file is too big: 10 MB and 20,000 lines at most."),
    "price_columns_missing": _l(
        "A column is missing. The line of headings must name the code, the label, the unit and the "
        "unit price, such as: Code; Label; Unit; Unit price."
    ),
    "price_line_broken": _l("The quotation marks of this line are not closed."),
    "price_line_overflows": _l("This line has more cells than there are headings."),
    "price_trade_unknown": _l("This is no trade known here: write its name, or leave it empty."),
    "no_price": _l("This is no price in euros, such as 1234.50."),
    "price_not_above_nothing": _l("A price is above nothing."),
    "price_too_high": _l("A price is a million euros at most."),
    "price_too_fine": _l("A price has two figures after the comma at most."),
    "article_twice": _l("The same article stands on several lines (%(lines)s): keep one of them."),
    "price_article_not_found": _l("No price list in force for this order has such an article."),
    "no_quantity": _l("Write how many, above nothing, such as 3 or 2.5."),
    "too_many_order_lines": _l("Two hundred lines at most for an order. Nothing was counted."),
    "order_line_not_found": _l("There is no such line, or it is withdrawn already."),
}
