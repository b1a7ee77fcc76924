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
    "how_far": {
        "not_begun": _l("not begun"),
        "begun": _l("begun"),
        "well_on": _l("well on its way"),
        "reached": _l("reached"),
        "given_up": _l("she wants it no more"),
    },
    "support_list": {
        "open": _l("Open"),
        "missed": _l("With visits missed"),
        "raised": _l("For the coordinator"),
        "closed": _l("Closed"),
    },
    "missed_state": {
        "open": _l("late, still to do"),
        "lapsed": _l("too late"),
        "impossible": _l("said why"),
    },
    "timeline": {"support": _l("Support")},
    "accessed": {
        "act_noted": _l("an act of a support noted"),
        "act_withdrawn": _l("an act of a support withdrawn"),
        "aim_noted": _l("an aim of a support noted"),
        "aim_withdrawn": _l("an aim of a support withdrawn"),
        "aim_seen": _l("how far an aim is"),
        "aim_seen_withdrawn": _l("how far an aim is, withdrawn"),
        "supports": _l("the list of supports"),
        "support": _l("a support"),
        "missed_visits": _l("the list of visits missed"),
        "support_balance": _l("the balance of supports"),
    },
    "field": {
        "words": _l("In her words"),
        "agreed_on": _l("Agreed with her on"),
        "how_far": _l("How far"),
        "seen_on": _l("Day"),
        "present": _l("Who was there"),
    },
}

REFUSALS: dict[str, Any] = {
    "act_not_found": _l("There is no such act in this case."),
    "act_noted_already": _l("This very act is noted already. Nothing was changed."),
    "after_closing": _l("The case was closed by then."),
    "aim_not_found": _l("There is no such aim in this case."),
    "aim_noted_already": _l("This very aim is noted already. Nothing was changed."),
    "aim_said_already": _l("That is said of this day already. Nothing was changed."),
    "aim_too_long": _l("This text is too long: 300 characters at most."),
    "aim_before_last": _l("Something was said of it later: choose that day or one after it."),
    "turn_not_missed": _l("This visit is not missed, or somebody said why. Nothing was changed."),
    "turn_not_explained": _l("Nobody said why this visit was missed. Nothing was changed."),
    "task_done_by_act": _l("A visit noted afterwards did it: withdraw that instead."),
    "act_not_yours": _l(
        "Its note is confidential: whoever wrote it, or is in charge of the case, withdraws it."
    ),
    "act_too_long": _l("Write a whole number of minutes, from 1 to 1,440."),
    "act_present_too_long": _l("This text is too long: 200 characters at most."),
    "act_note_too_long": _l("This note is too long: 2,000 characters at most."),
}
