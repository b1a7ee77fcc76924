"""The words of what is to do in a case and of its end, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "task_kind": {
        "visit": _l("Visit"),
        "call": _l("Phone call"),
        "step": _l("Step of a path"),
        "review": _l("Review"),
        "check": _l("Check"),
        "answer": _l("Answer to give"),
    },
    "task_state": {
        "open": _l("To do"),
        "done": _l("Done"),
        "impossible": _l("Not possible"),
        "lapsed": _l("Lapsed"),
        "withdrawn": _l("Withdrawn"),
    },
    "task_list": {
        "due": _l("Due now"),
        "late": _l("Late"),
        "to_plan": _l("Visits to plan"),
        "soon": _l("Of the next 30 days"),
        "open_all": _l("All that is to do"),
    },
    "task_why": {
        "case_closed": _l("the case was closed"),
        "in_pause": _l("it fell in a pause"),
        "no_entry": _l("nobody enters that place"),
        "too_late": _l("it was too late, by the programme’s delay"),
        "refused": _l("she refused"),
        "step_back": _l("a step before it was taken back"),
        "call_taken_back": _l("the call it came of was taken back"),
        "other_version": _l("the case follows another version of its programme"),
    },
    "pause_why": {
        "in_hospital": _l("in hospital"),
    },
    "case_outcome": {
        "moved": _l("Moved away"),
        "dead": _l("Died"),
        "duplicate": _l("Duplicate of another case"),
    },
    "accessed": {
        "tasks": _l("the list of what is to do"),
        "language_help": _l("an interpreter asked for, booked or not needed"),
        "path_begun": _l("a path begun in a case"),
        "task_made": _l("something to do noted"),
        "task_given": _l("whose something to do is"),
        "task_closed": _l("what became of something to do"),
        "task_reopened": _l("something to do again"),
        "case_opened": _l("a case opened"),
        "case_closed": _l("the end of a case"),
        "case_scored": _l("points given to a case"),
        "case_tier": _l("the tier of a case changed"),
        "case_reopened": _l("a case opened again"),
        "case_in_charge": _l("who is in charge of a case"),
        "case_charge_back": _l("a hand-over taken back"),
        "case_paused": _l("a pause in a case"),
        "case_pause_ended": _l("a pause taken back"),
    },
    "field": {
        "ending": _l("What it came to"),
        "tier": _l("Tier"),
        "path": _l("Path"),
        "on": _l("Day"),
        "why": _l("Why"),
        "what": _l("What"),
        "due_on": _l("Due by"),
        "organisation_id": _l("Organisation in charge"),
        "referent_id": _l("Referent"),
    },
}

REFUSALS: dict[str, Any] = {
    "interpreter_not_found": _l("No such interpreter is noted."),
    "case_scored": _l("This case has its points. Nothing was changed."),
    "in_tier_already": _l("The case is in this tier already. Nothing was changed."),
    "motive_not_listed": _l(
        "This programme lists why a case is opened: choose from the list, and write nothing beside."
    ),
    "motive_required": _l("This programme asks why: choose one of the motives it lists."),
    "motive_of_none": _l("The programme chosen does not list this motive. Write what for."),
    "case_does_not_fit": _l(
        "This programme is not for her, by what is known: %(facts)s. Nothing was changed."
    ),
    "case_outside_public": _l(
        "This programme is for others, by what is known: %(facts)s. Say why this person is taken"
        " all the same, or choose another programme."
    ),
    "case_elsewhere": _l("This case stands elsewhere by now. Nothing was changed; look again."),
    "case_open": _l("This case is open. Nothing was changed."),
    "case_open_already": _l(
        "This person has another open case in the programme. Nothing was changed; go on there."
    ),
    "person_died": _l("This person died. Take that back first, if it is a mistake."),
    "task_not_found": _l("There is no such thing to do, or your account may not see it."),
    "task_planned": _l("A visit is planned for this. Nothing was changed; cancel the visit first."),
    "task_done_by_visit": _l("A visit did this. Nothing was changed."),
    "task_theirs_already": _l("It is theirs already. Nothing was changed."),
    "task_closed": _l("This is closed already. Nothing was changed."),
    "refusal_stops_it": _l("This person refused. Nothing was changed; note her answer first."),
    "path_under_way": _l("This case is on that path already. Nothing was changed."),
    "step_left": _l(
        "This step is on the path no more: it was taken back with one before it, or the path was"
        " begun again. Nothing was changed."
    ),
    "note_the_call": _l("Note the call instead: what came of it closes this. Nothing was changed."),
    "task_open": _l("This is still to do. Nothing was changed."),
    "visits_in_pause": _l("Visits are planned in those days: say which of them stand."),
    "pause_over": _l("This pause is over. Nothing was changed."),
    "dead_not_noted": _l(
        "A death is noted on the person’s page, with its day: it closes all her cases, and can be "
        "taken back."
    ),
    "moved_not_noted": _l(
        "A move is noted on the person’s page, with its day: it closes the cases that end by it, "
        "and can be taken back."
    ),
    "must_not_be_past": _l("Choose today or a day to come."),
    "must_not_be_future": _l("Choose today or a day before."),
    "before_opening": _l("The case was not open yet that day."),
    "after_due": _l("Choose a day before the last one."),
    "before_start": _l("Choose a day after the first one."),
    "too_far": _l("A pause lasts a year at most."),
    "of_another_organisation": _l("This person works for another organisation."),
    "no_mandate_here": _l("This organisation has no mandate for this programme and area today."),
    "referent_sees_nothing": _l("This account may not see this case, or is closed."),
    "in_charge_already": _l("They are in charge already. Nothing was changed."),
    "charge_replaced": _l("Somebody else was put in charge meanwhile. Nothing was changed."),
    "charge_was_gone": _l(
        "Those who were in charge before may not be any more: their mandate is over, or their "
        "account is closed. Choose somebody else."
    ),
}
