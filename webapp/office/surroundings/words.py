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
    "service_file": {
        "to_look": _p("a file", "To be looked at"),
        "taken": _p("a file", "Taken in"),
        "withdrawn": _p("a file", "Taken back"),
    },
    "service_column": {
        "kind": _l("What it is"),
        "name": _p("a shop", "Name"),
        "lat": _l("Latitude"),
        "lon": _l("Longitude"),
        "place": _l("Address"),
        "city": _l("City"),
        "open_days": _l("When it is open"),
        "phone": _l("Phone"),
    },
    "service_becomes": {
        "new": _l("New around a residence"),
        "again": _l("Told by a file before: replaced"),
        "kept": _l("Noted by hand or seen: kept as it is"),
        "withdrawn": _l("Withdrawn before: stays withdrawn"),
        "nearer": _l("Others of its kind are nearer"),
        "far": _l("Near no residence"),
    },
    "service_fault": {
        "broken": _l("This line cannot be read: look at its quotes and its number of cells."),
        "no_value": _l(
            "A cell holds an error of the spreadsheet or a number that it cut: mend it."
        ),
        "no_kind": _l("It does not say what it is: fill in its type."),
        "other_kind": _l("Not a kind of ours: nothing is done with it."),
        "no_place": _l("It has no latitude and longitude: add them, or note it by hand."),
        "bad_place": _l("This is no latitude and longitude in degrees: mend them."),
        "too_long": _l("Its name, address or hours are too long: shorten them."),
    },
    "ordered_state": {
        "ordered": _p("a service", "Ordered"),
        "accepted": _l("Accepted by the partner"),
        "declined": _l("Declined by the partner"),
        "delivered": _l("Delivered, to be looked at"),
        "sent_back": _l("Sent back to be done again"),
        "approved": _l("Done and accepted"),
        "withdrawn": _p("a service", "Withdrawn"),
    },
    "ordered_list": {
        "open": _l("All that are under way"),
        "delivered": _l("Delivered, to be looked at"),
        "late": _p("several services", "Late"),
        "all": _p("ordered", "All services"),
    },
    "ordered_go": {
        "accepted": _l("We do it"),
        "declined": _l("We cannot do it"),
        "approved": _l("Accept what was done"),
        "sent_back": _l("Send it back to be done again"),
        "withdrawn": _l("Withdraw the order"),
    },
    "accessed": {
        "ordered": _l("an ordered service"),
        "ordered_new": _l("a service, to be ordered"),
    },
    "field": {
        "ordered.kind": _l("What is ordered"),
        "ordered.organisation": _l("Partner"),
        "ordered.case": _l("With whom"),
        "ordered.due_on": _l("By which day"),
        "ordered.what_for": _l("What for"),
        "ordered.said": _l("What you say of it"),
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
    "services_file_too_big": _l("This file is too big: 10 MB and 50,000 lines at most."),
    "services_only_counted": _l(
        "This file counts services by commune: it does not say where they are, so no walking "
        "distance follows from it. Bring an extract with a line and a place (latitude, longitude) "
        "for each service, or note those near a residence by hand."
    ),
    "services_columns_missing": _l(
        "This file needs a column for the type and two for the place: latitude and longitude."
    ),
    "services_file_not_found": _l("There is no such file, or your account may not see it."),
    "services_file_elsewhere": _l("This file was taken in or let go already. Nothing was changed."),
    "services_file_brings_nothing": _l("This file brings nothing new. Nothing was changed."),
    "ordered_not_found": _l("There is no such order, or your account may not see it."),
    "ordered_moved_meanwhile": _l(
        "Somebody moved this order while you were reading. Nothing of yours was noted: read where "
        "it stands, then say it again if it still holds."
    ),
    "ordered_cannot_move": _l("This order does not lead there now. Nothing was changed."),
    "ordered_no_such_visit": _l("The programme of this case has no visit with the form of it."),
    "ordered_without_mandate": _l(
        "This organisation may not visit there: it has no mandate for the programme of this case "
        "that lets it visit here."
    ),
    "ordered_too_far_ahead": _l("Choose a day within a year."),
    "ordered_visit_planned": _l(
        "A visit is planned for it, or did it: call the visit off first. Nothing was changed."
    ),
    "ordered_nothing_to_take_back": _l("There is no step of yours to take back."),
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
