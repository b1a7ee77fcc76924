"""The words of appointments and doors, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "left_behind": {
        "card": _l("a visiting card"),
        "note": _l("a handwritten note"),
        "leaflet": _l("a leaflet"),
    },
    "visit": {
        "planned": _l("Planned"),
        "under_way": _l("Under way"),
        "done": _l("Carried out"),
        "failed": _l("Did not take place"),
        "cancelled": _l("Called off"),
    },
    "weekday": {
        "0": _l("Monday"),
        "1": _l("Tuesday"),
        "2": _l("Wednesday"),
        "3": _l("Thursday"),
        "4": _l("Friday"),
        "5": _l("Saturday"),
        "6": _l("Sunday"),
    },
    "agenda_view": {
        "week": _l("Week"),
        "day": _l("Day"),
        "month": _l("Month"),
        "list": _l("List"),
    },
    "day_part": {"morning": _l("In the morning"), "afternoon": _l("In the afternoon")},
    "day_kind": {
        "less": _l("does not work then"),
        "more": _l("works then too"),
    },
    "skill": {
        "falls": _l("Falls and balance"),
        "energy": _l("Energy and eco-kits"),
        "adaptation": _l("Adapted homes"),
        "memory": _l("Memory troubles"),
        "hoarding": _l("Crowded homes"),
        "young": _l("Young tenants"),
        "digital": _l("Digital help"),
    },
    "spoken": {
        "ar": _l("Arabic"),
        "en": _p("spoken", "English"),
        "es": _l("Spanish"),
        "fsl": _l("French sign language"),
        "it": _l("Italian"),
        "pl": _l("Polish"),
        "pt": _l("Portuguese"),
        "ro": _l("Romanian"),
        "ta": _l("Tamil"),
        "tr": _l("Turkish"),
    },
    "absence": {
        "away_holiday": _l("Leave"),
        "away_ill": _l("Sick leave"),
        "away_training": _l("Training"),
        "away_other": _l("Other reason"),
    },
    "absence_list": {
        "to_come": _l("Absences to come"),
        "past": _l("Past absences"),
        "withdrawn": _l("Absences taken back"),
        "all": _l("All absences"),
    },
    "absence_change": {
        "moved": _l("Visits moved"),
        "handed_over": _l("Visits handed over"),
        "given_back": _l("Visits given back to be planned"),
    },
    "task_why": {"visitor_was_away": _l("the visitor was away")},
    "accessed": {
        "agenda": _l("the agenda"),
        "visit_wish": _l("what is asked of visits"),
        "calendar_feed": _l("a visitor’s visits read by her calendar"),
        "agenda_visit": _l("a visit of the agenda"),
        "absence_visits": _l("the visits of a visitor who is away"),
        "visit_planned": _l("a visit planned"),
        "visit_moved": _l("a visit moved"),
        "second_visitor_said": _l("who goes along on a visit"),
        "visit_cancelled": _l("a visit cancelled"),
        "visit_failed": _l("a visit that did not take place"),
        "visit_begun_beside": _l("a visit begun beside another"),
        "tablet_beside": _l("what is due in a home that is visited"),
        "diary": _l("a visitor's appointments"),
    },
    "field": {
        "visitors.weekday": _l("Day of the week"),
        "visitors.from_time": _l("From (hour)"),
        "visitors.until_time": _l("Until (hour)"),
        "visitors.first_on": _l("From the day"),
        "visitors.last_on": _l("Until the day"),
        "visitors.start": _l("Sets out from"),
        "visitors.day-on_day": _l("Day"),
        "visitors.day-kind": _l("What is otherwise"),
        "visitors.day-from_time": _l("From (hour)"),
        "visitors.day-until_time": _l("Until (hour)"),
        "visitors.buffer": _l("Minutes between visits"),
        "visitors.most": _l("Visits a day, at most"),
        "visitors.languages": _l("Languages beside French"),
        "visitors.skills": _l("Skills"),
        "absences.first_on": _l("First day"),
        "absences.last_on": _l("Last day"),
        "absences.kind": _l("Reason"),
        "absences.note": _l("Note"),
        "absences.visits": _l("Visits of those days"),
        "absences.why": _l("Why"),
        "agenda.reason": _l("Why"),
        "agenda.with": _l("The other visit"),
        "insist": _l("Why"),
        "attended_by": _l("Who must be there too"),
        "with": _l("In the same visit"),
        "left_behind": _l("What was left at the door"),
        "minutes": _l("Minutes"),
        "outcome": _l("What happened at the door"),
        "start_at": _l("Date and time"),
        "visitor_id": _l("Visit by"),
    },
}

REFUSALS: dict[str, Any] = {
    "wish_required": _l("Ask for something first: nothing was kept."),
    "visit_wish_not_found": _l("No such wish for visits is noted."),
    "visitor_not_found": _l("There is no such visitor, or you do not keep her days."),
    "hours_not_found": _l("These hours are not noted, or somebody withdrew them meanwhile."),
    "hours_noted_already": _l("Hours are noted then already: withdraw those first."),
    "hours_end_first": _l("Hours end after they begin."),
    "day_noted_already": _l("This day is noted already: withdraw that first."),
    "start_not_found": _l(
        "There is no such residence with a known position among those you look after. Write a "
        "position such as 49.43, 2.08."
    ),
    "bad_visitor_buffer": _l("Write a whole number of minutes, from 0 to 120."),
    "bad_visitor_most": _l("Write a whole number of visits, from 1 to 20."),
    "absence_not_found": _l("There is no such absence, or you do not keep her days."),
    "absent_then_already": _l(
        "An absence from %(first)s to %(last)s is noted already: two do not overlap."
    ),
    "calendar_feed_closed": _l("This address is open no more: ask for a new one."),
    "calendar_feed_not_found": _l("No address is open, or somebody revoked it meanwhile."),
    "swapped_overlap": _l("Swapped, these two visits of one visitor would overlap."),
    "not_planned_together": _l("No visit to this person waits to be planned in this home."),
    "absence_too_long": _l("An absence lasts a year at most."),
    "visits_in_absence": _l("Say what becomes of each of these visits."),
    "absence_is_over": _l("This absence is over, or was taken back. Nothing was changed."),
    "visitor_absent_then": _l(
        "This visitor is absent that day. Tick the box and say why, or choose another day."
    ),
    "visitor_not_available_then": _l(
        "This visitor does not work at that hour. Tick the box and say why, or choose another hour."
    ),
    "visitor_full_then": _l(
        "This visitor has as many visits that day as she makes. "
        "Tick the box and say why, or choose another day."
    ),
    "visit_not_found": _l("There is no such visit, or it is not one of yours."),
    "different_report": _l("Another report with this number is already kept. It stays as it is."),
    "visit_already_planned": _l("A visit is planned already. Move it or cancel it first."),
    "visit_under_way": _l("A visit is under way. Whoever stands there tells what came of it."),
    "visit_moved_meanwhile": _l(
        "Somebody moved this visit meanwhile; yours was not done. "
        "See where it is now, then move it if that still holds."
    ),
    "visit_not_planned": _l("This visit is over. Nothing was changed."),
    "unknown_visitor": _l("Choose a visitor from the list."),
    "second_is_the_first": _l("Choose somebody else: this visitor goes already."),
    "visitor_without_mandate": _l(
        "The organisation of this visitor has no mandate for this programme and area on that day."
    ),
    "visitor_not_named": _l("Only a visitor named for this protected file may go."),
    "visitor_busy_with": _l("This visitor is with %(name)s then (%(at)s)."),
    "visit_on_sunday": _l("This is a Sunday. Tick the box and say why, or choose another day."),
    "visit_on_holiday": _l(
        "This is a public holiday. Tick the box and say why, or choose another day."
    ),
    "visit_at_night": _l(
        "This visit would begin before 8:00 or end after 20:00. "
        "Tick the box and say why, or choose another hour."
    ),
    "paused_then": _l(
        "This case is in a pause until %(until)s. Tick the box and say why, or choose another day."
    ),
    "home_visited_then": _l(
        "Somebody else is visited in this home at the same time. "
        "Tick the box and say why, or choose another hour."
    ),
    "visitor_busy": _l("This visitor has another visit then."),
    "outcome_required": _l("Say what happened at the door."),
    "bad_duration": _l("A visit takes 15 to 480 minutes."),
}
