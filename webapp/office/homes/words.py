"""The words of homes, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "accessed": {
        "dwelling": _l("the page of a dwelling"),
        "residence": _l("the page of a residence"),
    },
}

REFUSALS: dict[str, Any] = {
    "residence_not_found": _l("There is no such residence, or your account may not see it."),
}
