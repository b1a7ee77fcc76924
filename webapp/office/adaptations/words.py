"""The words of adaptations, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "waits": {
        "adaptations_late": _l("Adaptations that are late"),
        "adaptations_legal_over": _l("Legal delays of adaptations that are over"),
        "adaptations_legal_near": _l("Legal delays of adaptations that end soon"),
        "adaptations_to_decide": _l("Adaptations to decide"),
        "adaptations_instead_late": _l("Alternatives of refusals that are late"),
        "adaptations_instead": _l("Alternatives of refusals to open"),
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
        "closed": _l("Close the accounts"),
        "withdrawn": _l("Withdraw the request"),
    },
    # What happened with a step that led to this one.
    "adaptation_happened": {
        "eligibility": _l("Request acknowledged"),
        "visit": _l("A visit was asked for"),
        "funding": _l("Quotes and funding began"),
        "decision": _l("Brought to be decided"),
        "review": _l("To be looked at again"),
        "agreement": _l("Adaptation granted"),
        "works": _l("The tenant agreed"),
        "reception": _l("Adaptation works done"),
        "first_follow_up": _l("Adaptation received with the tenant"),
        "last_follow_up": _l("First follow-up was done"),
        "accounts": _l("Last follow-up was done"),
        "closed": _l("Adaptation accounts closed"),
        "refused": _l("Adaptation refused"),
        "withdrawn": _l("Request for an adaptation withdrawn"),
    },
    # How something was agreed, or made, with the tenant.
    "adaptation_talked": {
        "visit": _l("at a visit to her"),
        "phone": _l("on the phone with her"),
        "writing": _l("in writing, with her"),
        "office": _l("at the office, with her"),
        "not_yet": _l("not yet with her"),
    },
    "adaptation_list": {
        "open": _l("All adaptations under way"),
        "late": _l("Step is late"),
        "mine": _l("In my hands"),
        "legal_near": _l("Legal delay ends soon"),
        "legal_over": _l("Legal delay is over"),
        "cancelled": _l("Its orders are all cancelled"),
        "instead": _l("Alternative to open"),
        "instead_late": _l("Alternative is late"),
    },
    "adaptation_legal": {
        "silence": _l("silence is a yes"),
        "certificate": _l("tenant’s certificate"),
    },
    "adaptation_asked": {
        "visit": _l("Found at a visit"),
        "phone": _l("Asked by phone"),
        "letter": _l("Asked by letter"),
        "registered": _l("Asked by registered letter"),
        "email": _l("Asked by e-mail"),
        "office": _l("Asked at the office"),
        "commission": _l("Asked by a commission"),
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
    # The same, as a letter says it to the tenant.
    "adaptation_reason_told": {
        "impossible": _l("The works cannot be done in your home as it is built."),
        "load_bearing": _l("A wall that carries the building stands where the works would be."),
        "asbestos": _l("There is asbestos where the works would be: it must not be touched."),
        "no_lift": _l("Your floor has no lift: the works would not make it easier to go out."),
        "already_adapted": _l("Your home already has what was asked for."),
        "not_needed": _l("Something else would help you better in your daily life."),
        "too_costly": _l("We cannot pay for these works with the means we have."),
        "to_be_pulled_down": _l("Large works are to be done on your building, or it is to go."),
    },
    "adaptation_instead": {
        "aid": _l("A technical aid"),
        "transfer": _l("A move to an adapted dwelling"),
        "lesser_works": _l("Lesser works"),
    },
    # Why one moved by itself.
    "adaptation_ended": {
        "works_done": _l("All the works ordered for it are done."),
        "died": _l("The person died."),
        "left_home": _l("The person left this home."),
        "corrected": _l("The answers that called for it were corrected."),
        "taken_back": _l("The answers that called for it came from another home."),
        "not_asked": _l("The commission took back what it asked for."),
    },
    "adaptation_used": {
        "yes": _p("an adaptation", "Yes, she uses it"),
        "partly": _p("an adaptation", "In part"),
        "no": _p("an adaptation", "No, she does not"),
        "not_known": _p("an adaptation", "Nobody could tell"),
    },
    "adaptation_holds": {
        "yes": _p("what was fitted", "Yes, it holds and works"),
        "no": _p("what was fitted", "No, something is wrong"),
        "not_known": _p("what was fitted", "Nobody could tell"),
    },
    # Why what it had to do in her case is over.
    "task_why": {
        "adaptation_elsewhere": _l("the adaptation stands at another step"),
        "follow_up_noted": _l("noted in the file of the adaptation"),
    },
    "payer": {
        "landlord": _l("The landlord’s own funds"),
        "tenant": _l("The tenant"),
        "carsat_landlord": _l("Pension fund (call for landlords)"),
        "prevention_kit": _l("Pension fund (prevention kit)"),
        "oscar": _l("Pension fund (OSCAR plan)"),
        "apa": _l("Département (APA)"),
        "pch": _l("MDPH (PCH)"),
        "departement": _l("Département (another aid)"),
        "action_logement": _l("Action Logement"),
        "mutual": _l("A mutual insurance"),
        "other": _l("Somebody else"),
    },
    "payer_stage": {
        "asked": _l("amount asked"),
        "granted": _l("amount granted"),
        "paid": _l("amount paid"),
    },
    "funding_paper": {
        "quote": _l("Quote with its details"),
        "works_list": _l("List of works and tenants"),
        "pension_notice": _l("Pension notice"),
        "home_assessment": _l("Assessment at home"),
        "tax_notice": _l("Tax notice"),
        "care_plan": _l("Care plan"),
        "landlord_agreement": _l("Written agreement of the landlord"),
        "disability_decision": _l("Decision of the disability commission"),
        "invoice": _l("Paid invoice"),
        "completion": _l("Certificate of completion"),
    },
    "funding_paper_for": {
        "asked": _l("with the request"),
        "paid": _l("before it pays"),
    },
    "field": {
        "adaptations.visit": _l("A visit that was made, or why none is needed"),
        "adaptation_follow_ups.used": _l("Does she use it?"),
        "adaptation_follow_ups.holds": _l("Does it still hold?"),
        "adaptation_follow_ups.needed": _l("What else is needed"),
        "adaptation_follow_ups.said": _l("What she says"),
        "adaptations.quote": _l("A quote"),
        "adaptations.plan": _l("A plan that sums to the cost"),
        "adaptations.papers": _l("Papers that payers want with the request"),
        "adaptations.orders": _l("Works that are done"),
        "adaptations.order": _l("An order for its works"),
        "adaptations.orders_cancelled": _l("Works: all its orders are cancelled"),
        "adaptations.agreed_how": _l("How she agreed"),
        "adaptations.agreed_on": _l("She agreed on"),
        "adaptation_decisions.built_how": _l("Made with her"),
        "adaptation_decisions.built_on": _l("Day it was made with her"),
        "adaptations.certificate": _l("Certificate of the tenant"),
        "adaptations.certified_on": _l("She certified on"),
        "adaptations.ended_on": _l("The works ended on"),
        "adaptation_decisions.silence": _l("What is known of the delay of the law"),
        "adaptations.photos": _l("Photos of the reception"),
        "adaptations.entrance_door": _l("Clear width of the entrance door, in mm"),
        "adaptations.inner_door": _l("Clear width of the narrowest inner door, in mm"),
        "adaptations.payments": _l("What payers still owe"),
        "adaptation_funding.company": _l("Company"),
        "adaptation_funding.keep": _l("Keep it as the cost"),
        "adaptation_funding.scan": _l("The paper itself"),
        "adaptation_funding.cents": _l("Amount"),
        "adaptation_funding.dated_on": _l("Dated"),
        "adaptation_funding.payer": _l("Payer"),
        "adaptation_funding.day": _l("Day"),
        "adaptation_funding.invoice": _l("Number of the invoice"),
        "commissions.held_on": _l("On which day"),
        "commissions.adaptation": _l("Adaptations to put on the agenda"),
        "commissions.note": _l("Who was there, what else was said"),
        "adaptation_works.quote": _l("A quote"),
        "adaptation_works.plan": _l("A plan that sums to the cost"),
        "adaptation_works.description": _l("What is to be done, in plain words"),
        "adaptation_alternatives.trade": _l("Trade"),
        "adaptation_alternatives.place": _l("Where exactly"),
        "adaptation_alternatives.due_on": _l("By which day"),
        "adaptation_alternatives.description": _l("What is to be done, in plain words"),
        "adaptation_alternatives.what": _l("What is to do"),
        "adaptation_alternatives.why": _l("Why"),
        "adaptations_by_hand.code": _l("What is to be changed"),
        "commission_requests.code": _l("What is to be changed"),
        "commission_requests.wish": _l("What it is to make possible"),
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
        "adaptation_paper": _l("a paper that a payer wants noted"),
        "adaptation_scan": _l("a payer’s paper"),
        "adaptation_scan_kept": _l("a payer’s paper kept"),
        "adaptation_paper_withdrawn": _l("a paper that a payer wants taken back"),
        "adaptation_photos": _l("photos of a reception added"),
        "adaptation_photo": _l("a photo of a reception"),
        "adaptation_photo_withdrawn": _l("a photo of a reception withdrawn"),
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
        "adaptation_plan": _l("the funding plan of an adaptation"),
        "adaptation_quote": _l("a quote for an adaptation"),
        "adaptation_quote_chosen": _l("a quote chosen for an adaptation"),
        "adaptation_quote_withdrawn": _l("a quote for an adaptation withdrawn"),
        "adaptation_asked": _l("an amount asked for an adaptation"),
        "adaptation_granted": _l("an amount granted for an adaptation"),
        "adaptation_paid": _l("an amount paid for an adaptation"),
        "adaptation_funding_withdrawn": _l("an amount for an adaptation withdrawn"),
        "adaptation_certified": _l("a certificate of works noted"),
        "adaptation_certificate_withdrawn": _l("a certificate of works taken back"),
        "adaptation_year": _l("the accounts of adaptations"),
        "commissions": _l("the list of commissions"),
        "commission": _l("a commission"),
        "adaptation_on_agenda": _l("an adaptation put on an agenda"),
        "adaptation_off_agenda": _l("an adaptation taken off an agenda"),
        "adaptation_taken_back": _l("a step of an adaptation taken back"),
        "adaptation_to_do": _l("what an adaptation has to do in a case"),
        "adaptation_alternative_answered": _l("an alternative of a refusal opened or declined"),
        "adaptation_alternative_waits": _l("an alternative of a refusal that waits again"),
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
    "funding_paper_there": _l("This paper is there already. Nothing was changed."),
    "funding_scan_there": _l(
        "The paper is kept already: take back that it came, then note it with the right one."
    ),
    "funding_papers_missing": _l(
        "Payers wait for papers with the request: note those that came. Nothing was changed."
    ),
    "funding_paper_not_found": _l("There is no such paper, or it was taken back."),
    "adaptation_not_received": _l(
        "Photos are added once the works are done, when what was done is received. None was kept."
    ),
    "reception_photos_needed": _l(
        "The landlord asks for photos of what is received: add them first. Nothing was changed."
    ),
    "visit_not_done": _l("Nobody has been there: wait for the visit, or say why none is needed."),
    "visit_still_planned": _l(
        "Somebody is still sent there: wait for the visit, or call it off first. Nothing was "
        "changed."
    ),
    "say_why_no_visit": _l("Without a visit, say why none is needed."),
    "adaptation_not_to_follow_up": _l("It waits for no follow-up where it stands now."),
    "adaptation_not_to_ask": _l(
        "It is among what is to do already, or she has no open case to put it in."
    ),
    "note_in_adaptation": _l(
        "It is a step of an adaptation: what came of it is noted in that file. Nothing was changed."
    ),
    "adaptation_nothing_to_take_back": _l("There is no step to take back."),
    "adaptation_not_to_decide": _l("There is nothing to decide where it stands now."),
    "adaptation_not_refused": _l("This was not refused: there is nothing to look at again."),
    "adaptation_review_too_late": _l("The time to ask for this refusal to be reviewed is over."),
    "alternative_not_found": _l("This refusal offers no such alternative, or no longer."),
    "alternative_answered": _l("This alternative led to something already. Nothing was changed."),
    "alternative_not_declined": _l(
        "She did not decline it: cancel the order, or withdraw what is to do, on its own page."
    ),
    "no_case_for_alternative": _l("She has no open case: open a work order for it instead."),
    "move_is_wished_for": _l("A move is noted as a wish to move."),
    "explain_refusal": _l("Say why in plain words, a sentence at least: the tenant reads it."),
    "offer_instead": _l("Nothing is refused without at least one alternative."),
    "say_what_instead": _l("Say in words what exactly is offered."),
    "quote_before_request": _l("That is before the day the adaptation was asked for."),
    "quote_noted_already": _l("This very quote is noted already: same company, amount and day."),
    "other_quotes_stand": _l(
        "Other quotes are noted: add it, then choose one of them in the list."
    ),
    "quote_missing": _l("Note and choose a quote first."),
    "plan_does_not_sum": _l(
        "What the payers give does not sum to the cost: make the plan sum to it first."
    ),
    "say_who_did_works": _l(
        "No order of ours was done for it: say who did the works, the tenant or somebody else, and "
        "when."
    ),
    "agreed_before_decided": _l("That is before the day it was granted."),
    "adaptation_orders_none": _l("Nothing is ordered for it any more. Nothing was changed."),
    "works_not_done": _l("The works ordered for it are not done."),
    "ended_before_request": _l("That is before the day the adaptation was asked for."),
    "certificate_missing": _l(
        "The tenant has not certified the works: note on which day she did, or say why there is no "
        "certificate."
    ),
    "certificate_not_awaited": _l("No certificate is waited for, or it is noted already."),
    "certificate_not_there": _l("No certificate is noted, or the file has ended."),
    "certified_before_end": _l("That is before the day the works ended."),
    "say_silence_is_known": _l(
        "The delay of the law is over: say that this is known, and why it is refused all the same."
    ),
    "payments_missing": _l("Not all payers granted what they were asked and paid all of it."),
    "never_in_social_housing": _l("MaPrimeAdapt’ never pays for social housing."),
    "scheme_may_not_pay": _l("By what is known, this scheme does not pay for it: see below why."),
    "over_ceiling": _l("That is above the ceiling of this scheme."),
    "more_than_asked": _l("That is more than was asked, or than is still to be paid."),
    "bad_amount": _l("Choose an amount in euros above 0, of 200,000 at most."),
    "before_the_one_before": _l("That is before the day of the amount before it."),
    "funding_noted_already": _l("Somebody noted this meanwhile. Nothing was changed."),
    "funding_followed": _l("Another amount followed it: withdraw that one first."),
    "funding_note_not_found": _l("This amount is not noted, or was withdrawn."),
    "adaptation_quote_not_found": _l("This quote is not noted, or was withdrawn."),
    "adaptation_over": _l("This adaptation has ended: its plan stays as it is."),
    "adaptation_waits_for_no_works": _l("It does not wait for works where it stands now."),
    "commission_not_found": _l("There is no such commission, or not for your organisation."),
    "commission_not_held": _l("A commission asks for something from the day it is held."),
    "request_followed": _l(
        "Something followed what the commission asked for: withdraw it on its own page. Nothing "
        "was changed."
    ),
    "not_a_commission_day": _l("Choose a day from 60 days ago to a year ahead."),
    "on_an_agenda_already": _l("This is on the agenda of a commission already."),
    "decided_already": _l("This was decided: take the decision back first."),
    "decided_in_closed_minutes": _l(
        "A commission decided this and its minutes are closed: open them again to take it back. "
        "Nothing was changed."
    ),
    "not_on_this_agenda": _l("This is not on this agenda, or no longer."),
    "commission_not_met": _l(
        "Something was decided on this agenda, and its day is still to come: close the minutes "
        "once the commission has met. Nothing was changed."
    ),
    "say_why_cancelled": _l("Its day is still to come: say why the commission is cancelled."),
    "minutes_are_closed": _l("The minutes are closed. Nothing was changed."),
    "minutes_are_open": _l("The minutes are open. Nothing was changed."),
    "no_home_to_adapt": _l("She has no home here that could be adapted."),
    "too_long_ago": _l("That is more than two years ago: look at the year again."),
}
