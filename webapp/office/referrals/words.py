"""The words of referrals, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "waits": {
        "referrals_to_send": _l("Referrals to send"),
        "referrals_late": _l("Referrals that wait for us too long"),
        "referrals_silent": _l("Referrals without an answer"),
    },
    "timeline": {"referral": _l("Referrals")},
    "referral_step": {
        "to_send": _l("To send"),
        "sent": _l("Sent, not acknowledged yet"),
        "acknowledged": _l("Acknowledged"),
        "accepted": _l("Accepted, help under way"),
        "done": _l("Done"),
        "refused": _l("Referral refused"),
        "withdrawn": _l("Withdrawn"),
    },
    # What is said to bring one there.
    "referral_go": {
        "acknowledged": _l("It was acknowledged"),
        "accepted": _l("It was accepted"),
        "done": _l("It is done"),
        "refused": _l("It was refused"),
        "withdrawn": _l("Withdraw it"),
    },
    # The same, as who is asked says it.
    "referral_answer": {
        "acknowledged": _l("We have received it"),
        "accepted": _l("We take it on"),
        "done": _l("It is done"),
        "refused": _l("We cannot"),
    },
    "referral_list": {
        "open": _l("All that are open"),
        "silent": _l("Without an answer in time"),
        "ours": _l("Late, and ours to do"),
        "mine": _l("In my hands"),
    },
    "referral_direction": {
        "out": _l("We ask somebody else"),
        "in": _l("Somebody else asks us"),
    },
    "referral_basis": {
        "consent": _l("She agrees"),
        "duty": _l("The law obliges to tell (mistreatment, a crime)"),
        "vital": _l("A life is in danger"),
    },
    "referral_channel": {
        "phone": _l("By phone"),
        "letter": _l("By letter"),
        "email": _l("By e-mail"),
        "meeting": _l("Face to face"),
        "link": _l("By a link to this referral"),
    },
    "request_state": {
        "waiting": _l("To take up"),
        "taken_up": _l("Taken up"),
        "set_aside": _l("Set aside, with its reason"),
        "all": _l("All requests"),
    },
    "referral_reason": {
        "not_eligible": _l("She does not meet their conditions"),
        "no_place": _l("They have no place"),
        "wrong_service": _l("It is for another service"),
        "not_reached": _l("She was not reached"),
        "she_declined": _l("She does not want it any more"),
        "help_given": _l("Help was given"),
        "right_opened": _l("A right was opened"),
        "passed_on": _l("Passed on to another service"),
        "no_need": _l("There was no need after all"),
    },
    # Why one moved by itself.
    "referral_ended": {
        "died": _l("The person died."),
        "corrected": _l("The answers that called for it were corrected."),
        "taken_back": _l("The answers that called for it came from another home."),
    },
    "field": {
        "referrals.partner": _l("Which service exactly"),
        "referrals.channel": _l("How it was sent"),
        "referrals.step": _l("What became of it"),
        "referrals.reason": _l("What came of it, or why not"),
        "referrals.said": _l("What was said"),
        "referrals.holder": _l("In whose hands"),
        "referral_links.days": _l("For how many days"),
        "referral_link.reason": _l("What came of it, or why not"),
        "referral_link.said": _l("What was said"),
        "referral_doors.partner": _l("Partner"),
        "referral_doors.days": _l("For how many days"),
        "referral_doors.landlord": _l("Landlord"),
        "referral_requests.why": _l("Why it is set aside"),
        "referral_requests.direction": _l("Who asks"),
        "referral_requests.code": _l("Service"),
        "referral_requests.partner": _l("Which service exactly"),
        "referral_requests.asked": _l("What is asked"),
        "referral_requests.basis": _l("What allows it"),
        "referral_requests.agreed_on": _l("The day she agreed"),
        "referral_requests.because": _l("Why without her agreement"),
        "referral_requests.decided_with": _l("Decided with"),
        "referral_form.last_name": _l("Last name"),
        "referral_form.first_name": _l("First name"),
        "referral_form.address": _l("Address"),
        "referral_form.phone": _l("Phone"),
        "referral_form.code": _l("Your service"),
        "referral_form.asked": _l("What you ask of us"),
        "referral_form.basis": _l("What allows it"),
        "referral_form.agreed_on": _l("The day she agreed"),
        "referral_form.because": _l("Why without her agreement"),
        "referral_form.sender": _l("Your name and function"),
        "referral_form.sender_at": _l("Your phone or e-mail"),
        "referrals_by_hand.direction": _l("Who asks"),
        "referrals_by_hand.code": _l("Service"),
        "referrals_by_hand.partner": _l("Which service exactly"),
        "referrals_by_hand.asked": _l("What is asked"),
        "referrals_by_hand.basis": _l("What allows it"),
        "referrals_by_hand.agreed_on": _l("The day she agreed"),
        "referrals_by_hand.because": _l("Why without her agreement"),
        "referrals_by_hand.decided_with": _l("Decided with"),
    },
    "accessed": {
        "referral_requests": _l("the requests that came by form"),
        "referral_request": _l("a request that came by form"),
        "referrals": _l("the list of referrals"),
        "referral": _l("a referral"),
        "referral_new": _l("a referral to open"),
        "referral_open": _l("a referral opened"),
        "referral_handed": _l("a referral put in somebody’s hands"),
        "referral_sent": _l("a referral sent"),
        "referral_reminded": _l("a referral, with a reminder"),
        "referral_acknowledged": _l("a referral acknowledged"),
        "referral_accepted": _l("a referral accepted"),
        "referral_done": _l("a referral done"),
        "referral_refused": _l("a referral refused"),
        "referral_withdrawn": _l("a referral withdrawn"),
        "referral_taken_back": _l("a step of a referral taken back"),
        "referral_link_made": _l("a link to a referral made"),
        "referral_link_revoked": _l("a link to a referral revoked"),
        "referral_by_link": _l("a referral, by its link"),
    },
}

REFUSALS: dict[str, Any] = {
    "referral_not_found": _l("There is no such referral, or your account may not see it."),
    "referral_cannot_move": _l("From where it stands it does not go there. Nothing was changed."),
    "referral_moved_meanwhile": _l(
        "Somebody noted something about this referral while you were reading. Nothing of yours was "
        "noted: read what was done, then say it again if it still holds."
    ),
    "referral_nothing_to_take_back": _l("There is no step to take back."),
    "referral_nobody_to_remind": _l("Nobody else has to answer this one now."),
    "referral_sharing_refused": _l(
        "She agreed to it once and refuses now that anything is shared: it cannot be sent. Ask her "
        "again, or withdraw it."
    ),
    "referral_not_sent": _l("Only a referral that was sent, and waits for an answer, has a link."),
    "referral_of_protected": _l(
        "She is protected: nothing of her is shown by a link. Tell the service yourself."
    ),
    "referral_link_not_found": _l("There is no link to revoke."),
    "referral_link_unknown": _l("This address is not complete, or nobody made it."),
    "referral_link_expired": _l("Its time is over."),
    "referral_link_revoked": _l("It was revoked, or it is no longer needed."),
    "referral_door_not_found": _l("There is no such address, or it is revoked already."),
    "referral_door_closed": _l(
        "This address is closed: its time is over, or it was revoked. Ask for a new one."
    ),
    "referral_door_full": _l(
        "So much came by this address today that no more is taken in. Nothing of it was lost: "
        "what you wrote stands below. Ring us, or send it tomorrow."
    ),
    "referral_request_not_found": _l("There is no such request, or your account may not see it."),
    "referral_request_settled": _l(
        "Somebody settled this request while you were reading. Nothing of yours was noted."
    ),
    "referral_request_elsewhere": _l(
        "She is a tenant of another landlord than the one that was asked. Nothing was opened."
    ),
}
