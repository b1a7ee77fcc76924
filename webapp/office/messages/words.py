"""The plain words of messages, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "message_kind": {
        "confirmed": _l("Visit confirmed"),
        "moved": _l("Visit moved"),
        "cancelled": _l("Visit cancelled"),
        "reminder": _l("Reminder, two days before"),
        "absence_card": _l("Card after a shut door"),
        "refusal_letter": _l("Answer to a refusal"),
        "first_letter": _l("Letter before a call"),
        "door_card": _l("Card for the door: not reached"),
        "to_conclude": _l("Conclusion to write"),
        "digest": _l("What waits, each morning"),
    },
    "message_channel": {
        "letter": _p("sent by post", "Letter"),
        "email": _p("how somebody is written to", "E-mail"),
        "text": _l("Text message"),
    },
    "message_state": {
        "waiting": _p("of a message", "Waiting"),
        "sent": _p("of a message", "Sent"),
        "failed": _l("Failed, tried again later"),
        "given_up": _l("Given up"),
        "stopped": _l("Stopped"),
    },
    "message_list": {
        "to_print": _l("Letters to print"),
        "not_out": _l("Did not go out"),
    },
    "message_why": {
        "overtaken": _l("what it said is so no longer"),
        "silent": _l("nothing is written to this person"),
        "no_way": _l("no way to write that this person agrees to"),
        "too_late": _l("its day came before it went out"),
        "no_address": _l("no address is known"),
        "email_not_now": _l("the mail server did not take it"),
        "email_refused": _l("the mail server knows no such address"),
        "text_not_now": _l("the provider of text messages did not take it"),
        "text_refused": _l("the provider of text messages refuses this number"),
    },
    "message_silence": {
        "no_reader": _l("she died, or her file is part of another"),
        "protected": _l("her file is protected"),
        "nothing_written": _l("nothing written comes to her: a measure says so"),
        "meet_elsewhere": _l("she is met elsewhere than at home: a measure says so"),
        "phone_read": _l("somebody else reads her phone: a measure says so"),
        "do_not_contact": _l("she asked not to be contacted"),
        "do_not_contact_here": _l("she asked not to be contacted for this programme"),
        "no_way": _l("she agreed to no way that fits"),
        "too_late_by_post": _l("the post would bring it too late"),
    },
    "message_place": {
        "name": _l("her name"),
        "day": _l("the day of the visit"),
        "time": _l("the hour of the visit"),
        "visitor": _l("who comes"),
        "landlord": _l("the landlord"),
        "ring": _l("whom to ring, as the papers say it"),
        "former_day": _l("the day it was before"),
        "former_time": _l("the hour it was before"),
    },
    "message_language": {"fr": _l("French"), "en": _l("English")},
    "timeline": {"message": _l("Messages")},
    "accessed": {
        "messages": _l("the list of messages"),
        "message": _l("a message"),
        "message_letters": _l("letters to print"),
        "person_messages": _l("the messages of a person"),
        "message_preview": _l("words of a message, tried on a visit"),
        "message_stopped": _l("a message stopped"),
        "message_stop_taken_back": _l("a stopped message that goes out after all"),
        "message_tried_again": _l("a message tried again"),
        "message_wish_noted": _l("how somebody wants to be written to"),
        "message_wish_withdrawn": _l("a wish how to be written to, withdrawn"),
        "letters_printed": _l("letters printed"),
        "letters_undone": _l("printed letters that wait again"),
    },
}

REFUSALS: dict[str, Any] = {
    "message_not_found": _l("There is no such message, or your account does not see it."),
    "message_not_waiting": _l("This message has gone out or was stopped already."),
    "message_on_its_way": _l("This message is being sent just now: look again in some minutes."),
    "message_not_stopped": _l("Nobody stopped this message by hand."),
    "message_not_failed": _l("This message has not failed."),
    "message_overtaken": _l("What this message says is so no longer, or nobody may get it."),
    "message_wish_not_found": _l("There is no such wish."),
    "message_wording_not_found": _l("There is no such version of these words."),
    "message_kind_not_found": _l("There is no such kind of message."),
    "no_letter_to_print": _l("No letter can be printed just now."),
    "print_run_not_found": _l("There is no such print run, or your account sees none of it."),
    "print_run_undone": _l("This print run was undone already."),
    "bad_mobile": _l("This is no French mobile number."),
    "place_unknown": _l("Such a message knows none of these places: take only those listed."),
    "braces_unpaired": _l("A brace { or } stands alone."),
}
