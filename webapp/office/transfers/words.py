"""The words of moves to another home, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "wish_state": {
        "open": _l("Open wishes"),
        "waiting": _l("Waits for a home"),
        "offered": _l("A home is offered"),
        "accepted": _l("Accepted, to move"),
        "done": _l("Has moved"),
        "withdrawn": _l("Withdrawn wish"),
    },
    "wish_reason": {
        "stairs": _l("The stairs"),
        "not_adaptable": _l("The home cannot be adapted"),
        "too_large": _l("Too large"),
        "too_small": _l("Too small"),
        "family": _l("Closer to family"),
        "services": _l("Closer to shops and doctors"),
        "neighbours": _l("The neighbours"),
        "cost": _l("Rent and charges"),
    },
    "offer_answer": {"accepted": _l("Accepted"), "refused": _l("Refused")},
    "offer_refusal": {
        "too_far": _l("Too far"),
        "too_small": _l("Too small"),
        "rent": _l("The rent"),
        "access": _l("Hard to get in or about"),
        "neighbourhood": _l("The neighbourhood"),
        "not_ready": _l("Not ready to leave yet"),
        "changed_mind": _l("Wishes to stay after all"),
    },
    "wish_ended": {"died": _l("The person died.")},
    "field": {
        "transfer_wishes.reasons": _l("Why"),
        "transfer_wishes.asked_on": _l("Asked on"),
        "transfer_wishes.wish": _l("In her own words"),
        "transfer_wishes.dwelling": _l("The home"),
        "transfer_wishes.answer": _l("Answer"),
        "transfer_wishes.reason": _l("Why not"),
        "transfer_wishes.said": _l("What she says of it"),
        "transfer_wishes.state": _l("What became of it"),
        "transfer_wishes.why": _l("Why it is withdrawn"),
    },
    "accessed": {
        "transfers": _l("the list of moves"),
        "awaited_homes": _l("homes that somebody waits for"),
        "transfer": _l("a wish to move"),
        "transfer_new": _l("a wish to move, to open"),
        "transfer_open": _l("a wish to move, opened"),
        "transfer_offer": _l("a home offered"),
        "transfer_accepted": _l("an offered home accepted"),
        "transfer_refused": _l("an offered home refused"),
        "transfer_taken_back": _l("an offer or its answer taken back"),
        "transfer_done": _l("a move that is done"),
        "transfer_withdrawn": _l("a wish to move, withdrawn"),
        "transfer_reopened": _l("a wish to move, opened again"),
    },
}

REFUSALS: dict[str, Any] = {
    "wish_not_found": _l("There is no such wish to move, or your account may not see it."),
    "wish_already_open": _l("She has a wish to move that is open."),
    "wish_too_long_ago": _l("That is more than five years ago: look at the year again."),
    "wish_changed_meanwhile": _l(
        "Somebody changed this wish while you were reading. Nothing of yours was noted: read what "
        "was done, then say it again if it still holds."
    ),
    "wish_does_not_wait": _l("A home is offered already, or the wish is closed."),
    "wish_is_closed": _l("This wish is closed. Nothing was changed."),
    "wish_is_open": _l("This wish is open. Nothing was changed."),
    "home_not_free": _l("This home is not known to be free, or to fall free."),
    "home_is_offered": _l("This home is offered to somebody else already."),
    "home_never_for_these_needs": _l(
        "This home misses something she must have, or is not known to be reached without stairs: "
        "it is never proposed to her."
    ),
    "no_offer_to_answer": _l("No offer waits for an answer."),
    "no_offer_to_take_back": _l("There is no offer to take back."),
    "wish_of_who_died": _l("This person died: no wish of hers can be opened."),
    "has_not_moved_yet": _l(
        "She does not live in the home she accepted yet: note the move on her page, or wait for "
        "the landlord’s file, and the wish is done by itself."
    ),
    "nothing_accepted": _l("No home was accepted: the move cannot be done."),
}
