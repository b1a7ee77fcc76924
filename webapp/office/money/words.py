"""The words of money, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "money_kind": {
        "cost": _l("Cost"),
        "grant_asked": _l("Grant asked"),
        "grant_paid": _l("Grant paid"),
        "unit_cost": _l("Unit cost as told"),
    },
    "cost_kind": {
        "staff": _l("Staff"),
        "bought_in": _l("Partners"),
        "equipment": _l("Equipment"),
        "works": _l("Works"),
        "training": _l("Training"),
        "travel": _l("Travel"),
        "other": _l("Other"),
    },
    "basis": {
        "person_targeted": _l("per person targeted"),
        "visit_done": _l("per visit done"),
        "diagnostic": _l("per diagnostic"),
        "household_helped": _l("per household helped"),
    },
    "basis_definition": {
        "person_targeted": _l("persons with a case open on a day of the year"),
        "visit_done": _l("visits done in the year"),
        "diagnostic": _l("visits done of the programme’s first kind"),
        "household_helped": _l("persons visited at least once in the year"),
    },
    "rent_source": {
        "herself": _l("She says so"),
        "paper": _l("Seen on a paper"),
        "landlord": _l("The landlord’s accounts"),
    },
    "accessed": {
        "rents": _l("rent and income"),
        "rent_noted": _l("rent and income noted"),
        "rent_withdrawn": _l("a note of rent and income withdrawn"),
        "rent_put_back": _l("a note of rent and income put back"),
    },
    "field": {
        "rents.rent": _l("Rent all in, a month, in euros"),
        "rents.income": _l("Income of the household, a month, in euros"),
        "rents.told_on": _p("a rent", "Told on"),
        "rents.source": _l("Known from"),
        "rents.why": _l("Why it is withdrawn"),
        "money.amount": _l("Amount in euros"),
        "money.of_day": _l("Day"),
        "money.cost_kind": _p("a cost", "What for"),
        "money.basis": _l("Per what"),
        "money.payer": _l("Who pays"),
        "money.what": _l("Invoice, letter or where it was told"),
    },
}

REFUSALS: dict[str, Any] = {
    "money_not_found": _l("There is no such amount."),
    "money_noted_already": _l("This very amount is noted already. Nothing was changed."),
    "rent_not_found": _l("There is no such note, or your account may not see it."),
    "rent_noted_already": _l("This is noted already for that day. Nothing was changed."),
    "rent_out_of_range": _l(
        "Write a monthly amount, of 50,000 euros at most; rent is never nothing."
    ),
    "money_out_of_range": _l("Write an amount above nothing, of 20 million euros at most."),
    "money_payer_too_long": _l("This name is too long: 100 characters at most."),
    "money_what_too_long": _l("This text is too long: 200 characters at most."),
}
