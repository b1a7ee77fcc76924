"""The words of admissions, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    # What an admission waits for.
    "admission_step": {
        "request": _l("Request to look at"),
        "interview": _l("Interview"),
        "documents": _p("an admission", "Papers"),
        "decision": _p("an admission", "Decision"),
        "waiting": _l("Waits for a place"),
        "offered": _l("A place is offered"),
        "entry": _l("Entry to prepare"),
        "entered": _l("Lives there"),
        "refused": _l("Not accepted, with an alternative"),
        "withdrawn": _l("No longer asked for"),
    },
    # What is said when a step is left for this one.
    "admission_go": {
        "interview": _l("On to the interview"),
        "documents": _l("On to the papers"),
        "decision": _p("an admission", "Ready to be decided"),
        "withdrawn": _l("It is no longer asked for"),
    },
    "admission_list": {
        "open": _l("All admissions under way"),
        "late": _p("an admission", "Step is late"),
        "mine": _p("an admission", "In my hands"),
    },
    "admission_asked": {
        "phone": _l("By phone"),
        "letter": _l("By letter"),
        "email": _l("By e-mail"),
        "office": _l("At the counter"),
        "partner": _l("By a partner"),
    },
    "admission_outcome": {
        "accepted": _p("an admission", "Accepted"),
        "refused": _p("an admission", "Not accepted"),
    },
    "admission_reason": {
        "not_the_public": _l("Not whom the residence is for"),
        "no_place_fits": _l("No place fits her needs"),
        "needs_more_care": _l("Needs more care than there is here"),
        "income_too_high": _l("Income above the ceiling"),
        "income_too_low": _l("Income too low for the fee"),
        "papers_missing": _l("Papers missing in spite of reminders"),
        "wishes_otherwise": _l("Wishes something else"),
    },
    # The same, as a letter says it to her.
    "admission_reason_told": {
        "not_the_public": _l("This residence is for other situations than yours."),
        "no_place_fits": _l("None of our places has what you need."),
        "needs_more_care": _l("We could not give you all the help that you need here."),
        "income_too_high": _l(
            "Your income is above the limit that the rules set for this residence."
        ),
        "income_too_low": _l("What you would have to pay here is too much for your income."),
        "papers_missing": _l("We did not get the papers that we need to decide."),
        "wishes_otherwise": _l("You told us that you wish for something else."),
    },
    "admission_instead": {
        "other_residence": _l("Another residence"),
        "ordinary_home": _l("An ordinary home"),
        "shelter": _l("A place in a shelter"),
        "support": _l("Support where she is"),
        "ask_again": _l("Asking again on a day that is said"),
    },
    "admission_fact": {
        "interview": _l("Interview held"),
        "document": _l("Paper received"),
        "contract": _l("Contract signed"),
        "rules": _l("House rules handed over"),
        "keys": _l("Keys handed over"),
    },
    "admission_answer": {
        "accepted": _l("She accepts it"),
        "declined": _l("She does not want it"),
        "no_answer": _l("No answer in time"),
        "withdrawn": _l("It is offered no more"),
    },
    "admission_decider": {
        "commission": _l("A commission"),
        "person": _l("Whoever may decide"),
    },
    "admission_said": {"died": _p("an admission", "The person died.")},
    "field": {
        "admissions.interview": _l("The interview"),
        "admissions.documents": _p("an admission", "Papers"),
        "admissions.contract": _l("The contract signed"),
        "admissions.rules": _l("The house rules handed over"),
        "admissions.keys": _l("The keys handed over"),
        "admissions.inventory": _l("The entry inventory"),
        "admissions.said": _l("What was said"),
        "admissions.holder": _l("In whose hands"),
        "admission_steps.interview": _l("The interview"),
        "admission_steps.documents": _p("an admission", "Papers"),
        "admission_steps.contract": _l("The contract signed"),
        "admission_steps.rules": _l("The house rules handed over"),
        "admission_steps.keys": _l("The keys handed over"),
        "admission_steps.inventory": _l("The entry inventory"),
        "admission_steps.kind": _p("an admission", "What happened"),
        "admission_steps.code": _l("Which paper"),
        "admission_steps.happened_on": _l("On which day"),
        "admission_steps.said": _l("What was said"),
        "admission_steps.why": _l("Why it is withdrawn"),
        "admission_steps.outcome": _l("What is decided"),
        "admission_steps.reason": _l("Why not"),
        "admission_steps.explanation": _l("Explanation in plain words"),
        "admission_steps.instead": _l("What is offered instead"),
        "admission_steps.place": _p("an admission", "Place"),
        "admission_steps.answer": _l("What became of it"),
        "admission_steps.from_on": _l("She lives there from"),
        "admissions_by_hand.programme": _l("Programme"),
        "admissions_by_hand.asked": _l("How it was asked"),
        "admissions_by_hand.asked_on": _l("Asked on"),
        "admissions_by_hand.wish": _l("What she asks for"),
        "admissions_by_hand.situation": _l("Where and how she lives now"),
        "admissions_by_hand.referral": _l("What a partner asks for her"),
        "admissions_by_hand.outside": _l("Why all the same"),
        "admission_commissions.programme": _l("Programme"),
        "admission_commissions.held_on": _l("On which day"),
        "admission_commissions.admission": _l("Who is put on the agenda"),
        "admission_commissions.present": _l("Members present"),
        "admission_commissions.note": _l("What else was said"),
    },
    "accessed": {
        "admissions": _l("the list of admissions"),
        "admission": _l("an admission"),
        "admission_new": _l("an admission to open"),
        "admission_open": _l("an admission opened"),
        "admission_handed": _l("an admission put in somebody’s hands"),
        "admission_noted": _l("something noted of an admission"),
        "admission_fact_withdrawn": _l("something noted of an admission withdrawn"),
        "admission_interview": _l("an admission brought to the interview"),
        "admission_documents": _l("an admission brought to the papers"),
        "admission_decision": _l("an admission ready to be decided"),
        "admission_waiting": _l("somebody put on a waiting list"),
        "admission_offered": _l("a place offered"),
        "admission_entry": _l("an offered place accepted"),
        "admission_entered": _l("somebody let into a place"),
        "admission_refused": _l("an admission refused"),
        "admission_withdrawn": _l("an admission withdrawn"),
        "admission_taken_back": _l("a step of an admission taken back"),
        "admission_on_agenda": _l("an admission put on an agenda"),
        "admission_off_agenda": _l("an admission taken off an agenda"),
        "admission_commissions": _l("who waits for a commission on places"),
        "admission_commission": _l("the agenda of a commission on places"),
    },
}
REFUSALS = {
    "admission_not_found": _l("This admission is not there, or not yours to see."),
    "admission_fact_not_found": _l("This was not noted of this admission."),
    "admission_no_places": _l("This programme gives nobody a place."),
    "admission_no_case": _l(
        "She has no case in this programme: whoever may open one does so first."
    ),
    "admission_case_closed": _l("Her case is closed: open it again first."),
    "admission_of_who_died": _l("This person has died."),
    "admission_under_16": _l("This person is under 16: nobody so young is given a place."),
    "admission_already_open": _l("She asks for a place in this programme already."),
    "admission_before_asked": _l("This day is before she asked."),
    "admission_moved_meanwhile": _l(
        "Somebody changed this admission meanwhile: look again, then decide."
    ),
    "admission_cannot_move": _l("An admission does not go there from where it stands."),
    "admission_is_over": _l("This admission is over: take its last step back first."),
    "admission_no_entry_yet": _l("No entry is prepared: a place is accepted first."),
    "admission_noted_already": _l("This is noted already."),
    "admission_interview_missing": _l("Note the interview first: on which day, what was said."),
    "admission_papers_missing": _l("Papers that are expected have not come yet."),
    "admission_medical_lapsed": _l(
        "The medical validation is no longer valid, or not noted: note a new one on her page."
    ),
    "admission_medical_elsewhere": _l(
        "The medical validation is noted on her page of medical validations, with its last day."
    ),
    "admission_inventory_missing": _l("The entry inventory is not done yet: plan this visit."),
    "admission_not_to_decide": _l("This admission does not wait for a decision."),
    "admission_say_why": _l("Say why, in words that she understands."),
    "admission_on_no_agenda": _l(
        "A commission decides here: put her on the agenda of one that is open."
    ),
    "admission_commission_to_come": _l("The commission is not held yet: it decides on its day."),
    "admission_nobody_present": _l("Note first which members of the commission are present."),
    "admission_on_an_agenda": _l("She is on the agenda of a commission already."),
    "admission_other_programme": _l("This commission decides on another programme."),
    "admission_not_on_agenda": _l("She is not on this agenda."),
    "admission_decided_already": _l("It was decided on her here: take the decision back first."),
    "admission_does_not_wait": _l("She does not wait for a place."),
    "admission_other_contract": _l(
        "This place is let under another kind of contract than the programme’s."
    ),
    "admission_nothing_offered": _l("No place is on offer to her."),
    "admission_nothing_to_take_back": _l("There is no step to take back."),
    "admission_stay_is_over": _l("Her stay there has ended: it is not undone any more."),
    "place_is_offered": _l("This place is offered to somebody else."),
}
