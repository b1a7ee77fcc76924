"""The words of what is done with somebody in a case, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "act_kind": {
        "visit": _l("Went to see her"),
        "call": _l("Called"),
        "office": _l("Received at the office"),
        "going_along": _l("Went along to a service"),
        "letter": _l("Wrote a letter"),
        "meeting": _l("Met about her"),
    },
    "timeline": {"support": _l("Support")},
    "accessed": {
        "act_noted": _l("an act of a support noted"),
        "act_withdrawn": _l("an act of a support withdrawn"),
    },
    "field": {
        "present": _l("Who was there"),
    },
}

REFUSALS: dict[str, Any] = {
    "act_not_found": _l("There is no such act in this case."),
    "act_noted_already": _l("This very act is noted already. Nothing was changed."),
    "act_withdrawn": _l("This act was withdrawn already. Nothing was changed."),
    "act_not_yours": _l(
        "Its note is confidential: whoever wrote it, or is in charge of the case, withdraws it."
    ),
    "act_too_long": _l("Write a whole number of minutes, from 1 to 1,440."),
    "act_present_too_long": _l("This text is too long: 200 characters at most."),
    "act_note_too_long": _l("This note is too long: 2,000 characters at most."),
}
