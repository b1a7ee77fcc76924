"""What is refused of adaptations, in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

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
    "follow_up_too_early": _l(
        "It is too early to ask how it goes since the works: its file says from when on. Nothing "
        "was noted."
    ),
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
    "granted_refuses_nothing": _l(
        "All of it is granted, and a reason or an alternative is filled in: choose again what is "
        "decided, or empty them."
    ),
    "offer_instead": _l("Nothing is refused without at least one alternative."),
    "say_what_instead": _l("Say in words what exactly is offered."),
    "before_request": _l("That is before the day the adaptation was asked for."),
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
    "commission_decided": _l(
        "Something was decided on this agenda: take it back first, or close the minutes."
    ),
    "say_why_cancelled": _l("Say why the commission is cancelled."),
    "minutes_are_closed": _l("The minutes are closed. Nothing was changed."),
    "minutes_are_open": _l("The minutes are open. Nothing was changed."),
    "no_home_to_adapt": _l("She has no home here that could be adapted."),
    "too_long_ago": _l("That is more than two years ago: look at the year again."),
}
