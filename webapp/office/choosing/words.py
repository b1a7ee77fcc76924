"""The words of whom to visit, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "accessed": {
        "enrolled": _l("a case in a programme"),
        "targeting": _l("the list of whom to visit"),
    },
}

REFUSALS: dict[str, Any] = {
    "nobody_chosen": _l("Choose at least one person."),
}
