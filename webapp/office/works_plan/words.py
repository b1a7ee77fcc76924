"""The words of plans of works, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "works_plan": {
        "draft": _p("a works plan", "Draft"),
        "decided": _p("a works plan", "Decided"),
        "withdrawn": _p("a works plan", "Withdrawn"),
    },
    "works_aim": {
        "people": _l("People served: as many as possible live where something is done"),
        "falls": _l("Risks of falling removed: as many as possible"),
        "label": _l("A label reached: by as many homes as possible, each with all that it lacks"),
    },
    "works_does": {
        "people": _l("People served"),
        "falls": _l("Risks of falling removed"),
        "label": _l("Homes that reach the label"),
    },
    "works_cost_from": {
        "quote_accepted": _p("a cost", "quote accepted"),
        "funding": _p("a cost", "our share of the funding plan"),
        "quote": _p("a cost", "cheapest quote"),
        "prices": _p("a cost", "price list"),
        "estimate": _p("a cost", "estimate"),
    },
    "works_by_hand": {
        "in": _p("a work", "put in by hand"),
        "out": _p("a work", "left out by hand"),
    },
    "works_out_why": {
        "no_cost": _p("a work", "no cost is known"),
        "by_hand": _p("a work", "left out by hand"),
        "nothing_for_aim": _p("a work", "does nothing for this aim"),
        "above_budget": _p("a work", "costs more than what is left"),
        "home_unknown": _p("a work", "of its home something the label asks is not known"),
        "home_out_of_reach": _p("a work", "its home lacks more than these works bring"),
        "served_already": _p("a work", "others do what it would do"),
        "others_do_more": _p("a work", "others do more for the money"),
    },
    "works_became": {
        "to_do": _p("a work", "To do"),
        "under_way": _p("a work", "Under way"),
        "done": _p("a work", "Done"),
        "given_up": _p("a work", "Given up"),
    },
    "works_plan_fault": {
        "engine_died": _l("The computation broke off: what stood before stays. Work it out again."),
        "engine_too_long": _l(
            "The computation took too long: what stood before stays. Work it out again."
        ),
    },
    "field": {
        "works_plan.name": _l("Name of the plan"),
        "works_plan.aim": _l("What it should do most"),
        "works_plan.label": _l("The label to reach"),
        "works_plan.budget": _l("Budget in euros, with tax"),
    },
    "accessed": {"works_plan": _l("a works plan")},
}

REFUSALS: dict[str, Any] = {
    "works_plan_not_found": _l("There is no such works plan, or your account may not see it."),
    "works_plan_no_draft": _l("This plan is decided or withdrawn: it does not change any more."),
    "works_plan_changed": _l("Somebody changed this plan meanwhile. Look at it again."),
    "works_plan_label_gone": _l(
        "The label of this plan is withdrawn or has no rules today: choose another aim or label."
    ),
    "works_plan_too_many": _l("There are more than %(most)s works to choose from."),
    "works_plan_none_chosen": _l("Tick at least one of the works."),
    "works_plan_budget": _l("Write an amount above nothing, of 100 million euros at most."),
    "works_plan_no_cost": _l(
        "One of these works has no cost: note a quote or count it by a price list first."
    ),
    "works_plan_forced_above": _l("The works put in by hand cost more than the budget."),
    "works_plan_empty": _l("This plan takes no works: there is nothing to decide."),
    "works_plan_out_of_date": _l(
        "Since this was worked out, works were begun, decided elsewhere or cost otherwise. "
        "Work it out again."
    ),
    "works_plan_withdrawn": _l("This plan is withdrawn already."),
    "works_plan_stands": _l("This plan is not withdrawn."),
    "works_plan_taken_since": _l("Another plan took some of its works since: it stays withdrawn."),
}
