"""The words of calls, of what came of them and of the rates that count them."""

from typing import Any

from flask_babel import lazy_gettext as _l

CALL_WORDS: dict[str, dict[str, Any]] = {
    "disposition": {
        "agreed": _l("Agrees to the visit"),
        "refused": _l("Refuses"),
        "refused_by_family": _l("The family refuses"),
        "call_back": _l("Call back"),
        "no_answer": _l("No answer"),
        "wrong_number": _l("Wrong number"),
        "third_party": _l("Somebody else answered"),
        "language": _l("Another language: an interpreter is needed"),
        "interpreter": _l("Interpreter booked"),
        "agreed_by_other": _l("Somebody else agrees for the person"),
        "moved": _l("Has moved"),
        "dead": _l("Has died"),
        "in_hospital": _l("In hospital"),
        "wrong_address": _l("Wrong address"),
        "unsafe": _l("Not safe to go in"),
        "broken_off": _l("Visit broken off"),
    },
    "refused_part": {
        "health": _l("Health questions"),
        "photos": _l("Photos"),
        "works": _l("Works"),
        "sharing": _l("Sharing with partners"),
    },
    "against_refusal": {
        "health": _l(
            "The form says yes to health questions, which the person refuses: that yes is not "
            "kept as an agreement."
        ),
        "photos": _l(
            "Photos came that the person refused: they are shown to nobody until she takes "
            "that back."
        ),
        "works": _l(
            "The person refused works: only urgent ones were ordered. The others are ordered "
            "when she takes that back."
        ),
        "sharing": _l(
            "The form says yes to sharing, which the person refuses: that yes is not kept as an "
            "agreement."
        ),
    },
    "channel": {
        "phone": _l("Phone"),
        "incoming": _l("The person called us"),
        "letter": _l("Letter"),
        "door": _l("At the door"),
    },
    "refusal": {
        "R01": _l("Feels no need"),
        "R02": _l("Fears a move or a cost"),
        "R03": _l("Does not trust the landlord"),
        "R04": _l("Privacy"),
        "R05": _l("Health or tiredness"),
        "R06": _l("Is helped already"),
        "R07": _l("The family decides"),
        "R08": _l("Not the right time"),
        "R09": _l("Access, a dog"),
        "R10": _l("Language"),
        "R99": _l("Not said"),
        "broken_off": _l("Visit broken off"),
    },
    "rate": {
        "REF3": _l("Refusal rate"),
        "REFC": _l("Refusals among those reached"),
        "REF1": _l("Refusals among all"),
        "COOP3": _l("Cooperation rate"),
        "RR1": _l("Visited among all"),
        "CON1": _l("Reached among all"),
    },
    "rate_definition": {
        "REF3": _l(
            "Persons who refused or broke off a visit, of all who were called at least once, "
            "reached or not. Who does not live where we looked counts as not called."
        ),
        "REFC": _l(
            "Persons who refused or broke off a visit, of those with whom somebody spoke. "
            "A rate of our own: the AAPOR has none of this kind."
        ),
        "REF1": _l("Persons who refused or broke off a visit, of all enrolled, called or not."),
        "COOP3": _l("Persons visited, of those visited, under way, or who refused."),
        "RR1": _l("Persons visited, of all enrolled, called or not."),
        "CON1": _l("Persons with whom somebody spoke, whatever they said, of all enrolled."),
    },
}
