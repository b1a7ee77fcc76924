"""The words of what the technical service does, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.codes import TRADES, Name
from webapp.frame.languages import current_language


def _spoken(name: Name) -> str:
    return name.in_language(current_language())


WORDS: dict[str, dict[str, Any]] = {
    "waits": {
        "works_U0": _l("Immediate dangers (U0)"),
        "works_U1": _l("Urgent work orders (U1)"),
        "works_late": _l("Late"),
        "works_open": _l("All open work orders"),
    },
    "work_order": {
        "open": _l("Open"),
        "started": _l("Started"),
        "on_hold": _l("On hold"),
        "done": _l("Done"),
        "cancelled": _l("Cancelled"),
    },
    "severity": {
        "U0": _l("U0 · immediate danger"),
        "U1": _l("U1 · urgent"),
        "U2": _l("U2 · soon"),
        "U3": _l("U3 · to plan"),
        "P": _l("P · planned"),
    },
    "place": {
        "kitchen": _l("Kitchen"),
        "bathroom": _l("Bathroom"),
        "toilet": _l("Toilet"),
        "living_room": _l("Living room"),
        "bedroom": _l("Bedroom"),
        "hallway": _l("Hallway of the dwelling"),
        "balcony": _l("Balcony or terrace"),
        "entrance": _l("Entrance of the building"),
        "stairs": _l("Stairs"),
        "lift": _l("Lift"),
        "landing": _l("Landing or corridor"),
        "cellar": _l("Cellar or store room"),
        "parking": _l("Car park or garage"),
        "bins": _l("Bin room"),
        "outside": _l("Outside, grounds"),
        "roof": _l("Roof or walls"),
        "elsewhere": _l("Elsewhere"),
    },
    "came_from": {
        "tenant": _l("The tenant rang"),
        "neighbour": _l("A neighbour rang"),
        "caretaker": _l("The caretaker"),
        "staff": _l("Seen by staff"),
        "contractor": _l("A contractor"),
        "letter": _l("Letter or e-mail"),
        "other": _l("Somebody else"),
    },
    "field": {
        "trade": _l("Trade"),
        "severity": _l("Severity"),
        "place": _l("Where exactly"),
        "description": _l("What is broken, in plain words"),
        "came_from": _l("Who told of it"),
    },
    "closed_because": {
        "same_order": _l("It is about the same as another order, which goes on for both."),
        "corrected": _l("The answers that called for it were corrected."),
        "taken_back": _l("The answers that called for it came from another home."),
    },
    "trade": {code: LazyString(_spoken, name) for code, name in TRADES.items()},
    "accessed": {
        "work_order": _l("a work order"),
        "work_order_new": _l("a work order to open"),
        "work_order_open": _l("a work order opened"),
        "work_order_started": _l("a work order started"),
        "work_order_on_hold": _l("a work order on hold"),
        "work_order_done": _l("a work order done"),
        "work_order_cancelled": _l("a work order cancelled"),
        "work_order_given": _l("a work order given to a contractor"),
        "work_orders_put_together": _l("two work orders made one"),
        "work_orders_put_apart": _l("a work order by itself again"),
        "work_order_taken_back": _l("a work order taken back from a contractor"),
        "work_orders": _l("the list of work orders"),
    },
}

REFUSALS: dict[str, Any] = {
    "work_order_not_found": _l("There is no such work order, or your account may not see it."),
    "order_of_no_home": _l("Nobody knows yet in which home this is. Nothing was changed."),
    "order_of_protected": _l(
        "This home is protected: no contractor may be told of it. Nothing was changed."
    ),
    "work_order_cannot_move": _l("This work order is closed already. Nothing was changed."),
    "work_order_begun": _l(
        "Somebody has begun this work order, or a visit called for it. Nothing was changed."
    ),
    "orders_not_alike": _l(
        "These orders are not about the same home and trade, or one is closed by now. Nothing was "
        "changed."
    ),
    "order_given_already": _l(
        "These orders are with different contractors. Nothing was changed; take one back first."
    ),
    "finding_opened_it": _l("This finding opened the order. Nothing was changed."),
    "day_is_over": _l("That day ends at 18:00, which is past: choose a later one."),
    "too_late_for_urgent": _l(
        "What is urgent cannot wait until then: leave the day empty, or choose a lesser severity."
    ),
}
