"""The words of places and stays, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "place_kind": {
        "room": _p("a place", "Room"),
        "flat": _l("Whole flat"),
        "studio": _l("Studio"),
        "common": _l("Common room"),
        "caretaker": _l("Caretaker’s flat"),
    },
    "contract": {
        "renewable": _l("renewable"),
        "once": _l("renewable once"),
        "never": _l("not renewable"),
        "permanent": _l("permanent"),
    },
    "place_state": {
        "standing": _l("Those that count"),
        "withdrawn": _l("Those withdrawn"),
        "all": _l("All places"),
    },
    "stay_kind": {
        "temporary": _l("Temporary"),
        "permanent": _l("Permanent"),
        "emergency": _l("Emergency"),
        "sub_let": _l("Sub-let"),
        "sliding": _l("Sliding lease"),
    },
    "exit_to": {
        "slid": _l("The lease became her own"),
        "own_stock": _l("A home of ours"),
        "other_landlord": _l("A home of another landlord"),
        "another_place": _l("Another place"),
        "family": _l("Family or friends"),
        "care": _l("A nursing home"),
        "hospital": _l("Hospital"),
        "no_home": _l("No home"),
        "unknown": _l("Not known where"),
        "died": _l("Died"),
    },
    "stay_state": {
        "open": _l("Under way"),
        "soon": _l("Over within 60 days"),
        "over": _l("Past their end"),
        "ended": _l("Ended"),
        "withdrawn": _l("Withdrawn"),
        "all": _l("All stays"),
    },
    "complaint_about": {
        "home": _l("The place itself"),
        "cleanliness": _l("Cleanliness"),
        "noise": _l("Noise"),
        "neighbours": _l("Neighbours"),
        "safety": _l("Safety"),
        "services": _l("Linen, laundry and other services"),
        "fee": _l("The fee and what it is made of"),
        "staff": _l("How one is received"),
        "other": _l("Something else"),
    },
    "complaint_state": {
        "open": _l("Not answered yet"),
        "late": _l("Not answered in time"),
        "mine": _l("Mine to answer"),
        "in_time": _l("Answered in time"),
        "too_late": _l("Answered too late"),
        "withdrawn": _l("Withdrawn"),
        "all": _l("All complaints"),
    },
    # Why a stay ended or was withdrawn by itself.
    "stay_undone": {
        "died": _l("The person died."),
        "moved": _l("The person has moved."),
        "no_entry": _l("The entry was taken back."),
    },
    "timeline": {"stay": _l("Stays"), "complaint": _l("Complaints")},
    "accessed": {
        "stays": _l("the list of stays"),
        "stay": _l("a stay"),
        "stay_new": _l("a stay, to begin"),
        "stay_begun": _l("a stay begun"),
        "stay_renewed": _l("a stay renewed"),
        "stay_ended": _l("a stay ended"),
        "stay_taken_back": _l("the end or a renewal of a stay taken back"),
        "stay_withdrawn": _l("a stay withdrawn"),
        "complaints": _l("the list of complaints"),
        "complaint": _l("a complaint"),
        "complaint_new": _l("a complaint, to note"),
        "complaint_noted": _l("a complaint noted"),
        "complaint_taken_on": _l("a complaint taken on"),
        "complaint_handed": _l("a complaint handed to a colleague"),
        "complaint_answered": _l("a complaint answered"),
        "complaint_answer_taken_back": _l("the answer to a complaint taken back"),
        "complaint_withdrawn": _l("a complaint withdrawn"),
        "complaint_put_back": _l("a complaint put back"),
        "place": _l("the page of a place"),
        "places": _l("the places of a residence"),
    },
    "field": {
        "stays.place": _p("a stay", "Place"),
        "stays.kind": _l("Kind"),
        "stays.from_on": _l("From"),
        "stays.case": _l("Her case"),
        "stays.ended_on": _l("Ended on"),
        "stays.exit_to": _l("Where to"),
        "stays.why": _l("Why"),
        "posts.what": _p("a post", "What it is"),
        "posts.full_time": _l("How much of a full time"),
        "posts.from_on": _l("From"),
        "posts.until_on": _l("Last day; empty: it goes on"),
        "posts.why": _l("Why it is withdrawn"),
        "complaints.about": _l("What about"),
        "complaints.words": _l("What was said"),
        "complaints.made_on": _l("Made on"),
        "complaints.owner": _l("Whose"),
        "complaints.answer": _l("What was answered"),
        "complaints.answered_on": _l("Answered on"),
        "complaints.why": _l("Why it is withdrawn"),
        "places.dwelling": _l("Dwelling"),
        "places.kind": _l("What it is"),
        "places.name": _l("What it is called"),
        "places.contract": _l("Contract"),
        "places.months": _l("Months"),
        "places.fee": _l("Fee a month, in euros"),
        "places.since_on": _l("A place since"),
        "places.why": _l("Why it is withdrawn"),
    },
}

REFUSALS: dict[str, Any] = {
    "place_not_found": _l("There is no such place, or your account may not see it."),
    "place_changed_meanwhile": _l(
        "Somebody changed this place while you were reading. Nothing of yours was noted: read what "
        "it is now, then say it again if it still holds."
    ),
    "place_withdrawn": _l("This place was withdrawn. Nothing was changed."),
    "place_not_withdrawn": _l("This place counts already. Nothing was changed."),
    "place_name_taken": _l("A place of this dwelling has this name already."),
    "place_whole_dwelling": _l(
        "A whole flat, a studio or a caretaker’s flat takes up its dwelling: nothing else is a "
        "place there."
    ),
    "place_kind_stays": _l("A place stays what it is: withdraw it and add another one."),
    "place_none_to_stay": _l(
        "Nobody stays in a common room or a caretaker’s flat: leave it empty."
    ),
    "place_stayed_in_before": _l("Somebody stayed there before that day: choose an earlier one."),
    "place_permanent_months": _l("A permanent contract has no months: leave it empty."),
    "place_months_out_of_range": _l("Write a whole number of months, from 1 to 36."),
    "place_fee_out_of_range": _l("Write an amount in euros, such as 498.50, of 5,000 at most."),
    "place_name_too_long": _l("This name is too long: 60 characters at most."),
    "place_why_too_long": _l("This text is too long: 300 characters at most."),
    "place_nobody_stays_in": _l("Nobody can stay in this place: it is none, or was withdrawn."),
    "place_does_not_fit": _l(
        "This place misses something she must have, or is not known to be reached without stairs. "
        "Nothing was noted."
    ),
    "place_is_taken": _l("Somebody stays in this place in these days. Nothing was changed."),
    "stay_not_found": _l("There is no such stay, or your account may not see it."),
    "stay_changed_meanwhile": _l(
        "Somebody changed this stay while you were reading. Nothing of yours was noted: read what "
        "was done, then say it again if it still holds."
    ),
    "stay_elsewhere": _l("She stays in another place in these days: end that stay first."),
    "stay_of_who_died": _l("This person died. Nothing was changed."),
    "stay_under_16": _l("This person is under 16 on that day: nobody so young stays alone."),
    "stay_kind_not_here": _l("The contract of this place does not go with such a stay."),
    "stay_too_far_ahead": _l("Choose a day within three months."),
    "stay_before_place": _l("The place is one only after that day."),
    "stay_is_permanent": _l("A permanent contract has no end: there is nothing to renew."),
    "stay_renewed_enough": _l("This contract was renewed as often as it allows."),
    "stay_never_renewed": _l("This contract is not renewed."),
    "stay_term_to_come": _l("The term agreed on last has not begun: it is renewed after that."),
    "stay_ends_before_it_began": _l("Choose a day after the one on which it began."),
    "stay_slides_not": _l("Only a sliding lease becomes the tenant’s own."),
    "stay_is_over": _l("This stay is over. Nothing was changed."),
    "stay_withdrawn": _l("This stay was withdrawn. Nothing was changed."),
    "stay_nothing_to_take_back": _l("There is nothing to take back but the stay itself."),
    "post_not_found": _l("There is no such post."),
    "post_no_part": _l("Write a number above nothing, such as 0.5 or 1; 50 at most."),
    "post_ends_before": _l("The last day comes before the first one."),
    "complaint_not_found": _l("There is no such complaint, or your account may not see it."),
    "complaint_changed_meanwhile": _l(
        "Somebody changed this complaint while you were reading. Nothing of yours was noted: read "
        "what was done, then say it again if it still holds."
    ),
    "complaint_before_stay": _l("The stay began after that day: choose a later one."),
    "complaint_answered_before": _l("It was made after that day: choose a later one."),
    "complaint_noted_already": _l("This very complaint is noted already. Nothing was changed."),
    "complaint_yours_already": _l("This complaint is yours already. Nothing was changed."),
    "complaint_answered_already": _l(
        "This complaint was answered: take the answer back first. Nothing was changed."
    ),
    "complaint_not_answered": _l("There is no answer to take back. Nothing was changed."),
}
