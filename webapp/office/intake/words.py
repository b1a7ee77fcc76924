"""The words of what comes back from a home, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "submission": {
        "incomplete": _l("Files still to come"),
        "checked": _l("Checked"),
        "to_review": _l("To review"),
        "set_aside": _p("what has become of it", "Set aside"),
    },
    "unopened": {
        "refused": _l("not ordered: the person refused works"),
        "seen_to": _l("the works that the same answers call for see to it"),
        "advice": _l("advice, for the tenant to see to"),
        "noted": _l("noted, nothing to open"),
    },
    "doubt": {
        "second": _l("This form was sent from this visit already: both are kept."),
        "cancelled": _l("The visit had been called off when these answers came."),
        "failed": _l("The visit had been noted as not held when these answers came."),
        "reassigned": _l("The visit had been given to somebody else when these answers came."),
        "account_closed": _l("The visitor’s account was closed already when these answers came."),
        "corrects_unknown": _l("It corrects answers that are not here, or not of this visit."),
    },
    "accessed": {
        "visit": _l("a visit"),
        "submission_recorded": _l("a visit's answers received"),
        "submission_reviewed": _l("a visit's answers reviewed"),
        "review_taken_back": _l("a review of answers taken back"),
        "submission_set_aside": _l("a visit's answers set aside"),
        "submission_detached": _l("answers taken from a visit they were attached to"),
        "submission_decision_withdrawn": _l("a decision between two submissions taken back"),
        "visits_proposed": _l("proposed as the visit of answers that name none"),
        "submissions_both_kept": _l("both answers of a visit kept"),
        "submissions_compared": _l("two sets of answers side by side"),
        "urgent_alert": _l("an urgent alert"),
        "urgent_alert_seen": _l("an urgent alert seen"),
        "photo": _l("a photo"),
        "tablet_day": _l("a visitor's day"),
        "tablet_sent": _l("what a visitor sent lately"),
        "visits": _l("the list of visits"),
    },
    "score": {
        "fall": _l("Fall risk"),
        "isolation": _l("Isolation"),
        "room": _l("Room"),
        "home": _p("the dwelling", "Home"),
        "energy": _l("Energy"),
        "total": _l("Total"),
        "key_questions": _l("Key questions"),
        "stay_independent": _l("Balance questionnaire"),
        "satisfaction": _l("Satisfaction"),
        "external": _l("Scale filled in by somebody else"),
        "goals_t": _l("Goals reached"),
        "accessibility": _l("Access"),
        "residence": _l("Residence"),
        "hazard_priority": _l("Order of the hazards"),
        "decency": _l("Decency"),
        "budget": _l("Budget"),
        "occupation": _l("Size of the dwelling"),
    },
    "band": {
        "low": _l("low"),
        "moderate": _l("intermediate"),
        "intermediate": _l("intermediate"),
        "high": _l("high"),
        "undetermined": _l("cannot be said yet"),
        "at_risk": _l("signs present"),
        "not_at_risk": _l("no sign"),
        "not_reachable": _l("cannot be reached without steps"),
        "reachable": _l("can be reached"),
        "adaptable": _l("can be adapted"),
        "usable": _l("can be used as it is"),
        "act_now": _l("act now"),
        "to_plan": _l("works to plan"),
        "in_order": _l("in order"),
        "first": _l("first of all"),
        "next": _l("next"),
        "ordinary": _l("in the usual order"),
        "screen_first": _l("ask about falls first"),
        "to_verify": _l("to be verified"),
        "nothing_seen": _l("nothing seen"),
        "link_to_offer": _l("a link to offer"),
        "no_sign": _l("no sign"),
        "strained": _l("strained"),
        "to_watch": _l("to watch"),
        "fits": _l("fits"),
        "over_occupied": _l("too small"),
        "under_occupied": _l("very large"),
    },
    "violation": {
        "required": _l("An answer is missing."),
        "constraint": _l("The answer is outside what the form allows."),
        "type": _l("The answer is not of the expected kind."),
        "choice": _l("The answer is not one of the choices."),
        "count": _l("There are not as many turns as the form asks for."),
        "version": _l("The answers were given to another version of the form."),
        "malformed": _l("The answer cannot be read."),
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
    "field": {
        "keep": _l("Keep one"),
    },
}

REFUSALS: dict[str, Any] = {
    "submission_not_found": _l("There are no such answers, or your account may not see them."),
    "nothing_to_review": _l("These answers were reviewed already. Nothing was changed."),
    "file_withheld": _l(
        "This file is kept, but not shown: what it may tell of a place or a device cannot be "
        "taken out of it."
    ),
    "too_many_handed_in": _l(
        "This account handed in very much within a day. Nothing is lost: try again tomorrow."
    ),
    "different_submission": _l(
        "Another submission with this number is already kept. Both stay as they are."
    ),
    "different_file": _l("Another file named %(name)s is already kept with this submission."),
    "different_alert": _l("Another alert with this number is already kept. It stays as it is."),
    "urgent_alert_not_found": _l("There is no such alert, or your account may not see it."),
    "nothing_to_take_back": _l("There is no review of these answers to take back."),
    "nothing_to_decide": _l("There is nothing to decide here any more. Nothing was changed."),
    "already_attached": _l("These answers have a visit already, or were set aside."),
    "not_attached": _l("These answers were not attached to this visit by hand."),
    "not_set_aside": _l("These answers are not set aside."),
    "handed_in_not_found": _l("There is no such item, or your account may not see it."),
    "already_dealt_with": _l("Somebody has dealt with it already. Nothing was changed."),
    "nothing_to_withdraw": _l(
        "There is no decision between these two to take back. Nothing was changed."
    ),
    "photo_refused": _l("The person refuses photos: this one is kept sealed, and shown to nobody."),
    "bad_file_name": _l("A file has no name, or a name that is too long."),
    "too_many_files": _l("There are too many files: 200 at most."),
}
