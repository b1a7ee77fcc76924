"""The words of adaptations, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "waits": {
        "adaptations_late": _l("Adaptations that are late"),
        "adaptations_to_decide": _l("Adaptations to decide"),
    },
    # What an adaptation waits for.
    "adaptation_step": {
        "acknowledge": _l("Request to acknowledge"),
        "eligibility": _l("Eligibility and priority"),
        "visit": _l("Technical or therapist’s visit"),
        "funding": _l("Quotes and funding plan"),
        "decision": _l("Decision"),
        "agreement": _l("Tenant’s agreement"),
        "works": _l("Adaptation works"),
        "reception": _l("Reception with the tenant"),
        "first_follow_up": _l("Follow-up after a month"),
        "last_follow_up": _l("Follow-up after six months"),
        "accounts": _l("Accounts to close"),
        "closed": _l("Adapted, accounts closed"),
        "refused": _l("Refused, with an alternative"),
        "withdrawn": _l("Adaptation withdrawn"),
    },
    # What is said when a step is left for this one.
    "adaptation_go": {
        "eligibility": _l("The request is acknowledged"),
        "visit": _l("A visit is needed first"),
        "funding": _l("On to quotes and funding"),
        "decision": _l("Ready to be decided"),
        "works": _l("The tenant agrees"),
        "reception": _l("The works are done"),
        "first_follow_up": _l("Received with the tenant"),
        "last_follow_up": _l("First follow-up done"),
        "accounts": _l("Last follow-up done"),
        "closed": _l("Close the accounts"),
        "withdrawn": _l("Withdraw the request"),
    },
    "adaptation_list": {
        "open": _l("All adaptations under way"),
        "late": _l("Step is late"),
        "mine": _l("In my hands"),
    },
    "adaptation_asked": {
        "visit": _l("Found at a visit"),
        "phone": _l("Asked by phone"),
        "letter": _l("Asked by letter"),
        "registered": _l("Asked by registered letter"),
        "email": _l("Asked by e-mail"),
        "office": _l("Asked at the office"),
    },
    "adaptation_priority": {
        "first": _l("To be done first"),
        "next": _l("To be done next"),
        "ordinary": _l("In its turn"),
    },
    "adaptation_outcome": {
        "granted": _l("Granted as asked"),
        "in_part": _l("Granted in part"),
        "refused": _l("Not granted"),
    },
    "adaptation_reason": {
        "impossible": _l("Not possible technically"),
        "load_bearing": _l("A load-bearing wall stands in the way"),
        "asbestos": _l("Asbestos"),
        "no_lift": _l("The floor has no lift"),
        "already_adapted": _l("Adapted already"),
        "not_needed": _l("Not what the person needs"),
        "too_costly": _l("Too costly for what it brings"),
        "to_be_pulled_down": _l("The building is to be pulled down or rebuilt"),
    },
    "adaptation_instead": {
        "aid": _l("A technical aid"),
        "transfer": _l("A move to an adapted dwelling"),
        "lesser_works": _l("Lesser works"),
    },
    # Why one ended by itself.
    "adaptation_ended": {
        "died": _l("The person died."),
        "left_home": _l("The person left this home."),
        "corrected": _l("The answers that called for it were corrected."),
        "taken_back": _l("The answers that called for it came from another home."),
    },
    "field": {
        "adaptations_by_hand.code": _l("What is to be changed"),
        "adaptations_by_hand.asked": _l("How it was asked"),
        "adaptations_by_hand.asked_on": _l("Asked on"),
        "adaptations_by_hand.wish": _l("In her own words"),
        "adaptations.said": _l("What was said"),
        "adaptations.priority": _l("Priority"),
        "adaptations.holder": _l("In whose hands"),
        "adaptation_decisions.said": _l("What she says of it"),
        "adaptation_decisions.outcome": _l("What is decided"),
        "adaptation_decisions.reason": _l("Why not"),
        "adaptation_decisions.explanation": _l("Explanation in plain words"),
        "adaptation_decisions.instead": _l("What is offered instead"),
    },
    "accessed": {
        "adaptations": _l("the list of adaptations"),
        "adaptation": _l("an adaptation"),
        "adaptation_new": _l("an adaptation to open"),
        "adaptation_open": _l("an adaptation opened"),
        "adaptation_handed": _l("an adaptation put in somebody’s hands"),
        "adaptation_eligibility": _l("an adaptation acknowledged"),
        "adaptation_visit": _l("an adaptation to be visited for"),
        "adaptation_funding": _l("an adaptation to be funded"),
        "adaptation_decision": _l("an adaptation to be decided"),
        "adaptation_agreement": _l("an adaptation granted"),
        "adaptation_works": _l("an adaptation agreed to"),
        "adaptation_reception": _l("an adaptation whose works are done"),
        "adaptation_first_follow_up": _l("an adaptation received"),
        "adaptation_last_follow_up": _l("an adaptation followed up"),
        "adaptation_accounts": _l("an adaptation followed up for the last time"),
        "adaptation_closed": _l("an adaptation closed"),
        "adaptation_refused": _l("an adaptation refused"),
        "adaptation_withdrawn": _l("an adaptation withdrawn"),
        "adaptation_taken_back": _l("a step of an adaptation taken back"),
    },
}

REFUSALS: dict[str, Any] = {
    "adaptation_not_found": _l("There is no such adaptation, or your account may not see it."),
    "adaptation_already_open": _l("This is asked for her already: that file is open."),
    "adaptation_cannot_move": _l("From where it stands it does not go there. Nothing was changed."),
    "adaptation_moved_meanwhile": _l(
        "Somebody moved this file or decided on it while you were reading. Nothing of yours was "
        "noted: read what was done, then say it again if it still holds."
    ),
    "adaptation_nothing_to_take_back": _l("There is no step to take back."),
    "adaptation_not_to_decide": _l("There is nothing to decide where it stands now."),
    "adaptation_not_refused": _l("This was not refused: there is nothing to look at again."),
    "adaptation_review_too_late": _l("The time to ask for this refusal to be reviewed is over."),
    "explain_refusal": _l("Say why in plain words: the tenant reads it."),
    "offer_instead": _l("Nothing is refused without at least one alternative."),
    "say_what_instead": _l("Say what exactly is offered."),
    "no_home_to_adapt": _l("She has no home here that could be adapted."),
    "too_long_ago": _l("That is more than two years ago: look at the year again."),
}
