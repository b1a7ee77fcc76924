"""The words of kits and stock, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "field": {
        "item": _l("Kit item"),
    },
}

REFUSALS: dict[str, Any] = {
    "bad_quantity": _l("Give a whole number from 1 to 500; a minus sign takes back."),
    "more_than_in_bag": _l("There are not so many in this bag."),
}
