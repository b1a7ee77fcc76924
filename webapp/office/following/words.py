"""The words of what follows from a visit, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "waits": {
        "promises_due": _l("Follow-ups due"),
        "promises_soon": _l("Follow-ups of the next 30 days"),
    },
    "field": {
        "follow_ups.why": _l("What came of it"),
    },
    "task_why": {
        "died": _l("The person died."),
        "corrected": _l("The answers that called for it were corrected."),
        "taken_back": _l("The answers that called for it came from another home."),
    },
    "accessed": {
        "follow_up_done": _l("a follow-up done"),  # until 0.2: lines of before say it
        "follow_up": _l("a follow-up"),
        "follow_ups": _l("the list of follow-ups"),
        "savings": _l("the savings of a kit"),
        "funding": _l("possible funding"),
    },
    "tap": {
        "basin": _l("Washbasin"),
        "sink": _l("Kitchen sink"),
        "shower": _l("Shower"),
        "bath": _l("Bath"),
    },
    "left_out": {
        "heat_eur": _l("The euros of hot water are left out: what heats it is not known."),
        "heat_kgco2": _l("The CO₂ of hot water is left out: what heats it has no known factor."),
    },
    "funding": {
        "may": _l("May pay"),
        "may_not": _l("No"),
        "to_check": _l("To find out"),
    },
}

REFUSALS: dict[str, Any] = {
    "savings_not_found": _l("No eco-kit was recorded at this visit."),
    "funding_not_found": _l("No adaptation was called for at this visit."),
}
