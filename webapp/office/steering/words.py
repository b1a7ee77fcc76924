"""The words of the home page and of the rates."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "figure": {
        "visits": _l("Visits"),
        "works": _l("Works ordered after visits"),
        "visited": _l("Visited"),
        "under_way": _l("On the way to a visit"),
        "refused": _l("Refuse the visit"),
        "unreachable": _l("Not reached"),
        "not_eligible": _l("Not concerned, moved or died"),
        "closed": _l("Closed before a visit"),
        "visits_done": _l("Visits done"),
        "visits_failed": _l("Shut doors"),
        "visits_to_come": _l("Visits to come"),
        "works_done": _l("Works done"),
        "works_open": _l("Works under way"),
    },
    "accessed": {
        "home": _l("the home page"),
        "falls": _l("the falls told at follow-ups, one by one"),
        "savings_summed": _l("what the kits of visits save, one by one"),
    },
    "saved": {
        "kwh": _l("Energy, kWh a year"),
        "water_m3": _l("Water, m³ a year"),
        "eur": _l("Euros a year"),
        "kgco2": _l("CO₂, kg a year"),
    },
    "saving": {
        "counted": _l("Counted"),
        "heat_eur": _l("Counted, its hot water not in euros"),
        "heat_kgco2": _l("Counted, its hot water not in CO₂"),
        "heat": _l("Counted, its hot water neither in euros nor in CO₂"),
        "no_number": _l("Not counted: no number is known for its day"),
        "waits": _l("Not counted yet: it is being worked out"),
    },
    "falls_span": {
        "counted": _l("Counted"),
        "unsaid": _l("Does not say whether they fell"),
        "nobody_before": _l("No visit or call before it"),
        "same_day": _l("The same day as the contact before"),
    },
    "job": {
        "escalate_work_orders": _l("Mark urgent work orders nobody has started"),
        "make_what_is_due": _l("Make what is due in the cases"),
        "forget_failed_sign_ins": _l("Forget failed sign-ins"),
        "forget_old_sessions": _l("Forget old sessions"),
        "end_no_contact": _l("Let persons be contacted again whose day has come"),
        "move_in": _l("Let tenants move in whose lease begins"),
        "purge_imports": _l("Delete the content of old imported files"),
        "seal_access_log": _l("Seal the access log"),
        "check_access_log": _l("Check the access log"),
        "let_go_of_access_log": _l("Let go of the access log’s oldest months"),
        "let_go_of_autonomy": _l("Let go of what persons said of their days over 24 months ago"),
        "remove_orphans": _l("Remove files that nobody owns"),
        "keep_outcomes": _l("Keep what the check told of older visits"),
        "keep_older_savings": _l("Keep what the kits of older visits save"),
    },
    "rate": {
        "REF3": _l("Refusal rate"),
        "REFC": _l("Refusals among those reached"),
        "REF1": _l("Refusals among all"),
        "REF2": _l("Refusals among those likely concerned"),
        "COOP3": _l("Cooperation rate"),
        "COOP1": _l("Visited at least once, among those spoken to"),
        "RR1": _l("Visited at least once, among all"),
        "RR2": _l("Visited at least once or begun, among all"),
        "RR3": _l("Visited at least once, among those likely concerned"),
        "CON1": _l("Reached among all"),
    },
    "rate_definition": {
        "REF3": _l(
            "Persons never visited who refused or broke off a visit, of all who were called or "
            "visited at least once. Who does not live where we looked counts as not called."
        ),
        "REFC": _l(
            "Persons never visited who refused or broke off a visit, of those with whom somebody "
            "spoke. A rate of our own: the AAPOR has none of this kind."
        ),
        "REF1": _l(
            "Persons never visited who refused or broke off a visit, of all enrolled, called or "
            "not."
        ),
        "REF2": _l(
            "Persons never visited who refused or broke off a visit, of all called and as large a "
            "share of those not called yet as turned out to be concerned, in whole persons."
        ),
        "COOP1": _l(
            "Persons visited at least once, of these, those under way, those who refused and those "
            "who were spoken to and have neither been visited nor refused."
        ),
        "RR2": _l(
            "Persons visited at least once and those whose first visit lacks a required form "
            "still, of all enrolled, called or not."
        ),
        "RR3": _l(
            "Persons visited at least once, of all called and as large a share of those not called "
            "yet as turned out to be concerned, in whole persons."
        ),
        "COOP3": _l(
            "Persons visited at least once, of these, those under way and those who refused."
        ),
        "RR1": _l(
            "Persons visited at least once, of all enrolled, called or not; some are called or "
            "planned again by now."
        ),
        "CON1": _l("Persons with whom somebody spoke, whatever they said, of all enrolled."),
    },
    "rates_by": {
        "programme": _l("By programme"),
        "partner": _l("By partner"),
        "caller": _l("By who called last"),
        "town": _l("By town"),
        "month": _l("By month of coming in"),
    },
    "rates_of_none": {
        "programme": _l("No programme"),
        "partner": _l("No partner in charge"),
        "caller": _l("Not called yet"),
        "town": _l("No home here"),
        "month": _l("Unknown month"),
    },
    "rates_by_definition": {
        "programme": _l("Each case counts in its programme."),
        "partner": _l("Each case counts with the partner that is in charge of it today."),
        "caller": _l(
            "Each case counts with whoever called or knocked last. What somebody meets on the "
            "phone hangs on whom she calls: it is no measure of her work."
        ),
        "town": _l("Each case counts in the town of its home, with the number of its department."),
        "month": _l(
            "Each case counts in the month in which it was opened: the latest have had less time."
        ),
    },
}
