"""The words of collective sessions, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "session_kind": {
        "workshop": _l("Workshop"),
        "course": _l("Course"),
        "outing": _l("Outing"),
        "information": _l("Information meeting"),
    },
    "session_state": {
        "planned": _l("Session planned"),
        "held": _l("Session held"),
        "cancelled": _l("Session cancelled"),
    },
    "session_list": {
        "to_come": _l("Sessions to come"),
        "to_confirm": _l("Past, to be confirmed"),
    },
    "session_presence": {
        "came": _l("Present"),
        "absent": _l("Absent"),
        "excused": _l("Excused"),
        "enrolled": _l("On the list"),
    },
    "figure": {
        "sessions": _l("Group sessions"),
        "sessions_held": _l("Sessions held"),
        "sessions_came": _l("Attendances"),
    },
    "timeline": {"session": _l("Group sessions")},
    "accessed": {
        "group_session": _l("who comes to a group session"),
        "signature_sheet": _l("the signature sheet of a group session"),
        "session_enrolled": _l("somebody enrolled in a group session"),
        "session_seat_given": _l("a seat in a group session given"),
        "session_withdrawn": _l("somebody taken off a group session"),
        "session_presence": _l("who came to a group session noted"),
    },
    "field": {
        "group_sessions.came": _l("How many came"),
        "session_attendance.came": _l("How many came"),
        "session_planning.programme": _l("Programme"),
        "session_planning.landlord": _l("Landlord"),
        "session_planning.title": _l("Title"),
        "session_planning.day": _l("Day and time"),
        "session_planning.minutes": _l("How long, in minutes"),
        "session_planning.weeks": _l("Weeks in a row"),
        "session_planning.residence": _l("Residence"),
        "session_planning.place": _l("Where"),
        "session_planning.capacity": _l("Seats"),
        "session_planning.held_by": _l("Held by"),
        "session_planning.held_by_name": _l("Name of the other organisation"),
        "session_planning.cost": _l("Cost"),
        "session_planning.payer": _l("Who pays"),
        "group_sessions.why": _l("Why it is cancelled"),
        "group_sessions.act": _l("What to do"),
    },
}

REFUSALS: dict[str, Any] = {
    "session_not_found": _l("There is no such session, or your account may not see it."),
    "session_planned_already": _l(
        "A session of this title is planned at this hour already. Nothing was changed."
    ),
    "session_changed_meanwhile": _l(
        "Somebody changed this session while you were reading. Nothing of yours was noted: read "
        "what was done, then say it again if it still holds."
    ),
    "session_is_cancelled": _l("This session is cancelled: take that back first."),
    "session_is_to_come": _l("This session has not begun: it cannot have been held."),
    "session_stands_elsewhere": _l("From where it stands it does not go there."),
    "attendance_is_noted": _l(
        "It is noted who came, or how many: withdraw that first. Nothing was changed."
    ),
    "fewer_seats_than_taken": _l("More seats than that are taken."),
    "enrolment_not_found": _l("She is not on this list, or your account may not see her."),
    "enrolled_already": _l("She is on this list already. Nothing was changed."),
    "session_is_full": _l(
        "No seat is left. Put her on the waiting list, or say first that there are more seats."
    ),
    "has_a_seat": _l("She has a seat already. Nothing was changed."),
    "waits_for_a_seat": _l("She waits for a seat: give her one first."),
    "who_died_comes_no_more": _l("This person has died."),
    "too_young_for_session": _l("She is under 16 on that day: nobody so young is enrolled."),
    "presence_is_noted": _l("It is noted whether she came: take that back first."),
    "number_is_noted": _l("A number without names is noted: withdraw it first."),
    "persons_are_noted": _l("It is noted who came: take that back before you note a number."),
    "no_number_noted": _l("No number is noted, or somebody withdrew it meanwhile."),
    "session_was_not_held": _l("Note first that the session was held."),
    "bad_session_number": _l("Write a whole number, from 0 to 1,000."),
    "more_than_seats": _l("That is more than there are seats."),
    "session_too_far_away": _l("Choose days from three years ago to two years ahead."),
    "held_is_not_to_come": _l("This session was held: its day cannot be to come."),
    "session_without_place": _l("Say where: a residence, or another place."),
    "one_place_alone": _l("Say a residence or another place, not both."),
    "no_such_residence": _l("There is no such residence among those you look after."),
    "two_residences": _l("Several residences are called so: write the reference."),
    "line_too_long": _l("This text is too long: 120 characters at most."),
    "session_note_too_long": _l("This note is too long: 2,000 characters at most."),
    "session_why_too_long": _l("This text is too long: 200 characters at most."),
    "bad_session_minutes": _l("Write a whole number of minutes, from 5 to 1,440."),
    "bad_session_weeks": _l("Write a whole number of weeks, from 1 to 52."),
    "bad_session_capacity": _l("Write a whole number of seats, from 1 to 1,000."),
    "bad_session_cost": _l("Write an amount in euros, of 1,000,000 at most: 120 or 120,50."),
}
