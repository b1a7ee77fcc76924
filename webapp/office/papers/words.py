"""The plain words of papers, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "paper_reader": {
        "home": _l("To leave in the home: whoever lives there may read it"),
        "her": _l("For her own hand: with what is about herself"),
    },
    "paper_urgency": {
        "U0": _l("Right now"),
        "U1": _l("Urgent"),
        "U2": _l("In the next days"),
        "U3": _l("In the next weeks"),
        "P": _l("To be planned"),
    },
    "paper_owner": {
        "tenant": _l("You"),
        "landlord": _l("Your landlord"),
        "partner": _l("Our partner"),
        "visitor": _l("The person who visited you"),
        "pension_fund": _l("Your pension fund"),
        "department": _l("The département"),
        "municipality": _l("Your town hall"),
    },
    "paper_does": {
        "work_order": _l("Somebody comes to repair it."),
        "hazard": _l("We look for a solution with you."),
        "adaptation": _l("We study it with you. Nothing is done without your agreement."),
        "adaptation_agreement": _l("It is granted. Nothing is done without your agreement."),
        "adaptation_works": _l("It is granted, and you agreed: the works are to be done."),
        "adaptation_reception": _l("The works are done: we look at them with you."),
        "adaptation_first_follow_up": _l(
            "The works are done: we ask you how you get on with them."
        ),
        "adaptation_last_follow_up": _l("The works are done: we ask you how you get on with them."),
        "adaptation_accounts": _l("The works are done: there is nothing more for you to do."),
    },
    "paper_state": {
        "open": _l("We have asked for it"),
        "started": _l("Begun"),
        "on_hold": _l("Waiting"),
        "done": _l("Done"),
        "cancelled": _l("No longer needed"),
        "refused": _l("We look for somebody else to do it"),
        "unwanted": _l("Not asked for: you do not want works"),
    },
    "paper_contact": {
        "call": _l("We ring you to hear how you are."),
        "fall_call": _l("We ring you to hear how you are."),
        "visit": _l("We come to see you again."),
        "works_check": _l("We check that the works are done."),
        "kit_check": _l("We check that what we fitted still works."),
        "rights_check": _l("We look with you at what you have a right to."),
    },
    "paper_field": {
        "opening_fr": _l("What the report begins with, in French"),
        "opening_en": _l("What the report begins with, in English"),
        "ring_fr": _l("Whom to ring, and when, in French"),
        "ring_en": _l("Whom to ring, and when, in English"),
        "closing_fr": _l("What the report ends with, in French"),
        "closing_en": _l("What the report ends with, in English"),
        "letter_fr": _l("What a letter of a decision ends with, in French"),
        "letter_en": _l("What a letter of a decision ends with, in English"),
        "order_fr": _l("What a work order ends with, in French"),
        "order_en": _l("What a work order ends with, in English"),
        "receipt_fr": _l("What a receipt of a kit ends with, in French"),
        "receipt_en": _l("What a receipt of a kit ends with, in English"),
        "minutes_fr": _l("What the minutes of a commission end with, in French"),
        "minutes_en": _l("What the minutes of a commission end with, in English"),
        "logo": _l("The logo"),
    },
    "paper_to_try": {
        "report": _p("a paper", "Report of a visit"),
        "letter": _p("a paper", "Letter of a decision"),
        "order": _p("a paper", "Work order"),
        "minutes": _p("a paper", "Minutes of a commission"),
    },
    "report_left": {
        "email": _l("By e-mail, with a link that opens with her date of birth"),
        "handed": _l("Handed over, printed"),
        "post": _l("On paper, later, by post"),
        "unwanted": _l("She does not want it"),
    },
    "report_list": {
        "to_leave": _l("To leave"),
        "to_print": _l("To print and post"),
        "on_its_way": _l("E-mail on its way"),
        "left": _p("of a report", "Left"),
        "unopened": _l("Sent, not opened yet"),
    },
    # Why a report cannot be left so; of who gets nothing written, why not is said with messages.
    "report_kept": {
        "died": _l("she has died"),
        "no_letters": _l("she wants no letters"),
        "no_address": _l("no address is known"),
        "no_email": _l("she has agreed to no e-mail address"),
        "no_birth_date": _l("her date of birth is not known, which opens the link"),
    },
    "own_autonomy": {
        "alone": _p("her own paper", "I do it alone"),
        "hard": _p("her own paper", "I do it alone, but it is hard"),
        "helped": _p("her own paper", "I do it with help"),
        "not": _p("her own paper", "I do not do it"),
    },
    "accessed": {
        "own_wishes": _l("what her paper on her home and wishes will say"),
        "own_wishes_made": _l("her paper on her home and wishes"),
        "tenant_report": _l("what a visit's report will say"),
        "tenant_report_made": _l("a visit's report for the tenant"),
        "reports_left": _l("the list of how reports are left"),
        "report_left": _l("how a visit's report is left"),
        "report_left_withdrawn": _l("how a visit's report was left, withdrawn"),
        "report_by_link": _l("a visit's report, read by its link"),
        "reports_printed": _l("reports printed to be posted"),
        "reports_wait_again": _l("printed reports that wait again"),
        "work_order_sheet": _l("the sheet of a work order"),
        "round_sheet": _l("the round sheet of a visitor’s day"),
        "kit_receipt": _l("the receipt of a kit"),
        "decision_letter": _l("what the letter of a decision will say"),
        "decision_letter_made": _l("the letter of a decision"),
        "commission_minutes": _l("the minutes of a commission"),
        "technical_sheet": _l("the technical sheet of a dwelling"),
    },
}

REFUSALS: dict[str, Any] = {
    "logo_too_large": _l("This picture is larger than 300 kB, or than 3,000 dots a side."),
    "logo_unreadable": _l("This is no PNG picture, or only part of one."),
    "wording_said_since": _l(
        "Somebody changed these words since you opened the page. Yours are still below; read "
        "theirs under Earlier versions, then keep or change yours."
    ),
    "paper_change_not_found": _l("There is no such version of these words."),
    "nothing_to_preview": _l("No visit that your account may read can be shown yet."),
    "landlord_not_found": _l("There is no such landlord, or your account does not write for it."),
    "nothing_to_report": _l("No answers of this visit are here yet: there is nothing to report."),
    "report_left_not_found": _l("There is no such note of how the report is left."),
    "report_left_so_already": _l(
        "It is noted already that the report is left so. To leave it anew, withdraw that first."
    ),
    "report_cannot_be_left_so": _l("The report cannot be left so: this page says why not."),
    "no_report_to_print": _l("No report can be printed just now: the list says of each why not."),
    "report_run_not_found": _l("There is no such print run, or your account sees none of it."),
    "report_birth_wrong": _l("This is not the date of birth that we know. Try again."),
    "report_link_unknown": _l("Nobody knows this link."),
    "report_link_tampered": _l(
        "A part of the link is missing, or was changed: open it from the e-mail."
    ),
    "report_link_expired": _l("This link was good for 30 days, which are over."),
    "report_link_revoked": _l("This link is no longer good."),
    "report_link_shut": _l("Too many wrong dates were given: this link opens nothing any more."),
    "no_items_fitted": _l("Nothing was fitted or given at this visit: there is no receipt."),
    "report_to_the_dead": _l("This person has died: no report is made in her name."),
    "nothing_of_her_wishes": _l(
        "Nothing is noted of her days or of what her home must have: ask her first."
    ),
    "nothing_decided": _l("Nothing is decided of it as yet: there is no letter to read."),
}
