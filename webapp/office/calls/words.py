"""The words of calls and of what came of them, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "case": {
        "to_call": _l("To call"),
        "call_back": _l("To call back"),
        "agreed": _l("Agreed"),
        "planned": _l("Visit planned"),
        "visited": _l("Visited"),
        "refused": _l("Refused"),
        "unreachable": _l("Not reached"),
        "not_eligible": _l("Not concerned"),
    },
    # Where many cases stand, each in one place: who was visited may be called again by now.
    "stands": {
        "to_call": _l("To call"),
        "call_back": _l("To call back"),
        "agreed": _l("Agreed"),
        "planned": _l("Visit planned"),
        "visited": _l("Visited, nothing due now"),
        "refused": _l("Refused"),
        "unreachable": _l("Not reached"),
        "not_eligible": _l("Not concerned"),
        "closed": _l("Closed on the way"),
    },
    "accessed": {
        "case": _l("the call page"),
        "enrolment": _l("the call page"),  # what lines from before cases say
        "contact_attempt": _l("a call"),
        "call_taken_back": _l("an answer taken back"),
        "calls": _l("the call list"),
        "desk": _l("the call desk"),
        "ladder_step": _l("a letter or a card of the ladder of attempts"),
        "form_by_phone": _l("a form on the phone"),
        "form_begun_by_phone": _l("a form begun on the phone"),
        "form_put_down": _l("a form on the phone put down"),
        "form_answers_changed": _l("what a form on the phone answers"),
    },
    "calling_hours": {
        "morning": _l("Morning"),
        "midday": _l("Midday"),
        "afternoon": _l("Afternoon"),
        "evening": _l("Evening"),
    },
    "this_hour": {
        "wished": _l("This is one of the hours this person asked for."),
        "answered": _l("Somebody answered at this time of day before."),
        "in_vain": _l("Rung at this time of day before, without an answer: another one may do."),
    },
    "rung": {
        "call": _p("a step of the ladder", "Call"),
        "letter": _l("Letter"),
        "card": _l("Card for the door"),
    },
    "rung_state": {
        "done": _l("done"),
        "on_its_way": _l("made, and not sent yet"),
        "not_possible": _l("not possible"),
        "next": _p("a step of the ladder", "next"),
        "later": _l("later on"),
    },
    "acts_by": {
        "guardian": _l("Guardian of the person (court order)"),
        "curator": _l("Curator (court order)"),
        "family_mandate": _l("Family empowered by a court"),
        "protection_mandate": _l("Mandate for future protection"),
        "trusted_person": _l("Trusted person she named"),
        "relative": _l("Relative or neighbour, without a mandate"),
    },
    "disposition": {
        "agreed": _l("Agrees to the visit"),
        "refused": _l("Refuses"),
        "refused_by_family": _l("The family refuses"),
        "call_back": _l("Call back"),
        "well": _l("Reached: all is well"),
        "to_follow": _l("Reached: to follow up"),
        "no_answer": _l("No answer"),
        "wrong_number": _l("Wrong number"),
        "third_party": _l("Somebody else answered"),
        "language": _l("Another language: an interpreter is needed"),
        "interpreter": _l("Interpreter booked"),
        "letter_first": _l("Wants a letter first"),
        "not_by_phone": _l("Cannot be phoned: deaf, or by choice"),
        "agreed_by_other": _l("Somebody else agrees for the person"),
        "moved": _l("Has moved"),
        "dead": _l("Has died"),
        "in_hospital": _l("In hospital"),
        "wrong_address": _l("Wrong address"),
        "unsafe": _l("Not safe to go in"),
        "broken_off": _l("Visit broken off"),
    },
    "channel": {
        "phone": _l("Phone"),
        "incoming": _l("The person called us"),
        "letter": _l("Letter"),
        "door": _l("At the door"),
    },
    "refusal": {
        "R01": _l("Feels no need"),
        "R02": _l("Fears a move or a cost"),
        "R03": _l("Does not trust the landlord"),
        "R04": _l("Privacy"),
        "R05": _l("Health or tiredness"),
        "R06": _l("Is helped already"),
        "R07": _l("The family decides"),
        "R08": _l("Not the right time"),
        "R09": _l("Access, a dog"),
        "R10": _l("Language"),
        "R99": _l("Not said"),
        "broken_off": _l("Visit broken off"),
    },
    "field": {
        "call_back_at": _l("Call back on"),
        "disposition": _l("What came of it"),
    },
}

REFUSALS: dict[str, Any] = {
    "case_not_found": _l("There is no such case, or your account may not see it."),
    "do_not_contact": _l("This person asked not to be contacted. The call was not recorded."),
    "do_not_contact_here": _l(
        "This person asked not to be contacted for this programme. The call was not recorded."
    ),
    "refused_for_good": _l("This person refused and is not called again in this programme."),
    "refused_until": _l("This person refused and may be asked again, once, from %(until)s."),
    "with_another_caller": _l(
        "%(who)s is calling this person, or somebody of this home, just now."
    ),
    "case_closed": _l("This case is closed. Nothing was changed."),
    "asked_by_another": _l("%(who)s has begun this form on the phone and fills it in."),
    "form_answers_nothing_else": _l(
        "The form answers nothing else: put it down for later instead."
    ),
    "not_by_phone_here": _l("The programme does not have this asked on the phone."),
    "not_due_yet": _l("This is due from %(on)s on."),
    "form_not_open": _l("This form was sent or put down already. Nothing was changed."),
    "not_to_take_back": _l("This cannot be taken back, or not any more. Nothing was changed."),
    "step_not_next": _l("This is not the next step any more. Nothing was made."),
    "same_number": _l("This is the very number that was wrong."),
    "by_what_right": _l("Choose by what right somebody else agreed."),
    "who_required": _l("Note who agreed for this person."),
    "what_required": _l("Note what is to be followed up."),
    "language_required": _l("Note which language this person speaks."),
    "sure_required": _l("This ends the calls. Tick the box if you are sure."),
    "reopen_required": _l("This case is closed. Tick the box to open it again for this call."),
    "not_agreed_yet": _l("This person has not agreed yet. Record the call first."),
    "reason_required": _l("Choose the reason of the refusal."),
    "call_back_required": _l("Say when to call back."),
    "disposition_required": _l("Say what came of the call."),
}
