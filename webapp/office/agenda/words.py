"""The words of appointments and doors, and what is refused there."""

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
        "visit_begun_beside": _l("a visit begun beside another"),
        "tablet_beside": _l("what is due in a home that is visited"),
        "diary": _l("a visitor's appointments"),
    },
    "field": {
        "left_behind": _l("What was left at the door"),
        "minutes": _l("Minutes"),
        "outcome": _l("What happened at the door"),
        "start_at": _l("Date and time"),
        "visitor_id": _l("Visit by"),
    },
}

REFUSALS: dict[str, Any] = {
    "visit_not_found": _l("There is no such visit, or it is not one of yours."),
    "different_report": _l("Another report with this number is already kept. It stays as it is."),
    "visit_already_planned": _l("A visit is planned already. Move it or cancel it first."),
    "visit_under_way": _l("A visit is under way. Whoever stands there tells what came of it."),
    "visit_not_planned": _l("This visit is over. Nothing was changed."),
    "unknown_visitor": _l("Choose a visitor from the list."),
    "visitor_not_named": _l("Only a visitor named for this protected file may go."),
    "visitor_busy_with": _l("This visitor is with %(name)s then (%(at)s)."),
    "visit_on_sunday": _l("This is a Sunday. Tick the box and say why, or choose another day."),
    "visit_on_holiday": _l(
        "This is a public holiday. Tick the box and say why, or choose another day."
    ),
    "visit_at_night": _l(
        "This visit would begin before 8:00 or end after 20:00. "
        "Tick the box and say why, or choose another hour."
    ),
    "paused_then": _l(
        "This case is in a pause until %(until)s. Tick the box and say why, or choose another day."
    ),
    "home_visited_then": _l(
        "Somebody else is visited in this home at the same time. "
        "Tick the box and say why, or choose another hour."
    ),
    "visitor_busy": _l("This visitor has another visit then."),
    "outcome_required": _l("Say what happened at the door."),
    "bad_duration": _l("A visit takes 15 to 480 minutes."),
}
