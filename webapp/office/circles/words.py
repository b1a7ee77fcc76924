"""The words of circles, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "circle_list": {
        "open": _p("several cases", "Open"),
        "silent": _l("No point this month"),
        "closed": _p("several cases", "Closed"),
        "all": _l("Put to the circle"),
    },
    "circle_moved": {
        "put": _l("put to the circle"),
        "visit": _l("visited"),
        "act": _l("an act of a support"),
        "pause": _l("away, in hospital perhaps"),
        "pause_over": _l("the end of being away"),
        "charge": _l("somebody else in charge"),
        "closed": _l("the case was closed"),
        "task_done": _l("a task of the circle done"),
        "landlord_agreed": _l("the landlord agreed"),
        "back_home": _l("back home"),
    },
    "agreed_how": {
        "spoken": _l("She said so"),
        "written": _l("She signed"),
        "guardian": _l("Her guardian said so"),
    },
    "circle_step": {
        "landlord_agreed": _l("The landlord agrees that she comes home"),
        "back_home": _l("She is back home"),
    },
    "accessed": {
        "circle": _l("the cases of a circle"),
        "circle_case": _l("a case of a circle"),
        "circle_meeting": _l("the agenda of a circle"),
        "circle_minutes": _l("the minutes of a circle"),
        "circle_tasks": _l("the tasks of circles"),
        "circle_put": _l("a case to put to a circle"),
        "circle_case_put": _l("a case put to a circle"),
        "circle_case_shared": _l("what a circle is told of a case"),
        "circle_agreement_ended": _l("the end of her agreement to be discussed"),
        "circle_case_withdrawn": _l("a case put to a circle by mistake"),
        "circle_landlord_agreed": _l("the landlord’s agreement to a return home"),
        "circle_back_home": _l("a return home"),
        "circle_step_withdrawn": _l("a step of a return home withdrawn"),
        "circle_point_noted": _l("a point of a circle noted"),
        "circle_point_withdrawn": _l("a point of a circle withdrawn"),
        "circle_task_given": _l("a task given out by a circle"),
        "circle_task_done": _l("a task of a circle done"),
        "circle_task_back": _l("a task of a circle to do again"),
        "circle_task_withdrawn": _l("a task of a circle withdrawn"),
    },
    "field": {
        "user": _l("Whom"),
        "shared": _l("What the circle is told"),
        "agreed_how": _l("How she agreed"),
        "ended_on": _l("She no longer agrees since"),
        "of_day": _l("Day"),
        "decision": _l("Decision"),
        "owner": _l("Who does it"),
        "done_on": _l("Done on"),
        "circle": _l("Circle"),
    },
}

REFUSALS: dict[str, Any] = {
    "circle_not_found": _l("There is no such circle, or you are not in it."),
    "circle_name_too_long": _l("This name is too long: 100 characters at most."),
    "circle_named_already": _l("A circle has this name already: choose another."),
    "circle_member_already": _l("She is in this circle already."),
    "circle_member_not_found": _l("Nobody of this circle is meant by that."),
    "circle_case_not_found": _l("There is no such case in your circles."),
    "circle_case_already": _l("This case is in the circle already. Nothing was changed."),
    "circle_shared_too_long": _l("This text is too long: 1,000 characters at most."),
    "circle_text_too_long": _l("This text is too long: 1,000 characters at most."),
    "circle_note_too_long": _l("This text is too long: 2,000 characters at most."),
    "circle_needs_agreement": _l(
        "Nobody is discussed who did not agree to it: say on which day she did."
    ),
    "circle_sharing_refused": _l(
        "She refuses that anything of her is shared: she cannot be put to a circle."
    ),
    "circle_too_early": _l("That is before what it follows: choose a later day."),
    "circle_step_noted_already": _l("That is noted already: withdraw it first if it is wrong."),
    "circle_step_not_found": _l("There is no such step here."),
    "circle_landlords_to_agree": _l(
        "Only somebody of her landlord’s notes that the landlord agrees."
    ),
    "circle_needs_landlord": _l(
        "Nobody is back home before her landlord agreed: note that agreement and its day first."
    ),
    "circle_is_back_home": _l("She is back home by this agreement: withdraw her return first."),
    "circle_meeting_not_found": _l("There is no such meeting of your circles."),
    "circle_meeting_open": _l("Another meeting is prepared: close its minutes first."),
    "circle_meeting_too_early": _l("Another meeting was held since: choose a later day."),
    "circle_meeting_followed": _l("Another meeting was called since: these minutes stay closed."),
    "circle_meeting_has_points": _l("Something was noted at this meeting: it stays."),
    "circle_meeting_to_come": _l("This meeting is still to come: points are noted on its day."),
    "circle_point_already": _l(
        "Somebody noted the point of this case meanwhile: read it, and withdraw it if it is wrong."
    ),
    "circle_point_not_found": _l("Nothing is noted of this case at this meeting."),
    "circle_task_already": _l("This very task is given out already. Nothing was changed."),
    "circle_task_not_found": _l("There is no such task here."),
    "circle_task_done": _l("Somebody did it already."),
    "circle_task_not_done": _l("It is still to do."),
    "circle_not_a_member": _l("Only somebody of the circle does what it gives out."),
    "circle_before_meeting": _l("That is before the meeting: choose a later day."),
}
