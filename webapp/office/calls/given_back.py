"""What is said when an ending was taken back: what came back with it, and what could not."""

from flask_babel import gettext as _
from flask_babel import ngettext

from visits.life.endings import GivenBack
from webapp.frame.languages import moment


def what_came_back(back: GivenBack) -> list[tuple[str, str]]:
    """Say what an ending gave back, each sentence with its tone."""
    said = [(str(_("Taken back: all is as it was before.")), "success")]
    if back.planned:
        when = ", ".join(moment(visit.planned_start_at) for visit in back.planned)
        said.append((str(_("Planned again: the visit of %(when)s.", when=when)), "success"))
    if back.lost:
        when = ", ".join(moment(visit.planned_start_at) for visit in back.lost)
        text = _("The visit of %(when)s had been called off: plan it again.", when=when)
        said.append((str(text), "warning"))
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
