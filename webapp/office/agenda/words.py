"""The words of appointments, doors and kits."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "left_behind": {
        "card": _l("a visiting card"),
        "note": _l("a handwritten note"),
        "leaflet": _l("a leaflet"),
    },
    "visit": {
        "planned": _l("Planned"),
        "under_way": _l("Under way"),
        "done": _l("Carried out"),
        "failed": _l("Did not take place"),
        "cancelled": _l("Called off"),
    },
    "accessed": {
        "visit_planned": _l("a visit planned"),
        "visit_moved": _l("a visit moved"),
        "visit_cancelled": _l("a visit cancelled"),
        "visit_failed": _l("a visit that did not take place"),
        "diary": _l("a visitor's appointments"),
    },
    "field": {
        "item": _l("Kit item"),
        "left_behind": _l("What was left at the door"),
        "minutes": _l("Minutes"),
        "outcome": _l("What happened at the door"),
        "start_at": _l("Date and time"),
        "visitor_id": _l("Visit by"),
    },
}
