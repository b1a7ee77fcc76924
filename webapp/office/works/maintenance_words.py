"""The words of the door to the maintenance system, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "answer_file": {
        "to_check": _p("a file", "To check"),
        "applied": _p("a file", "Applied"),
        "undone": _p("a file", "Undone, as far as it went"),
        "withdrawn": _p("a file", "Let go"),
    },
    "answer_outcome": {
        "done": _p("a line", "Done"),
        "left": _p("a line", "Does not fit, left"),
        "nothing": _p("a line", "Nothing to change"),
    },
    "answer_would": {
        "done": _p("a line", "Would be applied"),
        "left": _p("a line", "Does not fit, would be left"),
        "nothing": _p("a line", "Nothing to change"),
    },
    "order_told": {
        "waiting": _p("of a turn", "Waiting"),
        "sent": _p("of a turn", "Told"),
        "failed": _p("of a turn", "Not taken, tried again"),
        "given_up": _p("of a turn", "Given up"),
        "stopped": _p("of a turn", "Stopped"),
    },
    "order_told_why": {
        "not_now": _l("the system did not answer, or not now"),
        "refused": _l("the system refuses it for good"),
        "overtaken": _l("a later turn says more"),
        "hidden": _l("it may not leave the house any more"),
    },
    "answer_column": {
        "state": _l("State"),
        "planned_on": _l("Day planned"),
        "planned_part": _l("Hour or half day"),
        "done_on": _l("Day it was done"),
        "cost": _l("Cost"),
        "note": _l("Reason or note"),
        "hold_why": _l("Why it waits"),
        "hold_until": _l("Until"),
    },
}

REFUSALS: dict[str, Any] = {
    "order_told_not_found": _l("There is no such turn, or your account may not see it."),
    "order_told_not_waiting": _l("This does not wait any more. Nothing was changed."),
    "order_told_on_its_way": _l("This is on its way just now. Try again in a few minutes."),
    "order_told_not_stopped": _l("Nobody stopped this. Nothing was changed."),
    "telling_paused_already": _l("It is paused already."),
    "telling_not_paused": _l("It is not paused."),
    "telling_not_set": _l("No maintenance system is told of your orders by itself."),
    "answers_not_found": _l("There is no such file of answers, or your account may not see it."),
    "answers_elsewhere": _l("This file is applied, undone or let go by now. Nothing was changed."),
    "answers_too_big": _l("This file is too big: 10 MB and 5,000 lines at most."),
    "answers_without_reference": _l(
        "A column is missing. The line of headings must name our reference, such as: Reference; "
        "State; Planned on."
    ),
    "answer_state_unknown": _l("This is no state known here."),
    "answer_order_twice": _l("Another line speaks of the same order: neither counts."),
    "line_of_no_order": _l("This line is a title or a total: it names no order."),
    "cell_is_no_value": _l(
        "A cell holds an error of the spreadsheet or a number that it cut: mend it."
    ),
    "line_unreadable": _l("This line cannot be read: its cells or quotation marks are not whole."),
}
