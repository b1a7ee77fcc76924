"""What is said when an ending was taken back: what came back with it, and what could not."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from visits.life.endings import GivenBack
from visits.models.visits import Visit
from webapp.frame.languages import moment


def visits_back(planned: Sequence[Visit], lost: Sequence[Visit]) -> list[tuple[str, str]]:
    """Say which visits are in the diary again and which are to be planned, each with its tone."""
    said = []
    if planned:
        when = ", ".join(moment(visit.planned_start_at) for visit in planned)
        text = ngettext(
            "Planned again: the visit of %(when)s.",
            "Planned again: the visits of %(when)s.",
            len(planned),
            when=when,
        )
        said.append((text, "success"))
    if lost:
        when = ", ".join(moment(visit.planned_start_at) for visit in lost)
        text = ngettext(
            "The visit of %(when)s had been called off: plan it again.",
            "The visits of %(when)s had been called off: plan them again.",
            len(lost),
            when=when,
        )
        said.append((text, "warning"))
    return said


def what_came_back(back: GivenBack) -> list[tuple[str, str]]:
    """Say what an ending gave back, each sentence with its tone."""
    said = [(str(_("Taken back: all is as it was before.")), "success")]
    said += visits_back(back.planned, back.lost)
    if back.home_taken:
        text = _("The home is let again: where this person lives is not known now.")
        said.append((str(text), "warning"))
    if back.left_closed:
        text = ngettext(
            "%(num)d case stays closed: another one is open in its programme.",
            "%(num)d cases stay closed: others are open in their programmes.",
            len(back.left_closed),
        )
        said.append((str(text), "warning"))
    return said
