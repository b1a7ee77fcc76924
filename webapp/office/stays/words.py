"""The words of places and stays, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "place_kind": {
        "room": _l("Room"),
        "flat": _l("Whole flat"),
        "studio": _l("Studio"),
        "common": _l("Common room"),
        "caretaker": _l("Caretaker’s flat"),
    },
    "contract": {
        "renewable": _l("renewable"),
        "once": _l("renewed once"),
        "never": _l("not renewed"),
        "permanent": _l("permanent"),
    },
    "place_state": {
        "standing": _l("Those that count"),
        "withdrawn": _l("Those withdrawn"),
        "all": _l("All places"),
    },
    "field": {
        "places.dwelling": _l("Dwelling"),
        "places.kind": _l("What it is"),
        "places.name": _l("What it is called"),
        "places.contract": _l("Contract"),
        "places.months": _l("Months"),
        "places.fee": _l("Fee a month, in euros"),
        "places.since_on": _l("A place since"),
        "places.why": _l("Why it is withdrawn"),
    },
}

REFUSALS: dict[str, Any] = {
    "place_not_found": _l("There is no such place, or your account may not see it."),
    "place_changed_meanwhile": _l(
        "Somebody changed this place while you were reading. Nothing of yours was noted: read what "
        "it is now, then say it again if it still holds."
    ),
    "place_withdrawn": _l("This place was withdrawn. Nothing was changed."),
    "place_not_withdrawn": _l("This place counts already. Nothing was changed."),
    "place_name_taken": _l("A place of this dwelling has this name already."),
    "place_whole_dwelling": _l(
        "A whole flat, a studio or a caretaker’s flat takes up its dwelling: nothing else is a "
        "place there."
    ),
    "place_kind_stays": _l("A place stays what it is: withdraw it and add another one."),
    "place_none_to_stay": _l(
        "Nobody stays in a common room or a caretaker’s flat: leave it empty."
    ),
    "place_permanent_months": _l("A permanent contract has no months: leave it empty."),
    "place_months_out_of_range": _l("Write a whole number of months, from 1 to 36."),
    "place_fee_out_of_range": _l("Write an amount in euros, such as 498.50, of 5,000 at most."),
    "place_name_too_long": _l("This name is too long: 60 characters at most."),
    "place_why_too_long": _l("This text is too long: 300 characters at most."),
}
