"""The words of a person’s file, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "alert": {
        "no_voicemail": _l("Leave no message on the phone"),
        "plain_clothes": _l("Come without a badge or uniform that shows"),
        "call_helper_first": _l("Call the relative or helper first"),
        "hard_of_hearing": _l("Hard of hearing: ring long, speak up"),
        "slow_to_the_door": _l("Needs time to come to the door"),
        "interpreter": _l("Come with an interpreter"),
        "two_visitors": _l("Go two together"),
        "pet_in_the_home": _l("An animal: have it shut away first"),
        "meet_elsewhere": _l("Meet outside the home"),
    },
    "alert_kind": {"discretion": _l("Discretion"), "safety": _l("Safety")},
    "consent": {
        "visit": _l("The visit"),
        "health": _l("Health questions"),
        "photos": _l("Photos"),
        "sharing": _l("Sharing with partners"),
    },
    "occupant": {
        "holder": _l("Leaseholder"),
        "spouse": _l("Spouse"),
        "child": _l("Child"),
        "other": _l("Other occupant"),
        "guarantor": _l("Guarantor"),
        "guardian": _l("Guardian"),
        "former_spouse": _l("Former spouse"),
        "carer": _l("Carer"),
    },
    "life_event": {
        "death": _l("Death"),
        "move_out": _l("Moved out"),
        "move_in": _l("Moved in"),
    },
    "how_told": {
        "phone": _l("told on the phone"),
        "door": _l("told at the door"),
        "page": _l("noted on this page"),
        "import": _l("told by the landlord’s file"),
    },
    "access": {"read": _l("Read"), "write": _l("Change")},
    "accessed": {
        "person_file": _l("the file"),
        "life_event_noted": _l("a death or a move noted"),
        "life_event_taken_back": _l("a death or a move taken back"),
        "part_refused": _l("a part of the visit refused"),
        "part_allowed": _l("a part of the visit no longer refused"),
        "phone_changed": _l("a phone number noted or corrected"),
        "people_search": _l("a search for persons"),
        "alert_noted": _l("a measure noted"),
        "alert_reviewed": _l("a measure reviewed"),
        "alert_ended": _l("a measure ended"),
        "protected": _l("protection"),
        "unprotected": _l("end of the protection"),
        "named_access": _l("a person named"),
        "external_score": _l("a score from elsewhere"),
    },
    "refused_part": {
        "health": _l("Health questions"),
        "photos": _l("Photos"),
        "works": _l("Works"),
        "sharing": _l("Sharing with partners"),
    },
    "field": {
        "assessed_on": _l("Established on"),
        "author": _l("Established by"),
        "maximum": _l("Out of"),
        "score": _l("Score"),
        "users": _l("Who works with this person"),
        "happened_on": _l("Day of the death or of the move"),
        "where_to": _l("Where to"),
        "home": _l("Home"),
    },
}

REFUSALS: dict[str, Any] = {
    "person_not_found": _l("There is no such person, or your account may not see this file."),
    "measure_not_found": _l("This measure is not there any more."),
    "alert_already_noted": _l("This measure is noted already. Nothing was changed."),
    "household_changed": _l(
        "Who lives there changed meanwhile. Nothing was changed: look at the list again."
    ),
    "already_died": _l("This death is noted already. Nothing was changed."),
    "before_birth": _l("This person was not born yet that day."),
    "before_lease": _l("This person did not live there yet that day."),
    "does_not_live_there": _l("This person does not live there. Nothing was changed."),
    "already_protected": _l("This file is protected already."),
    "bad_phone": _l("This is no phone number. Example: 06 39 98 00 01."),
    "number_not_found": _l("This number is not there any more. Nothing was changed."),
    "refusal_not_found": _l("This was taken back already. Nothing was changed."),
    "bad_score": _l("A number is expected, such as 12 or 4.5."),
    "score_out_of_range": _l("Choose a number from 0 to 10,000."),
    "score_over_maximum": _l("The score is over its maximum."),
    "bad_gir": _l("A GIR is a whole number from 1 to 6."),
    "day_to_come": _l("This day is still to come."),
    "day_too_early": _l("This day is too long ago, or before the person was born."),
}
