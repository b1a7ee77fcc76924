"""The words of rounds, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "round": {
        "asked": _p("rounds", "Waiting"),
        "running": _p("rounds", "Being worked out"),
        "proposed": _p("rounds", "Proposed"),
        "failed": _p("rounds", "Not worked out"),
        "stopped": _p("rounds", "Stopped"),
        "accepted_in_part": _p("rounds", "Accepted in part"),
        "accepted": _p("rounds", "Accepted"),
        "taken_back": _p("rounds", "Taken back"),
    },
    "round_stop": {
        "proposed": _p("a stop", "Proposed"),
        "accepted": _p("a stop", "Planned"),
        "not_any_more": _p("a stop", "Not possible any more"),
        "taken_back": _p("a stop", "Taken back"),
        "changed_since": _p("a stop", "Changed since"),
    },
    "round_stage": {
        "reading": _l("reading who waits and who works when"),
        "solving": _l("looking for the shortest rounds"),
        "checking": _l("checking each visit"),
    },
    "round_span": {
        "day": _l("One day"),
        "week": _l("One week"),
        "campaign": _l("A campaign of several weeks"),
    },
    "round_failure": {
        "engine_died": _l("The computation broke off. Nothing was planned: ask again."),
        "engine_too_long": _l(
            "The computation took too long. Nothing was planned: ask for fewer days or visitors."
        ),
        "worker_gone": _l("The server was restarted meanwhile. Nothing was planned: ask again."),
        "asker_gone": _l("You plan no visits any more. Nothing was planned."),
        "work_failed": _l("Something went wrong. Nothing was planned: ask again later."),
    },
    "round_travel": {
        "geodesic": _l("straight lines with a detour, at 35 km/h"),
        "osrm": _p("roads", "OSRM"),
        "valhalla": _p("roads", "Valhalla"),
    },
    "left_out": {
        "no_home": _l("no home known: say where when you plan it by hand"),
        "no_place": _l("the residence has no place on the map"),
        "two_go": _l("two visitors go together, and no two of these may"),
        "two_not_free": _l("two visitors go together, and no two of these are free at one time"),
        "elsewhere": _l("she is met elsewhere: plan it by hand"),
        "with_interpreter": _l("an interpreter comes along: plan it by hand"),
        "nobody_may_go": _l(
            "none of these visitors goes to her area, or for who is in charge of her"
        ),
        "nobody_named": _l("none of these visitors is named for this protected file"),
        "nobody_able": _l("none of these visitors speaks or has learnt what she asks"),
        "not_as_wished": _l("no day or hour asked for would be long enough"),
        "no_day": _l("nobody who may go works on a day on which it is due"),
        "too_far": _l("too far to go and come back in a day’s hours"),
        "full": _l("the days are full"),
        "full_then": _l("the days are full at the hours she asks for"),
        "home_taken": _l("somebody else is visited in this home then"),
        "changed": _l("something changed while it was worked out"),
    },
    "round_refused": {
        "visitor_busy": _l("the visitor has another visit then"),
        "visitor_busy_with": _l("the visitor has another visit then"),
        "visitor_absent_then": _l("the visitor is absent that day"),
        "visitor_not_available_then": _l("the visitor does not work at that hour"),
        "visitor_full_then": _l("the visitor’s day is full"),
        "home_visited_then": _l("somebody else is visited in this home then"),
        "paused_then": _l("the case is in a pause"),
        "must_be_in_future": _l("this hour has passed"),
        "case_closed": _l("the case is closed"),
        "visit_already_planned": _l("a visit is planned already"),
        "task_planned": _l("a visit is planned for it already"),
        "unknown_visitor": _l("this visitor goes there no more"),
        "visitor_without_mandate": _l("the visitor’s organisation has no mandate there that day"),
        "visitor_not_named": _l("the visitor is not named for this protected file"),
        "rounds_moved_meanwhile": _l("it was moved meanwhile"),
        "other": _l("it cannot be planned any more"),
    },
    "accessed": {"rounds": _l("rounds proposed")},
    "field": {
        "rounds.first_on": _l("First day"),
        "rounds.span": _l("How long"),
        "rounds.weeks": _l("Weeks"),
        "rounds.visitors": _l("Visitors"),
        "round_decisions.why": _l("Why"),
    },
}

REFUSALS: dict[str, Any] = {
    "rounds_not_found": _l("There are no such rounds, or somebody else asked for them."),
    "rounds_moved_on": _l("These rounds have moved on meanwhile. Nothing was changed."),
    "rounds_nothing_waits": _l("Nothing of it waits to be accepted. Nothing was changed."),
    "rounds_under_way": _l(
        "Rounds you asked for are being worked out. Wait for them, or stop them."
    ),
    "rounds_too_long": _l("Rounds are of 1 to 16 weeks."),
    "rounds_too_many": _l(
        "That is more than 1,500 visits or 600 visitor days: ask for fewer weeks or visitors."
    ),
    "rounds_of_nothing": _l("No visit waits to be planned in these days."),
    "rounds_of_no_day": _l("None of these visitors works in these days."),
    "rounds_moved_meanwhile": _l("This visit was moved meanwhile."),
}
