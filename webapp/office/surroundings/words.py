"""The words of what is around a residence and of what is ordered there, and what is refused."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_babel.speaklater import LazyString

from diagnostics.codes import Name
from visits.surroundings.kinds import KINDS, ORDERED
from webapp.frame.languages import current_language


def _spoken(name: Name) -> str:
    return name.in_language(current_language())


WORDS: dict[str, dict[str, Any]] = {
    "nearby_kind": {code: LazyString(_spoken, kind.name) for code, kind in KINDS.items()},
    "nearby_group": {
        "shops": _l("Shops"),
        "health": _l("Health"),
        "transport": _l("Getting about"),
        "everyday": _l("Post, money, town hall"),
        "leisure": _l("To go out and sit down"),
    },
    "nearby_need": {
        "food": _l("food shop"),
        "bread": _p("a need", "bakery"),
        "pharmacy": _p("a need", "pharmacy"),
        "doctor": _p("a need", "doctor"),
        "stop": _l("stop or station"),
        "post_office": _p("a need", "post office"),
        "cash": _l("way to get cash"),
    },
    "nearby_way": {
        "steps": _p("on the way", "Steps"),
        "slope": _l("Steep slope"),
        "no_pavement": _l("No pavement"),
        "busy_road": _l("Busy road to cross"),
        "bench": _l("Bench on the way"),
        "flat": _l("Flat all the way"),
    },
    "nearby_measured": {
        "walked": _l("walked"),
        "told": _p("a distance", "told"),
        "worked_out": _l("worked out on the map"),
    },
    "nearby_source": {
        "hand": _l("noted by hand"),
        "file": _l("from a file"),
        "visit": _l("seen at a visit"),
    },
    "nearby_state": {
        "known": _l("Where something is noted"),
        "nobody_looked": _l("Where nobody has looked"),
    },
    "ordered_kind": {code: LazyString(_spoken, kind.name) for code, kind in ORDERED.items()},
    "field": {
        "around.kind": _l("What it is"),
        "around.name": _p("a shop", "Name"),
        "around.place": _l("Address"),
        "around.lat": _l("Latitude, if it is known"),
        "around.lon": _l("Longitude, if it is known"),
        "around.metres": _l("Walking distance in metres"),
        "around.measured": _l("How the distance is known"),
        "around.open_days": _l("When it is open"),
        "around.phone": _l("Phone"),
        "around.known_on": _l("Known since"),
        "around.why": _p("a withdrawal", "Why"),
    },
}

REFUSALS: dict[str, Any] = {
    "service_not_found": _l("There is no such service, or your account may not see it."),
    "service_noted_already": _l(
        "Such a service of this name is noted around this residence already: correct that one."
    ),
    "service_was_withdrawn": _l(
        "This service was withdrawn here: put it back first. It stands at the end of the list, "
        "under what was withdrawn."
    ),
    "service_is_there": _l("This service is there already. Nothing was changed."),
    "service_told_no_more": _l(
        "All that told of this service was taken back: note it again. Nothing was changed."
    ),
    "service_note_not_by_hand": _l(
        "A file or a visit told this: take the file back, or correct the service."
    ),
    "service_only_note": _l(
        "Nothing else is known of this service: withdraw the service itself instead."
    ),
    "service_too_far": _l("Write how far one walks, 5,000 metres at most."),
    "service_no_degrees": _l("Write degrees, such as 49.4319."),
    "service_half_a_place": _l("A place has a latitude and a longitude: write both, or neither."),
    "service_bad_phone": _l("Write a phone number, such as 03 44 00 00 00."),
    "service_too_long_ago": _l("Choose a day of the last ten years."),
}
